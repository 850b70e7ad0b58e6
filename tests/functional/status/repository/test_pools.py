# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pools are read, and when each pool's policy releases a lock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, Look, LookEach, login
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene

MINUTE = 60
AGES = {"aws": 90, "gcp": 30, "cf/fresh": 10}  # minutes since the claim of the one lock in each


@pytest.fixture(scope="module")
def now() -> int:
    """The start time of these tests in seconds since 1970, which may be long after collection."""
    return int(time.time())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, now: int) -> Iterator[LockRepository]:
    made = LockRepository(tmp_path_factory.mktemp("pools") / "locks.git")
    for pool, age in AGES.items():
        made.add(pool, "env-1", at=now - 100 * MINUTE)
        made.claim(pool, "env-1", at=now - age * MINUTE)
    made.fork("other", at="main~1")
    before = fingerprint(made.path)
    yield made
    assert fingerprint(made.path) == before


FORMS: list[tuple[object, list[str]]] = [
    (None, ["aws", "cf/fresh", "gcp"]),
    (["gcp", "aws"], ["gcp", "aws"]),
    ("gcp:30, aws:60", ["gcp", "aws"]),
    (["cf/fresh/"], ["cf/fresh"]),
    ([{"name": "cf/fresh", "grace": 1}, "aws:5"], ["cf/fresh", "aws"]),
    ([{"name": "aws", "release_to": "gcp", "job": "main/p/j"}], ["aws"]),
]


def test_every_way_to_name_pools(repository: LockRepository, look_each: LookEach) -> None:
    runs = look_each([{"repo": repository.url, "pools": given} for given, _pools in FORMS])
    for run, (given, pools) in zip(runs, FORMS, strict=True):
        assert not run.failed, run.message
        assert [pool["name"] for pool in run.values["pools"]] == pools, given
        assert set(run.locks) == {f"{pool}/env-1" for pool in pools}


def test_the_environment_names_them_unless_the_option_does(repository: LockRepository, look: Look) -> None:
    environment = {"POOLS": "aws:60,gcp:20", "POOL_REPO": repository.url}
    by_variable = look(environment, **BY_AGE)
    assert {name: lock["releasable"] for name, lock in by_variable.locks.items()} == {
        "aws/env-1": True,
        "gcp/env-1": True,
    }
    assert set(look(environment, pools=["cf/fresh"]).locks) == {"cf/fresh/env-1"}
    assert len(look({**environment, "POOLS": ""}).locks) == len(AGES)


# There is no Concourse: the claims of builds go by age.
BY_AGE = {"no_concourse": "stale"}
POLICIES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"aws"}),
    ({"no_concourse": None}, set()),
    ({"no_concourse": None, "policy": {"unverified": "release"}}, set()),
    ({"stale_timeout": 0}, {"aws", "gcp", "cf/fresh"}),
    ({"pools": ["aws:100", "gcp:20", "cf/fresh"]}, {"gcp"}),
    ({"pools": [{"name": "gcp", "stale_timeout": 20}, "aws"], "stale_timeout": 1000}, {"gcp"}),
    ({"preset": "pool_boy", "no_concourse": None}, {"aws"}),
    ({"no_concourse": "keep", "pools": [{"name": "aws", "no_concourse": "stale"}, "gcp:0"]}, {"aws"}),
    ({"policy": {"unverified": "keep"}, "no_concourse": None}, set()),
]


def test_when_a_policy_lets_go(repository: LockRepository, look_each: LookEach) -> None:
    runs = look_each([{"repo": repository.url, **BY_AGE, **options} for options, _pools in POLICIES])
    for run, (options, pools) in zip(runs, POLICIES, strict=True):
        assert not run.failed, run.message
        assert {lock["pool"] for lock in run.values["locks"] if lock["releasable"]} == pools, options
        assert {pool["name"] for pool in run.values["pools"] if pool["releasable"]} == pools


def test_the_times_of_a_lock(repository: LockRepository, look: Look, now: int) -> None:
    (lock,) = look(repo=repository.url, pools=["aws:45"], **BY_AGE).values["locks"]
    claimed = datetime.fromtimestamp(now - 90 * MINUTE, UTC)
    assert datetime.fromisoformat(lock["claimed_at"]) == claimed
    assert lock["dead_since"] == lock["claimed_at"]
    assert (datetime.fromisoformat(lock["releasable_at"]) - claimed).total_seconds() == 45 * MINUTE
    # Previous tests may take many minutes.
    assert 0 <= (time.time() - claimed.timestamp()) / MINUTE - lock["age_minutes"] < 2


def test_another_branch(repository: LockRepository, look: Look) -> None:
    states = {name: lock["state"] for name, lock in look(repo=repository.url, branch="other").locks.items()}
    assert states == {"aws/env-1": "claimed", "gcp/env-1": "claimed", "cf/fresh/env-1": "unclaimed"}
    assert look(repo=repository.url, branch="refs/heads/other").values["locks"]


def test_the_clock_starts_when_the_last_build_with_the_lock_ended(scene: Scene, look: Look) -> None:
    """Claimed six hours ago, but the deployment failed a minute ago: the stale timeout starts then."""
    scene.atc.set_pipeline("main/chain", CHAIN)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/chain", "claim")
    scene.claim(build, "env", "aws/env-1")
    scene.wait(60)
    scene.finish(build, "succeeded")
    scene.wait(int(time.time()) - scene.now - 60)
    scene.finish(scene.running("deploy"), "failed")
    (lock,) = look(**login(scene)).values["locks"]
    assert (lock["verdict"], lock["policy"], lock["releasable"]) == ("leaked", "stale", False)
    assert datetime.fromisoformat(lock["dead_since"]).timestamp() == scene.now
    assert look(**login(scene, stale_timeout=1)).values["locks"][0]["releasable"] is True
