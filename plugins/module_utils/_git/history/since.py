# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest part of the history, as pure code: every commit since a time, on every line."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ..objects.errors import BrokenHistory
from .log import ChangedCommit

# Clocks differ: a commit can be dated before its parent. A line ends where so many commits in a row, all of them dated
# so many seconds too early, have passed. A newer one beyond them, whose writer's clock was further ahead, is not found.
SLACK_COMMITS = 16
SLACK_SECONDS = 300


@dataclass(slots=True)
class RecentCommits:
    """What a pass found: `commits`, newest first as the log gave them, and how many it had to read in all.

    `is_cut` says that a line was followed to the end of what was fetched, which is no evidence: fetch more.
    """

    commits: list[ChangedCommit] = field(default_factory=list)
    read: int = 0
    is_cut: bool = False


def commits_since(commits: Iterable[ChangedCommit], tip: str, since: int, *, boundary: Container[str]) -> RecentCommits:
    """Read `commits`, the log from `tip` on, until every line is older than `since`: seconds since 1970, UTC.

    `boundary` are the commits whose parents were not fetched. Raises BrokenHistory if the log ends too early.
    """
    walk = _Walk(tip, since, boundary)
    found = RecentCommits()
    for commit in commits:
        found.read += 1
        walk.visit(commit)
        if commit.time >= since and commit.name not in boundary:
            found.commits.append(commit)
        if not walk.awaited:
            found.is_cut = walk.is_cut
            return found
    raise BrokenHistory(f"git log did not show {min(walk.awaited)}")


class _Walk:
    """A walk back along all lines at once. The log may show a commit before one of its children."""

    def __init__(self, tip: str, since: int, boundary: Container[str]) -> None:
        self.awaited = {tip}
        self.is_cut = False
        self._since = since
        self._boundary = boundary
        self._seen: dict[str, ChangedCommit] = {}
        self._left = {tip: SLACK_COMMITS}  # how many commits of their line may be too old before it ends, this included

    def visit(self, commit: ChangedCommit) -> None:
        self._seen[commit.name] = commit
        if commit.name not in self.awaited:
            return
        self.awaited.remove(commit.name)
        waiting = [commit]
        while waiting:
            waiting.extend(self._go_on(waiting.pop()))

    def _go_on(self, commit: ChangedCommit) -> list[ChangedCommit]:
        """Await the parents of a commit; return those that the log has shown already."""
        left = self._left[commit.name]
        if commit.time < self._since - SLACK_SECONDS:
            left -= 1
        else:
            left = SLACK_COMMITS
        if left == 0:
            return []
        if commit.name in self._boundary:
            self.is_cut = True
            return []
        there = []
        for parent in commit.parents:
            if self._left.get(parent, 0) < left:
                self._left[parent] = left
                if parent in self._seen:
                    there.append(self._seen[parent])
                else:
                    self.awaited.add(parent)
        return there
