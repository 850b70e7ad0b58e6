# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a pool since its last tally, as pure code."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Sequence

from ..history.log import ChangedCommit
from ..history.since import CLOCK_SKEW_SECONDS
from ..objects.errors import BrokenHistory


class TallyWalk:
    """A walk from the tip back to the last commit that counted a pool, along all parents.

        tip -> newer commits -> `counted` -> older commits

    `counted` is None if there is no such commit. `is_cut` is true if the walk reached the end of what was fetched. The
    log can show parents before children, and where clocks differ also an older commit before all newer ones were shown;
    so the walk continues until the log is CLOCK_SKEW_SECONDS older than the oldest newer commit.
    """

    def __init__(self, tip: str, is_tally: Callable[[ChangedCommit], bool], boundary: Container[str]) -> None:
        self.counted: ChangedCommit | None = None
        self.is_cut = False
        self._is_tally = is_tally
        self._boundary = boundary
        self._newer = {tip}  # reached from the tip without passing the commit that counted
        self._older: set[str] = set()  # that commit and its ancestors; a newer commit can turn out to be one
        self._expected = {tip}  # newer commits that the log has not shown yet
        self._oldest_newer = math.inf  # seconds since 1970, UTC
        self._latest_shown = math.inf  # the same
        self._shown: dict[str, ChangedCommit] = {}

    @property
    def is_done(self) -> bool:
        """Whether no further commit can change the result."""
        return self._expected <= self._older and (
            self.counted is None or self._latest_shown < self._oldest_newer - CLOCK_SKEW_SECONDS
        )

    def since(self) -> list[ChangedCommit]:
        """Return the newer commits, in the order of the log; those on lines that pass by the tally, too."""
        return [commit for name, commit in self._shown.items() if name in self._newer and name not in self._older]

    def finish(self) -> None:
        """Take note that the log has ended."""
        self._latest_shown = -math.inf

    def visit(self, commit: ChangedCommit) -> None:
        """Take the next commit of the log."""
        self._shown[commit.name] = commit
        self._latest_shown = commit.time
        if commit.name in self._older:
            self._older.remove(commit.name)
            self._mark_older([commit.name])
        elif commit.name in self._expected:
            self._mark_newer(commit)
        self._expected.discard(commit.name)

    def _mark_newer(self, commit: ChangedCommit) -> None:
        """Walk from a newer commit to its parents, through all that the log has shown already."""
        waiting = [commit]
        while waiting:
            commit = waiting.pop()
            if commit.name in self._boundary:
                self.is_cut = True
            elif self.counted is None and self._is_tally(commit):
                self.counted = commit
                self._mark_older([commit.name])
            else:
                self._oldest_newer = min(self._oldest_newer, commit.time)
                waiting += self._new_parents(commit)

    def _new_parents(self, commit: ChangedCommit) -> list[ChangedCommit]:
        """Add the parents to the newer commits; return those that the log has shown already."""
        parents = set(commit.parents) - self._newer
        self._newer |= parents
        self._expected |= parents - self._shown.keys()
        return [self._shown[name] for name in parents if name in self._shown and name not in self._older]

    def _mark_older(self, names: Iterable[str]) -> None:
        """Mark commits and all of their ancestors that the log has shown as older."""
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in self._older:
                self._older.add(name)
                if name in self._shown:
                    # Beyond the boundary, another line can lead to an ancestor, which would count as newer.
                    self.is_cut |= name in self._boundary
                    waiting.extend(self._shown[name].parents)


def walk_all(commits: Iterable[ChangedCommit], walks: Sequence[TallyWalk], *, most: int | None = None) -> int:
    """Read the log as far as the walks need it; return the number of commits that were read. Raises BrokenHistory.

    After `most` commits it stops, also if walks are not done.
    """
    read = 0
    unfinished = [walk for walk in walks if not walk.is_done]
    for commit in commits if unfinished else ():
        read += 1
        for walk in unfinished:
            walk.visit(commit)
        unfinished = [walk for walk in unfinished if not walk.is_done]
        if not unfinished or read == most:
            return read
    for walk in unfinished:
        walk.finish()
    if not all(walk.is_done for walk in unfinished):
        raise BrokenHistory("git log ended before the history did")
    return read
