# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the push loop does about lost responses. The other rules are tested where it is used: clean and tally."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.loop import PushLoop
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError

UNREADABLE = RepositoryError("The server cannot be reached.")


@dataclass
class Task:
    """Pushes one text for each revision."""

    plan: int = 0

    def changes(self) -> list[str]:
        return [f"change {self.plan}"]

    def revise(self, _snapshot: Snapshot) -> None:
        self.plan += 1

    def consequence(self) -> str:
        return "nothing was changed"


@dataclass
class Store:
    """Snapshots and outcomes in order, and the commits that the branch contains in the end."""

    outcomes: list[PushOutcome]
    contained: Sequence[str] = ()
    commits: list[str] = field(default_factory=list)
    unreadable: bool = False

    def snapshot(self) -> Snapshot:
        if self.unreadable:
            raise UNREADABLE
        return Snapshot(f"tip {len(self.commits)}", "main", (), ())

    def write(self, snapshot: Snapshot, changes: Sequence[str]) -> str:
        return f"{changes[0]} on {snapshot.commit}"

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        self.commits.append(commit)
        return self.outcomes[len(self.commits) - 1]

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        return commit in self.contained


def loop(store: Store, confirm: Callable[[], bool] = lambda: True) -> PushLoop[str, int]:
    return PushLoop(store, Task(), store.snapshot(), confirm)


def run(pushes: PushLoop[str, int]) -> bool:
    return pushes.run(PushRetry(sleep=lambda _seconds: None))


def test_the_plan_of_the_push_that_was_carried_out_is_restored() -> None:
    store = Store([PushOutcome.UNKNOWN, PushOutcome.UNKNOWN, PushOutcome.OVERTAKEN], ["change 1 on tip 1"])
    pushes = loop(store)
    assert run(pushes)
    assert pushes.task.plan == 1
    assert store.commits == ["change 0 on tip 0", "change 1 on tip 1"]


def test_an_overtaken_push_is_not_looked_for() -> None:
    store = Store([PushOutcome.OVERTAKEN, PushOutcome.ACCEPTED], ["change 0 on tip 0"])
    pushes = loop(store)
    assert run(pushes)
    assert pushes.task.plan == 1


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (
            PushOutcome.UNKNOWN,
            r"It is not known whether a push of this run was carried out: .* The server cannot be reached\.",
        ),
        (PushOutcome.OVERTAKEN, r"^The server cannot be reached\.$"),
    ],
)
def test_a_repository_that_cannot_be_read_after_a_push(outcome: PushOutcome, message: str) -> None:
    store = Store([outcome])

    def confirm() -> bool:
        store.unreadable = True
        return True

    pushes = loop(store, confirm)
    with pytest.raises(RepositoryError, match=message):
        run(pushes)


@pytest.mark.parametrize("contained", [(), ["change 0 on tip 0"]])
def test_a_push_of_unknown_outcome_is_no_silent_end(contained: Sequence[str]) -> None:
    """Nothing is left to push, and the branch has not moved: the server can still carry out the push."""
    store = Store([PushOutcome.UNKNOWN], contained)
    pushes = loop(store)
    pushes.task.changes = lambda: [] if store.commits else ["change 0"]  # type: ignore[method-assign]
    store.snapshot = lambda: Snapshot("tip 0", "main", (), ())  # type: ignore[method-assign]
    if contained:
        assert run(pushes)
        return
    with pytest.raises(RepositoryError, match=r"^It is not known whether .* carried out: .* has not changed since\.$"):
        run(pushes)


def test_an_unknown_push_is_forgotten_once_the_branch_has_moved_without_it() -> None:
    store = Store([PushOutcome.UNKNOWN])
    pushes = loop(store)
    pushes.task.changes = lambda: [] if store.commits else ["change 0"]  # type: ignore[method-assign]
    assert not run(pushes)


def test_the_next_run_starts_with_a_new_snapshot() -> None:
    store = Store([PushOutcome.ACCEPTED, PushOutcome.ACCEPTED])
    pushes = loop(store)
    assert run(pushes)
    assert run(pushes)
    assert store.commits == ["change 0 on tip 0", "change 1 on tip 1"]


def test_changes_are_confirmed_until_they_hold() -> None:
    """They are written again only if they have changed."""
    store = Store([PushOutcome.ACCEPTED])
    written: list[str] = []
    asked: list[int] = []

    def write(snapshot: Snapshot, changes: Sequence[str]) -> str:
        written.extend(changes)
        return Store.write(store, snapshot, changes)

    store.write = write  # type: ignore[method-assign]

    def confirm() -> bool:
        asked.append(len(written))
        if len(asked) == 1:
            pushes.task.plan = 7
        return len(asked) == 3

    pushes = loop(store, confirm)
    assert run(pushes)
    assert written == ["change 0", "change 7"]
    assert asked == [1, 2, 2]
    assert store.commits == ["change 7 on tip 0"]


def test_an_accepted_push_is_not_found_again_by_the_next_run() -> None:
    """The same commit was pushed twice; the response to the first push was lost."""
    store = Store([PushOutcome.UNKNOWN, PushOutcome.ACCEPTED, PushOutcome.ACCEPTED], ["change 0 on tip 0"])
    tips = iter(["tip 0", "tip 0", "tip 1"])
    store.snapshot = lambda: Snapshot(next(tips), "main", (), ())  # type: ignore[method-assign]
    pushes = loop(store)
    pushes.task.revise = lambda _snapshot: None  # type: ignore[method-assign]
    assert run(pushes)
    pushes.task.plan = 1
    assert run(pushes)
    assert store.commits == ["change 0 on tip 0", "change 0 on tip 0", "change 1 on tip 1"]
