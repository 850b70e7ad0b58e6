# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that modules share, in groups. Documented in plugins/doc_fragments."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..verdict.severity import WORST_FIRST
from ..verdict.verdict import VerdictName
from .repository_options import DEFAULT_AUTHOR, GIT, OptionGroup

CONCOURSE = OptionGroup(
    {
        "concourse_url": {"type": "str", "variable": "CONCOURSE_BASE_URL"},
        "concourse_username": {"type": "str", "variable": "CONCOURSE_USERNAME"},
        "concourse_password": {"type": "str", "no_log": True, "variable": "CONCOURSE_PASSWORD"},
        "concourse_token": {"type": "str", "no_log": True},
        "concourse_client_id": {"type": "str"},
        "concourse_client_secret": {"type": "str", "no_log": True},
        "concourse_target": {"type": "str"},
        "concourse_url_aliases": {"type": "list", "elements": "str", "default": []},
        "concourse_team": {"type": "str"},
        "validate_certs": {"type": "bool"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "concourse_timeout": {"type": "int", "default": 10},
    }
)

POOLS = OptionGroup(
    {
        # Not a list, because the error of Ansible for other types names no remedy.
        "pools": {"type": "raw", "variable": "POOLS"},
        "stale_timeout": {"type": "int", "default": 60},
        "grace": {"type": "int", "default": 5},
        "policy": {"type": "dict", "default": {}},
        "preset": {"type": "str", "choices": ["safe", "pool_boy"], "default": "safe"},
        "no_concourse": {"type": "str", "choices": ["keep", "stale"]},
    }
)

REPORTING = OptionGroup(
    {
        "fail_on": {
            "type": "list",
            "elements": "str",
            "choices": [name.value for name in WORST_FIRST if name is not VerdictName.FREE],
            "default": [],
        },
        "show_content": {"type": "bool", "default": False},
    }
)

POOLS_TO_CLEAN = OptionGroup({**POOLS.spec, "pools": {**POOLS.spec["pools"], "required": True}})

CLEANING = OptionGroup(
    {
        "release_to": {"type": "str"},
        "exclude": {"type": "list", "elements": "str", "default": []},
        "max_releases": {"type": "int", "default": 20},
        "unreachable_ok": {"type": "bool", "default": False},
        # Raw for the same reason as pools.
        "force": {"type": "raw"},
        "accept_gone": {"type": "list", "elements": "str", "default": []},
        "git_author": {"type": "str", "default": DEFAULT_AUTHOR},
    }
)

POOLS_TO_TRIGGER = OptionGroup({"pools": POOLS_TO_CLEAN.spec["pools"]})

TRIGGERING = OptionGroup(
    {
        "strategy": {"type": "str", "choices": ["reconcile", "tally"], "default": "reconcile"},
        "retry": {"type": "int", "default": 5},
        "max_triggers": {"type": "int", "default": 100},
        "resource_check": {"type": "bool", "default": False},
        "git_author": CLEANING.spec["git_author"],
    }
)

LOCKING = OptionGroup(
    {
        "pool": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["claimed", "unclaimed", "present", "absent"], "required": True},
        "name": {"type": "str"},
        "owner": {"type": "str"},
        "reason": {"type": "str", "default": ""},
        "until": {"type": "str"},
        "count": {"type": "int", "default": 1},
        "choose": {"type": "str", "choices": ["random", "oldest_free", "name"], "default": "random"},
        "wait": {"type": "int", "default": 0},
        "claim_commit": {"type": "str"},
        "release_to": {"type": "str"},
        "content": {"type": "raw"},
        "claimed": {"type": "bool", "default": False},
        "create_pool": {"type": "bool", "default": False},
        "git_author": CLEANING.spec["git_author"],
    }
)

MODULES = {
    "concourse_pool_status": (GIT, CONCOURSE, POOLS, REPORTING),
    "concourse_pool_clean": (GIT, CONCOURSE, POOLS_TO_CLEAN, CLEANING),
    "concourse_pool_lock": (GIT, CONCOURSE, LOCKING),
    "concourse_pool_trigger": (GIT, CONCOURSE, POOLS_TO_TRIGGER, TRIGGERING),
}

# Options that a variable can give, and those that make it pointless: a login, an address or a key of another kind.
_OVERRULED_BY = {
    "ssh_private_key": ("key_file",),
    "concourse_url": ("concourse_target",),
    "concourse_username": ("concourse_token", "concourse_client_id", "concourse_target"),
    "concourse_password": ("concourse_token", "concourse_client_id", "concourse_target"),
}


def overruled(options: Mapping[str, t.Any], environment: Mapping[str, str]) -> list[str]:
    """Return the options whose value comes from a variable although the user set an option that replaces them."""
    spec = {**GIT.spec, **CONCOURSE.spec}
    return [
        name
        for name, others in _OVERRULED_BY.items()
        if options[name]
        and options[name] == environment.get(spec[name]["variable"])
        and any(options[other] for other in others)
    ]
