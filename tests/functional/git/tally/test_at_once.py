# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs count in one lock repository: only the run whose push is accepted starts the builds."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import MIN_ATTEMPTS, PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import TallyPlan
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.command import GitProcess
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.remote import Remote
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import set_hook
from ansible_collections.poolboy.concourse.tests.functional.git.tally.counting import Counter, files
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_text


@pytest.fixture
def counter(locks: LockRepository, tmp_path: Path) -> Counter:
    """Pool aws with lock env-1 claimed and env-2 unclaimed."""
    return Counter(locks, tmp_path / "one")


@pytest.fixture
def other(locks: LockRepository, tmp_path: Path) -> Counter:
    """The same with another cache, as on another machine."""
    return Counter(locks, tmp_path / "other")


@pytest.fixture
def before_push(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], object]], None]:
    """Calls a function with the number of the push right before each push of the collection."""
    push = Remote.push
    pushes: list[str] = []

    def call(action: Callable[[int], object]) -> None:
        def patched(self: Remote, repository: Path, branch: str, commit: str, *, base: str) -> GitProcess:
            pushes.append(commit)
            action(len(pushes))
            return push(self, repository, branch, commit, base=base)

        monkeypatch.setattr(Remote, "push", patched)

    return call


def test_an_overtaken_push_is_retried_with_the_changes_of_others(
    locks: LockRepository, counter: Counter, before_push: Callable[[Callable[[int], object]], None]
) -> None:
    actions: list[Callable[[], object]] = [
        lambda: locks.add("aws", "env-3"),
        lambda: locks.claim("aws", "env-2"),
        lambda: locks.commit({"README.md": "x"}),
        lambda: None,
    ]
    before_push(lambda number: actions[number - 1]())
    assert counter.start() == {"aws": 1}
    assert files(locks) == ("0", "1")


def test_always_overtaken_gives_up_and_starts_nothing(
    locks: LockRepository,
    counter: Counter,
    before_push: Callable[[Callable[[int], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "ansible_collections.poolboy.concourse.tests.functional.git.tally.counting.PushRetry", quick_retry
    )
    before_push(lambda number: locks.commit({"README.md": f"{number}"}))
    with pytest.raises(RepositoryError, match=rf"faster {MIN_ATTEMPTS} times in a row.*so no build was started"):
        counter.start()
    assert files(locks) == (None, None)


def quick_retry() -> PushRetry:
    """As few attempts as possible, without pauses."""
    ticks = iter(range(0, 100_000, 100))
    return PushRetry(sleep=lambda _seconds: None, clock=lambda: float(next(ticks)))


def test_only_one_of_two_runs_starts_the_builds(
    locks: LockRepository, counter: Counter, other: Counter, before_push: Callable[[Callable[[int], object]], None]
) -> None:
    started: dict[str, int] = {}
    before_push(lambda number: started.update(other.start()) if number == 1 else None)
    assert counter.start() == {}
    assert started == {"aws": 1}
    assert files(locks) == ("0", "1")


def test_only_one_of_two_runs_that_write_the_same_in_the_same_second(
    locks: LockRepository, counter: Counter, other: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commits of both must differ: git accepts a push of a commit that is already there."""
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: now)
    for lock in ("env-3", "env-4", "env-5"):
        locks.add("aws", lock)
    with counter.open() as one, other.open() as two:
        first, second = counter.ledger(one), other.ledger(two)
        first_snapshot, second_snapshot = one.snapshot(), two.snapshot()
        plans = [first.count(first_snapshot)["aws"].start, second.count(second_snapshot)["aws"].start]
    assert plans == [4, 0]


def test_many_at_once(locks: LockRepository, tmp_path: Path) -> None:
    """Each lock gets one build from one of three runs, while locks are added."""
    counters = [Counter(locks, tmp_path / f"{number}") for number in range(3)]
    barrier = Barrier(4, timeout=60)

    def count(counter: Counter) -> int:
        barrier.wait()
        return sum(sum(counter.start().values()) for _round in range(3))

    def add() -> None:
        barrier.wait()
        for number in range(6):
            _add(locks, f"more-{number}")

    with ThreadPoolExecutor(4) as threads:
        adding = threads.submit(add)
        started = sum(threads.map(count, counters))
        adding.result()
    assert started + sum(counters[0].start().values()) == 7
    assert files(locks) == ("0", "7")


def _add(locks: LockRepository, lock: str) -> None:
    """Add a lock as others do: never by force, and again if another push was faster."""
    for _attempt in range(50):
        tip = locks.tip() or ""
        branch = f"try-{lock}"
        locks.fork(branch, at=tip)
        commit = locks.add("aws", lock, branch=branch)
        try:
            git_text("update-ref", f"refs/heads/{locks.branch}", commit, tip, folder=locks.path)
        except RuntimeError:
            continue
        return
    raise AssertionError("overtaken too often")


def test_a_push_whose_response_is_lost_is_not_counted_twice(locks: LockRepository, counter: Counter) -> None:
    """The server accepts the commits and then disconnects, so that git fails."""
    set_hook(locks, "post-receive", "kill -9 $PPID")
    assert counter.start() == {"aws": 1}
    assert files(locks) == ("0", "1")
    assert counter.start() == {}


def test_give_back_is_retried(
    locks: LockRepository, counter: Counter, before_push: Callable[[Callable[[int], object]], None]
) -> None:
    before_push(lambda number: locks.add("aws", f"more-{number}") if number in (2, 3) else None)
    with counter.open() as repository:
        run = counter.ledger(repository)
        plans: dict[str, TallyPlan] = dict(run.count(repository.snapshot()))
        assert plans["aws"].start == 1
        run.give_back({"aws": 1})
    assert files(locks) == ("3", "0")
