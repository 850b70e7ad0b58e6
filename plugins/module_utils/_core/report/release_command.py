# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command with which a person releases one lock, to be copied into a shell."""

from __future__ import annotations

import json
import re
import shlex

from ..shared.text import printable

SHOWN_DIGITS = 8
"""The digits of a commit that people see: one more than the shortest that identifies a claim."""

_PLAYBOOK = "ansible-playbook poolboy.concourse.release"
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
# A terminal takes lines of 4096 bytes. No name that a checkout can hold needs that many.
_LONGEST = 2000


def release_command(pool: str, name: str, commit: str) -> str | None:
    """Return the command that releases a lock as long as this commit claims it; None if it were too long."""
    # Options accept these escapes, which a terminal does not act on.
    names = {"pool_boy_pool": printable(pool, _LONGEST), "pool_boy_lock": printable(name, _LONGEST)}
    variables = {**names, "pool_boy_claim_commit": commit[:SHOWN_DIGITS]}
    is_plain = all(_PLAIN.fullmatch(value) for value in variables.values())
    given = [f"{key}={value}" for key, value in variables.items()] if is_plain else [_mapping(variables)]
    command = " ".join([_PLAYBOOK, *(f"-e {shlex.quote(one)}" for one in given)])
    return command if len(command) <= _LONGEST else None


def _mapping(variables: dict[str, str]) -> str:
    """Return the variables as JSON, because Ansible reads quotes, spaces and `=` in `key=value` itself."""
    return "{" + ", ".join(f"{json.dumps(key)}: {_value(value)}" for key, value in variables.items()) + "}"


def _value(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # Ansible evaluates templates in variables, unless YAML marks the value.
    return f"!unsafe {text}" if "{" in value else text
