# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the variables of role and playbooks: an unknown one is refused, because it may be misspelt."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from functools import cache
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load

PREFIX = "pool_boy_"
# Variables of the playbooks, and the fact that a round sets.
_OF_PLAYBOOKS = frozenset({"pool_boy_hosts", "pool_boy_force", "pool_boy_round"})
# Options of concourse_pool_lock, as variables of the playbooks claim and release.
_OF_LOCKS = frozenset(
    f"pool_boy_{name}"
    for name in (
        "pool",
        "lock",
        "owner",
        "reason",
        "until",
        "count",
        "choose",
        "wait",
        "claim_commit",
        "content",
        "claimed",
        "create_pool",
    )
)
# Variables of the playbook awx.
_OF_AWX = frozenset(
    f"pool_boy_awx_{name}"
    for name in (
        "credentials",
        "execution_environment",
        "image",
        "inventory",
        "known_hosts",
        "lock_repos",
        "notifications",
        "organization",
        "playbooks",
        "project",
        "project_branch",
        "project_url",
        "rrule",
        "schedule_enabled",
        "update_secrets",
    )
)
_SPECS = Path(__file__).parents[3] / "roles" / "pool_boy" / "meta" / "argument_specs.yml"


@cache
def argument_specs() -> dict[str, t.Any]:
    """Return the argument specification of each entry point of the role."""
    specs: dict[str, t.Any] = yaml_load(_SPECS.read_text(encoding="utf-8"))["argument_specs"]
    return specs


@cache
def known_variables() -> frozenset[str]:
    """Return the names that the role, its entry points and the playbooks know."""
    options = (entry_point["options"] for entry_point in argument_specs().values())
    return _OF_PLAYBOOKS.union(_OF_LOCKS, _OF_AWX, *options)


def variable_of(option: str, module: str, prefix: str = PREFIX) -> str:
    """Return the variable that gives an option of a module."""
    # pool_boy_name is the name of the lock repository.
    return f"{prefix}lock" if (module, option) == ("concourse_pool_lock", "name") else f"{prefix}{option}"


def unknown_variables(variables: Collection[str]) -> str | None:
    """Return a sentence that names the unknown variables with the prefix; None if all of them are known."""
    unknown = sorted({name for name in variables if name.startswith(PREFIX)} - known_variables())
    if not unknown:
        return None
    similar = _similar_variables(unknown)
    guess = f" (did you mean {', '.join(similar)}?)" if similar else ""
    return (
        f"There is no variable {', '.join(unknown)}. Correct the name{guess}: see ansible-doc -t role"
        " poolboy.concourse.pool_boy, for claim and release also ansible-doc poolboy.concourse.concourse_pool_lock."
        f" Names of your own variables must not begin with {PREFIX}."
    )


def _similar_variables(names: Collection[str]) -> list[str]:
    """Return the most similar known variable of each name that has one."""
    from difflib import get_close_matches  # late: almost no run needs it

    known = known_variables()
    return list(dict.fromkeys(one for name in names for one in get_close_matches(name, known, n=1, cutoff=0.8)))
