# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of git in the environment of the caller (git-config(1), GIT_CONFIG_COUNT): which of them git gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._core.shared.text import printable

# Settings that say how to reach a server, whom to trust and how to sign. Others change what git prints or which
# repository it reads.
_USED = (
    "core.askpass",
    "core.gitproxy",
    "core.sshcommand",
    "commit.gpgsign",
    "credential.",
    "gpg.",
    "http.",
    "push.pushoption",
    "safe.",
    "ssh.",
    "url.",
    "user.signingkey",
)
_COUNT = "GIT_CONFIG_COUNT"
_OF_GIT_ITSELF = "GIT_CONFIG_PARAMETERS"  # of `git -c`, for the programs that git starts


@dataclass(frozen=True, slots=True)
class CallerSettings:
    """The settings that git gets, and the names of the others."""

    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


def caller_settings(environment: Mapping[str, str]) -> CallerSettings:
    """Return the settings in the variables of an environment."""
    count = environment.get(_COUNT, "0")
    ignored = [_OF_GIT_ITSELF] if environment.get(_OF_GIT_ITSELF) else []
    used = []
    if not count.isdecimal() or int(count) > len(environment):
        ignored.append(f"{_COUNT}={printable(count, 60)}")
        count = "0"
    for number in range(int(count)):
        key, value = environment.get(f"GIT_CONFIG_KEY_{number}"), environment.get(f"GIT_CONFIG_VALUE_{number}")
        if key is not None and value is not None and key.lower().startswith(_USED):
            used.append((key, value))
        else:
            # Without the value, which can be a secret.
            ignored.append(f"GIT_CONFIG_KEY_{number}={printable(key or '', 60)}")
    return CallerSettings(tuple(used), tuple(ignored))
