# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commits since a time, where the clocks of their authors differ."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ..objects.errors import BrokenHistory
from .log import ChangedCommit

# A commit can be dated before its parent. So a branch of the history ends only after this many commits in a row that
# are all this many seconds too old. A newer commit behind them, by a clock further ahead, is not found.
CLOCK_SKEW_COMMITS = 16
CLOCK_SKEW_SECONDS = 300


@dataclass(slots=True)
class RecentCommits:
    """The result of a pass: `commits`, newest first as the log has them, and how many commits were read in all.

    `is_shallow` is true if the pass reached the boundary of the fetched history, which is no evidence: fetch more.
    """

    commits: list[ChangedCommit] = field(default_factory=list)
    read: int = 0
    is_shallow: bool = False


def commits_since(commits: Iterable[ChangedCommit], tip: str, since: int, *, boundary: Container[str]) -> RecentCommits:
    """Read `commits`, the log from `tip` on, until every branch is older than `since`: seconds since 1970, UTC.

    `boundary` are the commits whose parents were not fetched. Raises BrokenHistory if the log ends too early.
    """
    search = _RecentSearch(tip, since, boundary)
    result = RecentCommits()
    for commit in commits:
        result.read += 1
        search.visit(commit)
        if commit.time >= since and commit.name not in boundary:
            result.commits.append(commit)
        if not search.awaited:
            result.is_shallow = search.is_shallow
            return result
    raise BrokenHistory(f"git log did not show {min(search.awaited)}")


class _RecentSearch:
    """A search back along all branches at once. The log can show a commit before one of its children."""

    def __init__(self, tip: str, since: int, boundary: Container[str]) -> None:
        self.awaited = {tip}
        self.is_shallow = False
        self._since = since
        self._boundary = boundary
        self._seen: dict[str, ChangedCommit] = {}
        # How many more commits of the branch may be too old, this one included, before it ends.
        self._allowed = {tip: CLOCK_SKEW_COMMITS}

    def visit(self, commit: ChangedCommit) -> None:
        self._seen[commit.name] = commit
        if commit.name not in self.awaited:
            return
        self.awaited.remove(commit.name)
        waiting = [commit]
        while waiting:
            waiting.extend(self._await_parents(waiting.pop()))

    def _await_parents(self, commit: ChangedCommit) -> list[ChangedCommit]:
        """Await the parents of a commit; return those that the log has shown already."""
        is_too_old = commit.time < self._since - CLOCK_SKEW_SECONDS
        allowed = self._allowed[commit.name] - 1 if is_too_old else CLOCK_SKEW_COMMITS
        if allowed == 0:
            return []
        if commit.name in self._boundary:
            self.is_shallow = True
            return []
        shown = []
        for parent in commit.parents:
            if self._allowed.get(parent, 0) < allowed:
                self._allowed[parent] = allowed
                if parent in self._seen:
                    shown.append(self._seen[parent])
                else:
                    self.awaited.add(parent)
        return shown
