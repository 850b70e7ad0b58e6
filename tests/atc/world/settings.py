# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the emulated Concourse."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Settings:
    """The settings; all can change at run time."""

    version: str = "8.2.5"
    external_url: str = ""
    """The prefix of links and build URLs; empty means the served URL."""
    cluster_name: str = ""
    token_lifetime: float = 24 * 3600.0
    """Seconds (`--auth-duration`)."""
    local_users: bool = True
    """False: only OIDC connectors; the password grant is refused."""
    resource_causality: bool = False
    auto_schedule: bool = True
    """False: only `schedule` queues and starts builds."""
    abort_ends_builds: bool = True
    """False: an aborted build stays `started` until `finish`, as while its hooks run."""
    date: str = "machine"
    """The header Date: the time of the `machine`, that of the emulator's own `clock`, or another text as it is."""
    latency: float = 0.0
    """The delay of every response in seconds."""
