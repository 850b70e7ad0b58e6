# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which arrival of a lock in unclaimed/ the resource pool-trigger announces next.

An arrival is a lock that is free in a commit and not in its first parent. Arrivals are announced in the order of the
first-parent line, those of one commit by name, one in each check:

| Version                             | Announced next                                                               |
|-------------------------------------|------------------------------------------------------------------------------|
| none                                | the locks that are free at the tip: older ones by name, then arrivals        |
| a lock that was free before already | the rest of these, then the arrivals of its commit and of later ones         |
| an arrival                          | the rest of the arrivals of its commit, then those of later commits          |
| of a commit that is not on the line | as without a version, with one more in `rewrites`                            |
| of a put, without a commit          | the same; its `rewrites` is the time of the put, so that what follows is new |

Concourse ignores a version that it knows, and then asks with the same version again and again. So a branch that is
reset to an earlier commit would stop all announcements; `rewrites` makes the versions after it new ones.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lock that was announced at a commit, after `rewrites` rewrites of the history."""

    commit: str
    lock: str
    rewrites: int = 0


@dataclass(frozen=True, slots=True)
class FreeLocks:
    """The free locks of a pool at a commit and, `before`, at its first parent; by the names that results show."""

    commit: str
    before: frozenset[str]
    now: frozenset[str]

    @property
    def arrived(self) -> list[str]:
        return sorted(self.now - self.before)

    @property
    def all(self) -> list[str]:
        return [*sorted(self.now & self.before), *self.arrived]


@dataclass(frozen=True, slots=True)
class NewerCommits:
    """A commit of the first-parent line, and the newer ones that can have changed the pool, oldest first."""

    since: FreeLocks
    commits: tuple[FreeLocks, ...]


class FirstParentLine(t.Protocol):
    """The first-parent line of a branch, from its tip down."""

    @property
    def tip(self) -> str:
        """The latest commit."""

    def newer(self, since: Collection[str]) -> NewerCommits | None:
        """Return what the line has from the latest of these commits on; None if none of them is on it."""

    def at_tip(self) -> FreeLocks:
        """Return the free locks at the tip."""


@dataclass(frozen=True, slots=True)
class Queue:
    """All arrivals up to the commit `tip` that come after `after`, None for those to announce without a version.

    It depends on the commits alone, so it stays true for a tip and a version, whatever happens to the branch.
    """

    tip: str
    after: Arrival | None
    coming: tuple[Arrival, ...]

    def following(self, version: Arrival) -> tuple[Arrival, ...] | None:
        """Return the arrivals after a version; None if the version is not in this queue."""
        if version == self.after:
            return self.coming
        return self.coming[self.coming.index(version) + 1 :] if version in self.coming else None


def next_queue(version: Arrival | None, line: FirstParentLine, known: Queue | None) -> Queue:
    """Return the arrivals after a version. `known` is the queue of an earlier check, which saves reading again."""
    if version is None or not version.commit:
        return _start(version, line, 0 if version is None else version.rewrites + 1)
    kept = None if known is None else known.following(version)
    if known is not None and kept is not None and known.tip == line.tip:
        return Queue(line.tip, version, kept)
    ends = [version.commit, *([] if known is None or kept is None else [known.tip])]
    newer = line.newer(ends)
    if newer is None:
        return _start(version, line, version.rewrites + 1)
    if kept is None or known is None or newer.since.commit != known.tip:
        kept = _rest(version, newer.since)
    if kept is None:
        return _start(version, line, version.rewrites + 1)
    return Queue(line.tip, version, (*kept, *_arrivals(newer.commits, version.rewrites)))


def _start(version: Arrival | None, line: FirstParentLine, rewrites: int) -> Queue:
    arrivals = tuple(Arrival(line.tip, lock, rewrites) for lock in line.at_tip().all)
    return Queue(line.tip, version, arrivals)


def _rest(version: Arrival, locks: FreeLocks) -> tuple[Arrival, ...] | None:
    """Return what comes after a version in its own commit; None if the lock was not free there."""
    names = locks.all
    if version.lock not in names:
        return None
    rest = names[names.index(version.lock) + 1 :]
    return tuple(Arrival(version.commit, lock, version.rewrites) for lock in rest)


def _arrivals(commits: Iterable[FreeLocks], rewrites: int) -> tuple[Arrival, ...]:
    return tuple(Arrival(one.commit, lock, rewrites) for one in commits for lock in one.arrived)
