# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many locks were free, in use and left behind in the last rounds, and which jobs left them behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._history.history import History, PastRound
from .._round.groups import GROUPS, Group
from .text import shown
from .times import PageTime, page_time

# Units of the picture, which the page stretches.
_WIDTH, _HEIGHT = 1000, 100
_MOST_JOBS = 5


@dataclass(frozen=True)
class Figures:
    """The locks of a group: in the last round, and the fewest and the most of all rounds."""

    group: Group
    now: int
    low: int
    high: int


@dataclass(frozen=True)
class LeavingJob:
    """A job that left `count` locks behind, and its page if that is known."""

    name: str
    count: int
    link: str | None


@dataclass(frozen=True)
class Trend:
    """The rounds that are drawn; `areas` are the groups with their outlines, stacked, as an SVG path.

    `jobs` left the most locks behind; `more_jobs` is the number of the others. `height` is the largest number of locks.
    """

    rounds: int
    first: PageTime
    last: PageTime
    height: int
    areas: Sequence[tuple[Group, str]]
    figures: Sequence[Figures]
    jobs: Sequence[LeavingJob]
    more_jobs: int

    @property
    def view_box(self) -> str:
        return f"0 0 {_WIDTH} {_HEIGHT}"

    @property
    def in_words(self) -> str:
        """The picture as text for screen readers: `free 2 to 6, in use 1 to 3`."""
        return ", ".join(f"{one.group.heading.lower()} {one.low} to {one.high}" for one in self.figures)


def trend_of(history: History) -> Trend | None:
    """Return the trend; None for fewer than two rounds, or rounds without locks."""
    rounds = history.rounds
    height = max((sum(one.counts.values()) for one in rounds), default=0)
    first, last = (page_time(rounds[place].at) if rounds else None for place in (0, -1))
    if len(rounds) < 2 or not height or first is None or last is None or last.seconds <= first.seconds:
        return None
    figures = [one for one in _figures(rounds) if one.high]
    jobs = [LeavingJob(shown(job), count, history.links.get(job)) for job, count in history.jobs()]
    return Trend(
        rounds=len(rounds),
        first=first,
        last=last,
        height=height,
        areas=[(one.group, _outline(rounds, one.group, height)) for one in figures],
        figures=figures,
        jobs=jobs[:_MOST_JOBS],
        more_jobs=len(jobs[_MOST_JOBS:]),
    )


def _figures(rounds: Sequence[PastRound]) -> Iterator[Figures]:
    for group in GROUPS:
        counts = [one.counts[group] for one in rounds]
        yield Figures(group, counts[-1], min(counts), max(counts))


def _outline(rounds: Sequence[PastRound], group: Group, height: int) -> str:
    """Return the outline of a group on top of those before it; the counts of a round hold until the next one."""
    below = GROUPS[: GROUPS.index(group)]
    start, end = rounds[0].at, rounds[-1].at
    places = [_short(_WIDTH * (one.at - start) / (end - start)) for one in rounds]
    low = [_short(_HEIGHT - _HEIGHT * sum(one.counts[other] for other in below) / height) for one in rounds]
    high = [_short(_HEIGHT - _HEIGHT * sum(one.counts[other] for other in (*below, group)) / height) for one in rounds]
    there = "".join(f"H{place}V{level}" for place, level in zip(places[1:], high[1:], strict=True))
    back = "".join(f"V{level}H{place}" for place, level in zip(places[-2::-1], low[-2::-1], strict=True))
    return f"M0 {high[0]}{there}V{low[-1]}{back}Z"


def _short(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
