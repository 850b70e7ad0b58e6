# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot of a branch that has changed, and the cache for the next run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from ..._core.pool.snapshot import Snapshot, WantedPools
from ..._core.shared.errors import RepositoryError
from ..cache.folder import CacheFolder
from ..cache.mirror import MIRROR_ERRORS, UNFINISHED_OBJECTS, UNFINISHED_PACKS, Mirror, new_mirror, trim_mirror
from ..cache.snapshot_file import is_current, read_snapshot, write_snapshot
from ..objects.errors import BrokenHistory, MissingObject
from ..process.command import GitCommand, GitFailed
from ..remote.remote import Remote
from ..remote.tip import Tip
from .fetch import SnapshotFetch


@dataclass(frozen=True, slots=True)
class SnapshotRefresh:
    """Takes snapshots of a branch with the mirror and the snapshot that earlier runs left in the cache folder.

    The caller holds the folder's lock.
    """

    git: GitCommand
    remote: Remote
    folder: CacheFolder
    wanted: WantedPools

    def take(self, tip: Tip) -> Snapshot:
        """Return the snapshot at `tip`, from the cached mirror or, if broken, a new one. Raises RepositoryError."""
        cached = read_snapshot(self.folder.snapshot_file)
        if cached is not None and is_current(cached, tip, self.wanted):
            return cached  # by another run that held the lock before
        mirror = Mirror(self.folder.mirror)
        if cached is not None and mirror.fits(tip.commit):
            # A new mirror shows whether the error is the mirror's or the remote's.
            with contextlib.suppress(*MIRROR_ERRORS):
                mirror.clear_unfinished(UNFINISHED_PACKS, UNFINISHED_OBJECTS)
                snapshot = self._fetch(mirror, tip, cached)
                self._keep(snapshot, mirror)
                return snapshot
        return self._take_with_new_mirror(tip, cached)

    def _take_with_new_mirror(self, tip: Tip, cached: Snapshot | None) -> Snapshot:
        """Fetch into a new mirror, which replaces the old one only if that succeeds."""
        try:
            with new_mirror(self.folder, tip.commit) as mirror:
                snapshot = self._fetch(mirror, tip, cached)
        except GitFailed as failed:
            raise self.remote.explain(failed) from None
        except (MissingObject, BrokenHistory) as error:
            raise RepositoryError(
                f"The history that git fetched from {self.remote.where} is broken: {error}. Run git fsck there."
            ) from None
        self._keep(snapshot, mirror)
        return snapshot

    def _fetch(self, mirror: Mirror, tip: Tip, cached: Snapshot | None) -> Snapshot:
        return SnapshotFetch(self.git, self.remote, mirror, tip, self.wanted, cached).snapshot()

    def _keep(self, snapshot: Snapshot, mirror: Mirror) -> None:
        """Cache the snapshot for the next run. If that fails, the snapshot is still right."""
        with contextlib.suppress(OSError, GitFailed):
            write_snapshot(self.folder.snapshot_file, snapshot)
            trim_mirror(self.git, self.folder, mirror, snapshot.commit)
