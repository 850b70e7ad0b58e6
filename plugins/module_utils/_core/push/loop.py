# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Push changes: write, confirm, push; if another push was faster, take a new snapshot, revise and try again."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..pool.snapshot import Snapshot
from ..shared.errors import PoolboyError, RepositoryError
from .retry import PushRetry
from .store import CommitStore, PushOutcome

Change = t.TypeVar("Change")
Change_co = t.TypeVar("Change_co", covariant=True)
Plan = t.TypeVar("Plan")

_UNKNOWN = (
    "It is not known whether a push of this run was carried out: its response was lost. Run again later to find out."
)


class PushTask(t.Protocol[Change_co, Plan]):
    """What to push, as a `plan` that the task revises and the loop can restore."""

    plan: Plan

    def changes(self) -> Sequence[Change_co]:
        """Return what the plan writes; empty if nothing is left to push."""

    def revise(self, snapshot: Snapshot, /) -> None:
        """Plan again on top of a later snapshot."""

    def consequence(self) -> str:
        """Return what a failed push means, as a clause of the error message: "nothing was released"."""


@dataclass(slots=True)
class PushLoop(t.Generic[Change, Plan]):
    """Pushes the changes of a task on top of the latest snapshot. `snapshot` is the one that the task was planned on.

        write -> confirmed? yes -> push -> accepted: done
          ^         | no             |
          |       judge again        |
          +---------+-----revise <---+ overtaken, unknown: pause, take a new snapshot

    A push whose response was lost can be carried out later, as long as the branch does not move. `unknown` maps the
    commit of each to its plan, so that a later snapshot that contains the commit ends the loop with that plan, and
    nothing is pushed twice. `confirm` is asked between write and push: it returns true if the plan still holds, else it
    revises the plan first, and is asked again.
    """

    store: CommitStore[Change]
    task: PushTask[Change, Plan]
    snapshot: Snapshot
    confirm: Callable[[], bool] = lambda: True
    unknown: dict[str, Plan] = field(default_factory=dict)
    _has_run: bool = False

    def run(self, retry: PushRetry) -> bool:
        """Push, and return whether the task's plan was pushed; False if nothing was left to push.

        To run again, for what the task has planned since, starts with a new snapshot. Raises RepositoryError if the
        server refuses a push, if others were faster each time, or if the response to a push was lost and the
        repository cannot be read.
        """
        for attempt in retry:
            if (attempt or self._has_run) and self._refresh():
                return True
            self._has_run = True
            commit = self._write()
            if commit is None:
                return bool(self.unknown) and self._is_carried_out()
            outcome = self.store.push(self.snapshot, commit)
            if outcome is PushOutcome.ACCEPTED:
                self.unknown.clear()
                return True
            if outcome is PushOutcome.UNKNOWN:
                self.unknown[commit] = self.task.plan
        if self._is_carried_out():
            return True
        if not self.task.changes():
            return False
        raise RepositoryError(
            f"Other pushes were faster {retry.attempts} times in a row, for {retry.seconds:.0f} seconds, so"
            f" {self.task.consequence()}. Run again when the repository is less busy."
        )

    def _write(self) -> str | None:
        """Write the changes and confirm them until just before the push.

        Return the last commit, None without changes.
        """
        commit = None
        written: Sequence[Change] = ()
        while changes := self.task.changes():
            if commit is None or changes != written:
                commit, written = self.store.write(self.snapshot, changes), changes
            with self._explaining_unknown():
                if self.confirm():
                    return commit
        return None

    def _refresh(self) -> bool:
        """Take a new snapshot. Return whether it contains an earlier push; if not, revise the plan."""
        before = self.snapshot.commit
        with self._explaining_unknown():
            self.snapshot = self.store.snapshot()
        if self.snapshot.commit != before:
            if self._is_pushed():
                return True
            self.unknown.clear()
        self.task.revise(self.snapshot)
        return False

    def _is_carried_out(self) -> bool:
        """Return whether a last new snapshot contains an earlier push. Raises RepositoryError if that is unknown."""
        if self._refresh() or self._is_pushed():
            return True
        if self.unknown:
            raise RepositoryError(f"{_UNKNOWN} The branch has not changed since.")
        return False

    def _is_pushed(self) -> bool:
        """Return whether the server carried out a push whose response was lost; restore its plan."""
        with self._explaining_unknown():
            commit = next((commit for commit in self.unknown if self.store.contains(self.snapshot, commit)), None)
        if commit is None:
            return False
        self.task.plan = self.unknown[commit]
        self.unknown.clear()
        return True

    @contextlib.contextmanager
    def _explaining_unknown(self) -> Iterator[None]:
        try:
            yield
        except PoolboyError as error:
            if not self.unknown:
                raise
            raise RepositoryError(f"{_UNKNOWN} {error}") from None
