# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A branch of the lock repository, opened by a run."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from .._core.pool.snapshot import ALL_POOLS, Snapshot, WantedPools
from .._core.shared.errors import BadOption
from .access.access import open_access
from .access.address import parse_address
from .access.options import RepositoryOptions
from .cache.folder import CacheFolder, FolderLock, open_cache_folder, temporary_folder
from .cache.snapshot_file import is_current, read_snapshot
from .process.command import GitCommand
from .process.dependency import check_git_version, check_gitpython
from .remote.remote import Remote
from .remote.tip import HEADS, Tip, check_branch_name

if t.TYPE_CHECKING:
    from types import TracebackType

    from .refresh.refresh import SnapshotRefresh

_LOCK_TIMEOUT = 4  # times git_timeout: how long a run waits for another one that refreshes the same cache folder


class LockRepository(contextlib.AbstractContextManager["LockRepository"]):
    """A branch of a lock repository, open within the context; keys and temporary folders are removed at its end.

    `warn` gets a message about settings of the user that are not used.

    Snapshots have the claims of the `wanted` pools, of other pools only as far as that costs nothing. `git`, `remote`,
    `folder` and `lock` (of the folder) serve what reads the history (history/, tally/), and what writes and pushes
    commits (push/writer.py). Every method raises BadOption, MissingDependency or RepositoryError.
    """

    git: GitCommand
    remote: Remote
    folder: CacheFolder
    lock: FolderLock

    def __init__(
        self,
        options: RepositoryOptions,
        wanted: WantedPools = ALL_POOLS,
        warn: t.Callable[[str], None] = lambda _warning: None,
    ) -> None:
        self._options = options
        self._warn = warn
        self._wanted = wanted
        self._stack = contextlib.ExitStack()
        self._latest: Snapshot | None = None

    def __enter__(self) -> t.Self:
        options = self._options
        if options.git_timeout < 1:
            raise BadOption(f"git_timeout is {options.git_timeout}: give at least 1 second.")
        self._branch = None if options.branch is None else check_branch_name(options.branch.removeprefix(HEADS))
        address = parse_address(options.repo)
        with self._stack as stack:
            access = stack.enter_context(open_access(options, address))
            for warning in access.warnings:
                self._warn(warning)
            check_gitpython()
            self.git = GitCommand(access.environment)
            self.remote = Remote(self.git, address, timeout=options.git_timeout, secrets=access.secrets)
            self.folder = (
                open_cache_folder(options, address) if options.cache else stack.enter_context(temporary_folder())
            )
            self.lock = FolderLock(self.folder, options.git_timeout * _LOCK_TIMEOUT)
            stack.callback(self.lock.release)
            if not self.folder.snapshot_file.exists():
                check_git_version(self.git.run("version").decode("ascii", "replace"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch. If nothing has changed, this is one request to the server.

        Releases the folder's lock: commits that were written and not pushed can be gone afterwards.
        """
        self.lock.release()
        request = self.remote.request_tip(self._branch)
        try:
            cached = read_snapshot(self.folder.snapshot_file)
            tip = request.tip()
        finally:
            request.cancel()
        return self._at(tip, cached)

    def tip(self) -> Tip:
        """Return the branch and its latest commit: one request to the server."""
        request = self.remote.request_tip(self._branch)
        try:
            return request.tip()
        finally:
            request.cancel()

    def snapshot_at(self, tip: Tip) -> Snapshot:
        """Return the state of the branch at a tip that tip() has returned, as snapshot() does."""
        self.lock.release()
        return self._at(tip, read_snapshot(self.folder.snapshot_file))

    def latest_snapshot(self) -> Snapshot:
        """Return the latest snapshot; take the first one if necessary."""
        return self._latest or self.snapshot()

    def _at(self, tip: Tip, cached: Snapshot | None) -> Snapshot:
        # HEAD can move during the run, and then the pushes of one run would go to two branches.
        self._branch = tip.branch
        if cached is not None and is_current(cached, tip, self._wanted):
            self._latest = cached
        else:
            with self.lock:
                self._latest = self._refresh.take(tip)
        return self._latest

    @functools.cached_property
    def _refresh(self) -> SnapshotRefresh:
        # Imported late: most runs find nothing new.
        from .refresh.refresh import SnapshotRefresh

        return SnapshotRefresh(self.git, self.remote, self.folder, self._wanted)
