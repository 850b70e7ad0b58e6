# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected state of a generated lock repository."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ..holders import ExpectedHolder


@dataclass(frozen=True)
class LockTruth:
    """A lock of the newest commit. A free lock has no commit, time, format or holder.

    `commit` added the claimed path at `claimed_at` (committer time, seconds since the epoch); `format` is the format
    of its message, from formats.FORMATS or people.PERSON_KINDS.
    """

    pool: str
    name: str
    state: Literal["claimed", "unclaimed"]
    commit: str | None = None
    claimed_at: int | None = None
    format: str | None = None
    holder: ExpectedHolder | None = None

    @property
    def path(self) -> str:
        """The path of the lock's file in the tree."""
        return f"{self.pool}/{self.state}/{self.name}"


@dataclass(frozen=True)
class Truth:
    """The content of a generated repository: newest commit `head`, locks by pool and name, all pools by name."""

    path: Path
    branch: str
    head: str
    commits: int
    pools: Sequence[str]
    locks: Sequence[LockTruth]

    @property
    def claimed(self) -> list[LockTruth]:
        """The locks that are claimed."""
        return [lock for lock in self.locks if lock.state == "claimed"]

    def as_dict(self) -> dict[str, Any]:
        """Return the content as JSON-compatible values."""
        return asdict(self) | {"path": str(self.path)}

    def save(self, file: Path) -> None:
        """Write it as a JSON file."""
        file.write_text(json.dumps(self.as_dict(), indent=1) + "\n")
