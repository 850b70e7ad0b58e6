# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at a branch that has something new, and what it leaves to the next run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from ..._core.pool.snapshot import Snapshot, WantedPools
from ..._core.shared.errors import RepositoryError
from ..cache.folder import CacheFolder, remove
from ..cache.mirror import AT_FAULT, UNFINISHED_OBJECTS, UNFINISHED_PACKS, Mirror, keep_slim
from ..cache.snapshot_file import is_current, read_snapshot, write_snapshot
from ..objects.errors import BrokenHistory, MissingObject
from ..process.command import GitCommand, GitFailed
from ..remote.remote import Remote
from ..remote.tip import Tip
from .fetch import SnapshotFetch


@dataclass(frozen=True, slots=True)
class SnapshotRefresh:
    """Looks at a branch with what earlier runs have kept in the folder, which is locked by the caller."""

    git: GitCommand
    remote: Remote
    folder: CacheFolder
    wanted: WantedPools

    def take(self, tip: Tip) -> Snapshot:
        """Look at the branch with what is kept, and if that is of no use, without it. Raises RepositoryError."""
        remembered = read_snapshot(self.folder.findings)
        if remembered is not None and is_current(remembered, tip, self.wanted):
            return remembered  # another run was faster
        mirror = Mirror(self.folder.mirror)
        if remembered is not None and mirror.fits(tip.commit):
            # Whether the mirror is broken or the remote is in trouble shows in a fresh mirror.
            with contextlib.suppress(*AT_FAULT):
                mirror.clear_unfinished(UNFINISHED_PACKS, UNFINISHED_OBJECTS)
                snapshot = self._fetch(mirror, tip, remembered)
                self._keep(snapshot, mirror)
                return snapshot
        return self._take_anew(tip, remembered)

    def _take_anew(self, tip: Tip, remembered: Snapshot | None) -> Snapshot:
        """Make a mirror, and put it in the place of the one there is only once it has given an answer."""
        path = self.folder.new_path()
        try:
            mirror = Mirror.create(path, tip.commit)
            snapshot = self._fetch(mirror, tip, remembered)
            self.folder.replace_mirror(path)
        except GitFailed as failed:
            raise self.remote.explain(failed) from None
        except (MissingObject, BrokenHistory) as error:
            raise RepositoryError(
                f"What git fetched from {self.remote.where} is not whole: {error}. Check it there by git fsck."
            ) from None
        finally:
            remove(path)
        mirror.path = self.folder.mirror
        self._keep(snapshot, mirror)
        return snapshot

    def _fetch(self, mirror: Mirror, tip: Tip, remembered: Snapshot | None) -> Snapshot:
        return SnapshotFetch(self.git, self.remote, mirror, tip, self.wanted, remembered).snapshot()

    def _keep(self, snapshot: Snapshot, mirror: Mirror) -> None:
        """Leave what was found to the next run. If that cannot be done, the answer is right all the same."""
        with contextlib.suppress(OSError, GitFailed):
            write_snapshot(self.folder.findings, snapshot)
            keep_slim(self.git, self.folder, mirror, snapshot.commit)
