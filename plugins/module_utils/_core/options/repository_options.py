# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options for the lock repository. Documented in plugins/doc_fragments."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

DEFAULT_AUTHOR = "poolboy.concourse <poolboy@localhost>"


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options that belong together: an argument spec.

    `variable` is the environment variable that gives an option which the user does not set.
    """

    spec: dict[str, dict[str, t.Any]] = field(default_factory=dict)


GIT = OptionGroup(
    {
        "repo": {"type": "str", "required": True, "variable": "POOL_REPO"},
        "branch": {"type": "str"},
        "key_file": {"type": "path", "no_log": False},
        "ssh_private_key": {"type": "str", "no_log": True, "variable": "POOL_REPO_SSH_PRIVATE_KEY"},
        "accept_newhostkey": {"type": "bool", "default": False, "no_log": False},
        "known_hosts_file": {"type": "path"},
        "repo_username": {"type": "str"},
        "repo_password": {"type": "str", "no_log": True},
        "ca_path": {"type": "path"},
        "git_timeout": {"type": "int", "default": 300},
        "cache_dir": {"type": "path"},
        "cache": {"type": "bool", "default": True},
    }
)
