# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last round did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .fields import Fields
from .rounds import Round
from .times import Moment, duration
from .verdicts import Word, word_for


@dataclass(frozen=True)
class Failure:
    """A step of the round that failed, and its message."""

    step: str
    message: str


@dataclass(frozen=True)
class Released:
    """A lock that was given back; `to_pool` is None if it stayed in its pool."""

    pool: str
    name: str
    to_pool: str | None
    word: Word
    reason: str


@dataclass(frozen=True)
class Triggered:
    """A build that was started."""

    pool: str
    text: str
    link: str | None


@dataclass(frozen=True)
class Doings:
    """What the last round did; `cleaned` and `triggers` say whether these steps ran at all.

    `cleaning_failed` and `trigger_failed` say that a step that ran did not come to its end: it may have done more than
    is told here.
    """

    started: Moment | None
    took: str | None
    is_ok: bool
    failures: Sequence[Failure]
    cleaned: bool
    cleaning_failed: bool
    released: Sequence[Released]
    triggers: bool
    trigger_failed: bool
    triggered: Sequence[Triggered]


def doings(round_: Round) -> Doings:
    """Return what the round did, or would have done in check mode."""
    fact, clean, trigger = round_.fact, round_.clean, round_.trigger
    seconds = fact.number("duration_seconds")
    failures = [Failure(one.text("step") or "", one.text("message") or "") for one in fact.children("failures")]
    return Doings(
        started=fact.time("started_at"),
        took=None if seconds is None else duration(seconds),
        is_ok=fact.flag("ok") and not failures,
        failures=failures,
        cleaned=clean is not None,
        cleaning_failed=clean is not None and round_.failed("clean"),
        released=[_released(one) for one in clean.children("released")] if clean else [],
        triggers=trigger is not None,
        trigger_failed=trigger is not None and round_.failed("trigger"),
        triggered=[_triggered(one) for one in trigger.children("triggered")] if trigger else [],
    )


def _released(one: Fields) -> Released:
    pool, target = one.word("pool"), one.text("to_pool")
    return Released(
        pool=pool,
        name=one.word("name"),
        to_pool=None if target in (None, "", pool) else target,
        word=word_for(one.word("verdict")),
        reason=one.text("reason") or "",
    )


def _triggered(one: Fields) -> Triggered:
    job = "/".join(filter(None, (one.text(name) for name in ("team", "pipeline", "job"))))
    text = f"{one.with_instance_vars(job)} {one.text('build') or ''}".strip()
    return Triggered(one.text("pool") or "", text, one.link("url"))
