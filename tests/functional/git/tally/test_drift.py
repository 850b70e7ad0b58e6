# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tally that does not match its pool is a problem only if the moves since it was written do not explain it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import open_repository, release
from ansible_collections.poolboy.concourse.tests.functional.git.tally.counting import Counter
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


def problems(look: Look, locks: LockRepository) -> list[str]:
    return [problem.text for problem in look(locks.url).problems]


@pytest.mark.parametrize("claims", [0, 1, 2, 3])
def test_claims_of_counted_builds_are_no_drift(locks: LockRepository, look: Look, claims: int) -> None:
    for lock in ("env-3", "env-4"):
        locks.add("aws", lock)
    assert Counter(locks, look.cache_dir).start() == {"aws": 3}
    for lock in ("env-2", "env-3", "env-4")[:claims]:
        locks.claim("aws", lock)
    assert problems(look, locks) == []


def test_an_unexplained_tally_has_drifted(locks: LockRepository, look: Look) -> None:
    locks.tally("aws", triggers=0, removals=6)
    (problem,) = problems(look, locks)
    assert problem == (
        "the tally has drifted: with the moves of locks since it was written, it counts 0 builds to start"
        " and 6 expected claims, but the pool has 1 unclaimed locks"
    )
    locks.claim("aws", "env-2")
    (problem,) = problems(look, locks)
    assert "0 builds to start and 5 expected claims, but the pool has 0 unclaimed locks" in problem


def test_a_tally_that_is_too_low_has_drifted(locks: LockRepository, look: Look) -> None:
    locks.tally("aws", triggers=0, removals=0)
    (problem,) = problems(look, locks)
    assert "has drifted" in problem


def test_an_old_tally_is_judged_by_its_files_alone(locks: LockRepository, look: Look) -> None:
    locks.add("gcp", "x")
    locks.tally("gcp", triggers=0, removals=1)
    locks.claim("gcp", "x")
    grow(locks, 27)
    assert problems(look, locks) == []
    grow(locks, 6)
    (problem,) = problems(look, locks)
    assert problem.startswith(".pending-removals has drifted: it counts 1 expected claims, the pool has 0")


@pytest.mark.parametrize("commits", [61, 62, 63, 64])
def test_the_problems_of_a_commit_do_not_depend_on_how_it_was_fetched(
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


def test_a_matching_tally_costs_nothing(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    locks.release("aws", "env-1")
    locks.tally("aws", triggers=1, removals=1)
    assert problems(look, locks) == []
    assert recorder.depths() == [1]
    assert "log" not in recorder.commands()
