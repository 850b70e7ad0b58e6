# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a pool since its last tally, as pure code."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Sequence

from ..history.log import ChangedCommit
from ..history.since import SLACK_SECONDS
from ..objects.errors import BrokenHistory


class TallyWalk:
    """A walk from the tip back to the last commit that counted, on all lines. The log may show parents before children.

    `counted` is that commit, None if there is none. `is_cut` says that a line reached the end of what was fetched.
    Where clocks differ, a commit before the tally can be shown before all that leads to it, so the walk goes on for as
    long as clocks may differ, SLACK_SECONDS.
    """

    def __init__(self, tip: str, is_tally: Callable[[ChangedCommit], bool], boundary: Container[str]) -> None:
        self.counted: ChangedCommit | None = None
        self.is_cut = False
        self._is_tally = is_tally
        self._boundary = boundary
        self._above = {tip}  # reached from the tip without passing the commit that counted
        self._below: set[str] = set()  # that commit, and all before it
        self._awaited = {tip}
        self._oldest_above = math.inf  # seconds since 1970, UTC, like the next
        self._shown_last = math.inf
        self._seen: dict[str, ChangedCommit] = {}

    @property
    def is_done(self) -> bool:
        return self._awaited <= self._below and (
            self.counted is None or self._shown_last < self._oldest_above - SLACK_SECONDS
        )

    def since(self) -> list[ChangedCommit]:
        """The commits since the tally, newest first; all that come to the tip by a line that goes past it, too."""
        return [commit for name, commit in self._seen.items() if name in self._above and name not in self._below]

    def end(self) -> None:
        """The log has shown all that there is."""
        self._shown_last = -math.inf

    def visit(self, commit: ChangedCommit) -> None:
        self._seen[commit.name] = commit
        self._shown_last = commit.time
        if commit.name in self._below:
            self._below.remove(commit.name)
            self._sink([commit.name])
        elif commit.name in self._awaited:
            self._rise(commit)
        self._awaited.discard(commit.name)

    def _rise(self, commit: ChangedCommit) -> None:
        """Go on from a commit above the tally to its parents, and on from those that the log has shown already."""
        waiting = [commit]
        while waiting:
            commit = waiting.pop()
            if commit.name in self._boundary:
                self.is_cut = True
            elif self.counted is None and self._is_tally(commit):
                self.counted = commit
                self._sink([commit.name])
            else:
                self._oldest_above = min(self._oldest_above, commit.time)
                for parent in set(commit.parents) - self._above:
                    self._above.add(parent)
                    if parent not in self._seen:
                        self._awaited.add(parent)
                    elif parent not in self._below:
                        waiting.append(self._seen[parent])

    def _sink(self, names: Iterable[str]) -> None:
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in self._below:
                self._below.add(name)
                if name in self._seen:
                    # Another line may lead to what lies before the end, and would be taken for new.
                    self.is_cut |= name in self._boundary
                    waiting.extend(self._seen[name].parents)


def walk_all(commits: Iterable[ChangedCommit], walks: Sequence[TallyWalk], *, most: int | None = None) -> int:
    """Read the log as far as the walks need it; return how many commits that were. Raises BrokenHistory.

    After `most` commits it ends, and walks may not be done.
    """
    read = 0
    under_way = [walk for walk in walks if not walk.is_done]
    for commit in commits if under_way else ():
        read += 1
        for walk in under_way:
            walk.visit(commit)
        under_way = [walk for walk in under_way if not walk.is_done]
        if not under_way or read == most:
            return read
    for walk in under_way:
        walk.end()
    if not all(walk.is_done for walk in under_way):
        raise BrokenHistory("git log ended before the history did")
    return read
