# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits that are to be written, and what they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from ..objects.tree_reader import TreeReader

Change = TypeVar("Change")


@dataclass(frozen=True, slots=True)
class FileMoved:
    """A file that moves from one path to another, with its content and mode."""

    source: bytes
    target: bytes


@dataclass(frozen=True, slots=True)
class FileWritten:
    """A file that is created, or gets other content; `mode` is octal."""

    path: bytes
    content: bytes = b""
    mode: bytes = b"100644"


@dataclass(frozen=True, slots=True)
class FileRemoved:
    """A file that is removed."""

    path: bytes


@dataclass(frozen=True, slots=True)
class FileRestored:
    """A file that is created with the content of an object that the repository has; `mode` is octal."""

    path: bytes
    mode: bytes
    blob: str


FileChange: TypeAlias = "FileMoved | FileWritten | FileRemoved | FileRestored"


@dataclass(frozen=True, slots=True)
class PlannedCommit:
    """A commit to be written: its message, and the changes against the commit before it."""

    message: str
    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class CommitPurpose(Generic[Change]):
    """One purpose of commits: how its changes become commits, and its words for messages.

    `plan(changes, trees, base)` returns the commits on top of the commit `base`, whose folders `trees` reads. It raises
    RepositoryError, MissingObject or BrokenHistory. The words complete "git cannot write ...", "it is not known whether
    ..." and "the push failed, so ...": `not_done`, or `no_more` after a push that was accepted.
    `makes_claims` says that the commits can add claims, not only remove them.
    """

    plan: Callable[[Sequence[Change], TreeReader, str], Sequence[PlannedCommit]]
    commits: str
    done: str
    not_done: str
    no_more: str
    makes_claims: bool = False
