# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository: what stands in it now, and giving locks back. Private to the collection."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible_collections.poolboy.concourse.plugins.module_utils._core.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access import open_access
from ansible_collections.poolboy.concourse.plugins.module_utils._git.address import parse_address
from ansible_collections.poolboy.concourse.plugins.module_utils._git.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.command import GitCommand
from ansible_collections.poolboy.concourse.plugins.module_utils._git.dependency import check_git_version
from ansible_collections.poolboy.concourse.plugins.module_utils._git.findings import read_findings
from ansible_collections.poolboy.concourse.plugins.module_utils._git.folder import keep_folder, temporary_folder
from ansible_collections.poolboy.concourse.plugins.module_utils._git.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote import Remote
from ansible_collections.poolboy.concourse.plugins.module_utils._git.tip import HEADS, Tip, check_branch_name

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from ansible_collections.poolboy.concourse.plugins.module_utils._core.cleaning import Release
    from ansible_collections.poolboy.concourse.plugins.module_utils._core.moves import Move
    from ansible_collections.poolboy.concourse.plugins.module_utils._core.push import Push
    from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally import TallyRecord
    from ansible_collections.poolboy.concourse.plugins.module_utils._core.tallying import TallyCount
    from ansible_collections.poolboy.concourse.plugins.module_utils._git.fresh_look import FreshLook
    from ansible_collections.poolboy.concourse.plugins.module_utils._git.past import PastReader
    from ansible_collections.poolboy.concourse.plugins.module_utils._git.pushing import Pushing

_PATIENCE = 4  # times git_timeout: what another run may take for its own look


class LockRepository(contextlib.AbstractContextManager["LockRepository"]):
    """A branch of a lock repository, for as long as the context lasts: keys and temporary folders are gone afterwards.

    Every method raises PoolboyError with a sentence for the operator: BadOption, MissingDependency or RepositoryError.
    """

    def __init__(self, options: RepositoryOptions) -> None:
        self._options = options
        self._stack = contextlib.ExitStack()
        self._seen: Snapshot | None = None

    def __enter__(self) -> LockRepository:
        options = self._options
        if options.git_timeout < 1:
            raise BadOption(f"git_timeout is {options.git_timeout}: give at least 1 second.")
        self._branch = None if options.branch is None else check_branch_name(options.branch.removeprefix(HEADS))
        self._patience = options.git_timeout * _PATIENCE
        self._author = parse_author(options.git_author)
        address = parse_address(options.repo)
        with self._stack as stack:
            access = stack.enter_context(open_access(options, address))
            self._git = GitCommand(access.environment)
            self._remote = Remote(self._git, address, timeout=options.git_timeout, secrets=access.secrets)
            self._folder = keep_folder(options, address) if options.cache else stack.enter_context(temporary_folder())
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
        self._let_go()
        question = self._remote.ask_tip(self._branch)
        try:
            remembered = read_findings(self._folder.findings)
            tip = question.answer()
        finally:
            question.forget()
        if remembered is not None and Tip(remembered.branch, remembered.commit) == tip:
            self._seen = remembered
        else:
            with self._folder.locked(self._patience):
                self._seen = self._fresh_look.take(tip)
        return self._seen

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return what commits dated `since` then or later did to the locks of the pools, oldest first.

        They are those below the snapshot that was taken last; one is taken if there is none. The cost grows with the
        number of commits since then, not with the length of the history. For clocks that differ see _git/recent.py.
        """
        seen = self._seen or self.snapshot()
        self._let_go()
        return self._past.moves(seen, since, pools)

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        """Return the tallies of the pools at the snapshot that was taken last, and what happened to them since."""
        seen = self._seen or self.snapshot()
        self._let_go()
        return self._past.tallies(seen, pools)

    def write_releases(self, snapshot: Snapshot, releases: Sequence[Release]) -> str:
        """Write one commit for each release on top of the snapshot, without a push, and return the last.

        Other runs wait for the mirror from here on, until push(), snapshot() or the end of the context.
        """
        return self._pushing.write_releases(snapshot, releases)

    def write_tallies(self, snapshot: Snapshot, counts: Sequence[TallyCount]) -> str:
        """Write one commit for each count on top of the snapshot, as write_releases() does."""
        return self._pushing.write_tallies(snapshot, counts)

    def push(self, snapshot: Snapshot, commit: str) -> Push:
        """Push what was returned by what wrote it, never by force; if the answer is lost, see what became of it."""
        return self._pushing.push(snapshot, commit)

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push whose answer was lost came about before a later snapshot, though the branch had stayed."""
        return self._pushing.has_landed(snapshot, commit)

    @functools.cached_property
    def _fresh_look(self) -> FreshLook:
        # Loaded late, like the next: most runs find nothing new.
        from ansible_collections.poolboy.concourse.plugins.module_utils._git.fresh_look import FreshLook

        return FreshLook(self._git, self._remote, self._folder)

    @functools.cached_property
    def _pushing(self) -> Pushing:
        from ansible_collections.poolboy.concourse.plugins.module_utils._git.pushing import Pushing

        pushing = Pushing(self._git, self._remote, self._folder, self._author, self._patience)
        self._stack.callback(pushing.let_go)
        return pushing

    @functools.cached_property
    def _past(self) -> PastReader:
        from ansible_collections.poolboy.concourse.plugins.module_utils._git.past import PastReader

        return PastReader(self._git, self._remote, self._folder, self._patience)

    def _let_go(self) -> None:
        """Let other runs have the mirror, if this one has kept it for a push."""
        if "_pushing" in self.__dict__:
            self._pushing.let_go()
