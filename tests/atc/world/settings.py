# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the emulated Concourse."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Settings:
    """The settings; all can be changed while it runs."""

    version: str = "8.2.5"
    external_url: str = ""
    """What links and build URLs start with; empty means the URL it is served at."""
    cluster_name: str = ""
    token_lifetime: float = 24 * 3600.0
    """Seconds (`--auth-duration`)."""
    local_users: bool = True
    """False: only OIDC connectors, so the password grant is refused."""
    resource_causality: bool = False
    auto_schedule: bool = True
    """False: builds are queued and started only when `schedule` is called."""
    abort_ends_builds: bool = True
    """False: an aborted build stays `started`, as while its hooks run, until it is finished."""
    latency: float = 0.0
    """Delay of every response, in seconds."""
