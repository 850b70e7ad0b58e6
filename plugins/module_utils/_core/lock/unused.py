# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which locks nobody uses any more, for a run that waits for one of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..shared.text import printable, some_of
from ..verdict.judge import JudgedLock

_NAMED = 10


def unused_text(judged: Sequence[JudgedLock]) -> str:
    """Return a sentence about the locks that are left behind; empty if all of them are or may be in use."""
    left = [one for one in judged if one.verdict.dead_since is not None and one.releasable_at is not None]
    if not left:
        return ""
    shown = [
        f"{printable(one.lock.pool_and_name, 80)} ({one.verdict.name.value}: {printable(one.verdict.reason, 160)})"
        for one in left
    ]
    named = some_of(shown, _NAMED, "; ")
    return (
        f" According to Concourse, nobody uses these locks any more; with its default policies, concourse_pool_clean"
        f" releases them: {named}."
    )
