# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks with a verdict that the user does not accept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..shared.errors import PoolboyError
from ..shared.text import printable, some_of
from ..verdict.judge import JudgedLock
from ..verdict.severity import severity_rank

_LISTED = 10


class UnwantedVerdicts(PoolboyError):
    """At least one lock has a verdict of `fail_on`."""


def unwanted_verdicts(judged: Sequence[JudgedLock], fail_on: Collection[str]) -> UnwantedVerdicts | None:
    """Return an error that names the locks with these verdicts, the worst first; None without any."""
    found = [one for one in judged if one.verdict.name.value in fail_on]
    if not found:
        return None
    found.sort(key=lambda one: severity_rank(one.verdict.name))
    shown = [f"{printable(one.lock.pool_and_name, 80)} ({one.verdict.name.value})" for one in found]
    subject = "1 lock has a verdict" if len(found) == 1 else f"{len(found)} locks have verdicts"
    named = some_of(shown, _LISTED)
    return UnwantedVerdicts(f"{subject} of fail_on: {named}. The reason of each lock in this result says why.")
