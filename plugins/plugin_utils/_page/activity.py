# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last round did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._html.text import shown
from .._html.times import PageTime, duration, page_time
from .._round.model import Failure, ReleasedLock, Round, StartedBuild
from .verdicts import Word, word_for


@dataclass(frozen=True)
class Released:
    """A lock that was released, with the page of the build that had claimed it; `to_pool` is None if it stayed."""

    pool: str
    name: str
    to_pool: str | None
    word: Word
    reason: str
    link: str | None
    commit_link: str | None


@dataclass(frozen=True)
class Triggered:
    """A build that was started."""

    pool: str
    text: str
    link: str | None


@dataclass(frozen=True)
class Activity:
    """What the last round did; `cleaned` and `triggers` are true if these steps ran.

    If `cleaning_failed` or `trigger_failed` is true, the step may have done more than the page shows.
    """

    started: PageTime | None
    took: str | None
    is_ok: bool
    failures: Sequence[Failure]
    cleaned: bool
    cleaning_failed: bool
    released: Sequence[Released]
    triggers: bool
    trigger_failed: bool
    triggered: Sequence[Triggered]


def activity_of(round_: Round) -> Activity:
    """Return what the round did, or would have done in check mode."""
    clean, trigger, seconds = round_.clean, round_.trigger, round_.duration_seconds
    return Activity(
        started=page_time(round_.started_at),
        took=None if seconds is None else duration(seconds),
        is_ok=round_.ok and not round_.failures,
        failures=[Failure(shown(one.step), shown(one.message)) for one in round_.failures],
        cleaned=clean is not None,
        cleaning_failed=clean is not None and round_.has_failed("clean"),
        released=[_released(one, round_) for one in round_.releases],
        triggers=trigger is not None,
        trigger_failed=trigger is not None and round_.has_failed("trigger"),
        triggered=[_triggered(one) for one in trigger.builds] if trigger else [],
    )


def _released(one: ReleasedLock, round_: Round) -> Released:
    return Released(
        pool=shown(one.pool),
        name=shown(one.name),
        to_pool=None if one.to_pool == one.pool else shown(one.to_pool),
        word=word_for(one.verdict),
        reason=shown(one.reason),
        link=one.url,
        commit_link=round_.commit_page(one.commit),
    )


def _triggered(one: StartedBuild) -> Triggered:
    return Triggered(shown(one.pool), shown(f"{one.job} {one.build}".strip()), one.url)
