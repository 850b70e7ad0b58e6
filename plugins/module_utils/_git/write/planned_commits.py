# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits that are to be written, and what they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..objects.tree_reader import TreeReader


@dataclass(frozen=True, slots=True)
class FileMoved:
    """A file goes from one path to another with its content and its mode."""

    source: bytes
    target: bytes


@dataclass(frozen=True, slots=True)
class FileWritten:
    """A file is there with this content afterwards, whatever was there before."""

    path: bytes
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class PlannedCommit:
    """A commit with its message and all that it changes."""

    message: str
    changes: tuple[FileMoved | FileWritten, ...]


# Plans commits from what stands in the commit below them. Raises RepositoryError, MissingObject, BrokenHistory.
PlanCommits = Callable[[TreeReader, str], Sequence[PlannedCommit]]


@dataclass(frozen=True, slots=True)
class CommitPurpose:
    """The words for what commits are written for: the commits, that nothing came of it, and that something did."""

    commits: str
    nothing: str
    something: str


RELEASE_PURPOSE = CommitPurpose("the commits that release locks", "nothing was released", "the locks were released")
TALLY_PURPOSE = CommitPurpose("the commits that count builds", "no build was started", "the builds were counted")
