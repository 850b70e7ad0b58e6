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
from ..shared.errors import RepositoryError
from .retry import PushRetry
from .store import CommitStore, PushOutcome

Change = t.TypeVar("Change")
Change_co = t.TypeVar("Change_co", covariant=True)
Plan = t.TypeVar("Plan")


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

        write -> confirm -> push -> accepted: done
          ^                   |
          +---- revise <------+ overtaken, unknown: pause, take a new snapshot

    A push whose response was lost can be carried out later. `unknown` maps the commit of each to its plan, so that a
    later snapshot that contains the commit ends the loop with that plan, and nothing is pushed twice. `confirm` runs
    between write and push; it can drop changes from the plan.
    """

    store: CommitStore[Change]
    task: PushTask[Change, Plan]
    snapshot: Snapshot
    confirm: Callable[[], None] = lambda: None
    unknown: dict[str, Plan] = field(default_factory=dict)

    def run(self, retry: PushRetry) -> bool:
        """Push, and return whether the task's plan was pushed; False if nothing was left to push.

        Raises RepositoryError if the server refuses a push, if others were faster each time, or if the response to a
        push was lost and the repository cannot be read.
        """
        for attempt in retry:
            if attempt and self._refresh():
                return True
            commit = self._write()
            if commit is None:
                return bool(self.unknown) and self._refresh()
            outcome = self.store.push(self.snapshot, commit)
            if outcome is PushOutcome.ACCEPTED:
                return True
            if outcome is PushOutcome.UNKNOWN:
                self.unknown[commit] = self.task.plan
        if self._refresh() or self._is_pushed():
            return True
        if not self.task.changes():
            return False
        raise RepositoryError(
            f"Other pushes were faster {retry.attempts} times in a row, for {retry.seconds:.0f} seconds, so"
            f" {self.task.consequence()}. Run again when the repository is less busy."
        )

    def _write(self) -> str | None:
        """Write the changes that hold until just before the push; return the last commit, None without changes."""
        changes = self.task.changes()
        if not changes:
            return None
        commit = self.store.write(self.snapshot, changes)
        self.confirm()
        confirmed = self.task.changes()
        if confirmed == changes:
            return commit
        return self.store.write(self.snapshot, confirmed) if confirmed else None

    def _refresh(self) -> bool:
        """Take a new snapshot. Return whether it contains an earlier push; if not, revise the plan."""
        before = self.snapshot.commit
        with self._explaining_unknown():
            self.snapshot = self.store.snapshot()
        if self.snapshot.commit != before and self._is_pushed():
            return True
        self.task.revise(self.snapshot)
        return False

    def _is_pushed(self) -> bool:
        """Return whether the server carried out a push whose response was lost; restore its plan."""
        with self._explaining_unknown():
            commit = next((commit for commit in self.unknown if self.store.contains(self.snapshot, commit)), None)
        if commit is not None:
            self.task.plan = self.unknown[commit]
        return commit is not None

    @contextlib.contextmanager
    def _explaining_unknown(self) -> Iterator[None]:
        try:
            yield
        except RepositoryError as error:
            if not self.unknown:
                raise
            raise RepositoryError(
                "It is not known whether the push was carried out: the response was lost, and then the repository could"
                f" not be read. Run again later to see it. {error}"
            ) from None
