# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository: what stands in it now."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from .._core.pool.snapshot import ALL_POOLS, Snapshot, WantedPools
from .._core.shared.errors import BadOption
from .access.access import open_access
from .access.address import parse_address
from .access.options import RepositoryOptions
from .cache.folder import open_cache_folder, temporary_folder
from .cache.snapshot_file import is_current, read_snapshot
from .process.command import GitCommand
from .process.dependency import check_git_version
from .remote.remote import Remote
from .remote.tip import HEADS, check_branch_name

if t.TYPE_CHECKING:
    from types import TracebackType

    from .refresh.refresh import SnapshotRefresh

_PATIENCE = 4  # times git_timeout: what another run may take for its own look


class LockRepository(contextlib.AbstractContextManager["LockRepository"]):
    """A branch of a lock repository, for as long as the context lasts: keys and temporary folders are gone afterwards.

    Snapshots have the claims of the `wanted` pools, of other pools only as far as that costs nothing.
    Every method raises PoolboyError with a sentence for the operator: BadOption, MissingDependency or RepositoryError.
    """

    def __init__(self, options: RepositoryOptions, wanted: WantedPools = ALL_POOLS) -> None:
        self._options = options
        self._wanted = wanted
        self._stack = contextlib.ExitStack()
        self._seen: Snapshot | None = None

    def __enter__(self) -> t.Self:
        options = self._options
        if options.git_timeout < 1:
            raise BadOption(f"git_timeout is {options.git_timeout}: give at least 1 second.")
        self._branch = None if options.branch is None else check_branch_name(options.branch.removeprefix(HEADS))
        self._patience = options.git_timeout * _PATIENCE
        address = parse_address(options.repo)
        with self._stack as stack:
            access = stack.enter_context(open_access(options, address))
            self._git = GitCommand(access.environment)
            self._remote = Remote(self._git, address, timeout=options.git_timeout, secrets=access.secrets)
            self._folder = (
                open_cache_folder(options, address) if options.cache else stack.enter_context(temporary_folder())
            )
            if not self._folder.findings.exists():
                check_git_version(self._git.run("version").decode("ascii", "replace"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def snapshot(self) -> Snapshot:
        """Return the repository as it is now. With nothing new on the remote that is one question to it and no more."""
        question = self._remote.request_tip(self._branch)
        try:
            remembered = read_snapshot(self._folder.findings)
            tip = question.answer()
        finally:
            question.forget()
        if remembered is not None and is_current(remembered, tip, self._wanted):
            self._seen = remembered
        else:
            with self._folder.locked(self._patience):
                self._seen = self._fresh_look.take(tip)
        return self._seen

    @functools.cached_property
    def _fresh_look(self) -> SnapshotRefresh:
        # Loaded late, as most runs find nothing new.
        from .refresh.refresh import SnapshotRefresh

        return SnapshotRefresh(self._git, self._remote, self._folder, self._wanted)
