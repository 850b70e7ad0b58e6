# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes each commit of a generated history to the branch or a side branch, and the merges."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..stream import header
from .change import Change
from .people import PEOPLE
from .plan import Window
from .timeline import Timeline

SIDE = "side-of-generated"  # exists only while a history is generated


class Branches:
    """Writes the commits in order; commit number `index` has the mark `index + 1`."""

    def __init__(self, write: Callable[[bytes], int], *, branch: str, random: Random, timeline: Timeline) -> None:
        self._write = write
        self._branch = branch
        self._random = random
        self._timeline = timeline
        self._main = 0
        self._side = 0

    def commit(self, index: int, change: Change, window: Window | None) -> int:
        """Write one commit and return its committer time; in a window it may belong to the side branch."""
        if window is None:
            return self._commit_to_main(index, change)
        if index not in window.side:
            window.main_changes += change.lines
            return self._commit_to_main(index, change)
        fork = self._side or window.start  # the mark of the commit before the window
        self._side = index + 1
        window.side_changes += change.lines
        return self._put(SIDE, index, change, parents=[f":{fork}"])

    def merge(self, index: int, window: Window) -> None:
        """Write the merge that ends a window."""
        parents, lines = [f":{self._main}", f":{self._side}"], window.side_changes
        message = f"Merge pull request #{index} from ops/locks"
        if window.backwards:
            parents, lines = parents[::-1], window.main_changes
            message = "Merge branch 'main' of git.example.com:ops/locks"
        self._main, self._side = index + 1, 0
        self._put(self._branch, index, Change(self._random.choice(PEOPLE), message, lines), parents=parents)

    def _commit_to_main(self, index: int, change: Change) -> int:
        self._main = index + 1
        return self._put(self._branch, index, change, parents=[])

    def _put(self, branch: str, index: int, change: Change, *, parents: list[str]) -> int:
        at = self._timeline.at(index)
        author, committer = change.author.at(self._timeline.authored(at)), change.author.at(at)
        start = header(
            branch, mark=index + 1, message=change.message, author=author, committer=committer, parents=parents
        )
        self._write(b"".join([start, *change.lines]))
        return at
