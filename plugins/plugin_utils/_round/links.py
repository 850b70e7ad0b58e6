# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that a person may be sent to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LONGEST = 2000
_BUILD = re.compile(r"(?<=/jobs/)([^/?#]+)/builds/[^/?#]+")


def safe_link(address: str) -> str | None:
    """Return the address if a person may be sent there: plain http or https with a host and no user, else None.

    Addresses come from commit messages, which anybody who may push can write.
    """
    if len(address) > _LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
    except ValueError:
        return None
    # A browser takes a backslash for a slash: what looks like a path may be another host to it.
    return None if "@" in parts.netloc or "\\" in address else address


def job_page(build_page: str) -> str | None:
    """Return the page of the job of a build; None if the page of the build does not name the job.

    >>> job_page("https://ci.example.com/teams/main/pipelines/ci/jobs/up/builds/12?vars.x=1")
    'https://ci.example.com/teams/main/pipelines/ci/jobs/up?vars.x=1'
    >>> job_page("https://ci.example.com/builds/4711")
    """
    page, found = _BUILD.subn(r"\1", build_page, count=1)
    return page if found else None
