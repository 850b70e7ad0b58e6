# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository as something to push commits to."""

from __future__ import annotations

import enum
import typing as t
from collections.abc import Sequence

from ..pool.snapshot import Snapshot

Change_contra = t.TypeVar("Change_contra", contravariant=True)


class PushOutcome(enum.StrEnum):
    """The outcome of a push. A push that the server refuses for good raises RepositoryError instead."""

    ACCEPTED = "accepted"
    OVERTAKEN = "overtaken"  # the branch has moved, or the server cannot update it now: fetch and try again
    UNKNOWN = "unknown"  # the response was lost; a later snapshot can contain the commits


class CommitStore(t.Protocol[Change_contra]):
    """The lock repository, for one kind of changes. Every method raises RepositoryError."""

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch on the server."""

    def write(self, snapshot: Snapshot, changes: Sequence[Change_contra]) -> str:
        """Write the commits of the changes on top of the snapshot without pushing them; return the last commit."""

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push commits that were written on top of the snapshot, never by force."""

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        """Return whether a commit is in the history of a snapshot's branch."""
