# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tally that does not fit its pool is a problem only if what happened since it was counted does not explain it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.git.counting import Counter
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import open_repository, release
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


def problems(look: Look, locks: LockRepository) -> list[str]:
    return [problem.text for problem in look(locks.url).problems]


@pytest.mark.parametrize("claims", [0, 1, 2, 3])
def test_builds_that_have_claimed_what_was_counted_are_no_drift(locks: LockRepository, look: Look, claims: int) -> None:
    for lock in ("env-3", "env-4"):
        locks.add("aws", lock)
    assert Counter(locks, look.cache_dir).start() == {"aws": 3}
    for lock in ("env-2", "env-3", "env-4")[:claims]:
        locks.claim("aws", lock)
    assert problems(look, locks) == []


def test_a_tally_that_nothing_explains_has_drifted(locks: LockRepository, look: Look) -> None:
    locks.tally("aws", triggers=0, removals=6)
    (problem,) = problems(look, locks)
    assert problem == (
        "the tally has drifted: with the moves of locks since it was written, it counts 0 builds to start"
        " and 6 claims to come, but the pool has 1 unclaimed locks"
    )
    locks.claim("aws", "env-2")
    (problem,) = problems(look, locks)
    assert "0 builds to start and 5 claims to come, but the pool has 0 unclaimed locks" in problem


def test_too_few_is_drift_as_well(locks: LockRepository, look: Look) -> None:
    locks.tally("aws", triggers=0, removals=0)
    (problem,) = problems(look, locks)
    assert "has drifted" in problem


def test_what_was_counted_long_ago_is_judged_by_the_files(locks: LockRepository, look: Look) -> None:
    locks.add("gcp", "x")
    locks.tally("gcp", triggers=0, removals=1)
    locks.claim("gcp", "x")
    grow(locks, 27)
    assert problems(look, locks) == []
    grow(locks, 6)
    (problem,) = problems(look, locks)
    assert problem.startswith(".pending-removals has drifted: it counts 1 claims to come, the pool has 0")


@pytest.mark.parametrize("commits", [61, 62, 63, 64])
def test_what_is_told_of_a_commit_does_not_depend_on_how_it_was_fetched(
    locks: LockRepository, look: Look, tmp_path: Path, commits: int
) -> None:
    locks.tally("aws", triggers=0, removals=1)
    look(locks.url)
    locks.claim("aws", "env-2")
    for number in range(commits - 1):
        locks.commit({"README.md": f"{number}"})
    deep = Look(tmp_path / "another cache")
    deep(locks.url)
    with open_repository(locks.url, look.cache_dir) as repository:
        release(repository, "aws/env-1")
    locks.claim("aws", "env-1")
    assert look(locks.url) == deep(locks.url) == Look(tmp_path / "a third cache")(locks.url)


def test_it_costs_nothing_where_the_tally_fits(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    locks.release("aws", "env-1")
    locks.tally("aws", triggers=1, removals=1)
    assert problems(look, locks) == []
    assert recorder.depths() == [1]
    assert "log" not in recorder.commands()
