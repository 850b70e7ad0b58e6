# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about a Concourse that answers nothing."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator

from .._core.verdict.verdict import VerdictName

if t.TYPE_CHECKING:
    from .._concourse.client import ConcourseClient
    from .._core.verdict.judge import JudgedLock


def concourse_warnings(concourse: ConcourseClient, judged: Iterable[JudgedLock]) -> Iterator[str]:
    """Yield why the builds are unknown, and what to do."""
    if concourse.failure:
        yield (
            f"Concourse does not respond, so its builds are unknown: {concourse.failure}."
            " Check concourse_url, and whether Concourse runs."
        )
    if concourse.login_required and VerdictName.UNREACHABLE in {one.verdict.name for one in judged}:
        yield (
            "Concourse requires a login, and none is configured: set concourse_username and concourse_password"
            " (CONCOURSE_USERNAME, CONCOURSE_PASSWORD), concourse_token or concourse_target."
        )
