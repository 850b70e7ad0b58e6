# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""200 locks and 20,000 commits in every format: the module's result is correct with any depth of history."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace, fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look
from ansible_collections.poolboy.concourse.tests.lockrepo import (
    KINDS,
    ExpectedHolder,
    LockRepository,
    LockTruth,
    Truth,
    generate,
    go_text,
)
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_text
from ansible_collections.poolboy.concourse.tests.servers import dumb, serve_https

SIZE: dict[str, Any] = {"locks": 200, "claimed": 80, "commits": 20_000}
OLDEST = {"recent": 3_000, "ancient": 19_900}


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Truth]:
    """Two repositories: one needs a part of the history, the other needs all of it."""
    folder, until = tmp_path_factory.mktemp("generated"), int(time.time()) - 7200
    return {
        name: generate(folder / f"{name}.git", oldest_claim_depth=depth, seed=depth, until=until, **SIZE)
        for name, depth in OLDEST.items()
    }


@pytest.fixture(params=list(OLDEST))
def truth(request: pytest.FixtureRequest, histories: dict[str, Truth]) -> Truth:
    return histories[request.param]


def assert_true(run: ModuleRun, truth: Truth) -> None:
    """Assert that the result contains exactly the generator's locks."""
    assert run.values["commit"] == truth.head
    assert [pool["name"] for pool in run.values["pools"]] == list(truth.pools)
    assert list(run.locks) == [f"{lock.pool}/{lock.name}" for lock in truth.locks]
    told = list(run.locks.values())
    again = made_again(truth)
    assert [outline(lock) for lock in told] == [expected(lock, again) for lock in truth.locks]
    assert run.warnings == []


def outline(lock: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a lock that the generator knows."""
    found = {key: lock[key] for key in ("state", "commit", "claimed_at", "verdict", "releasable")}
    holder = lock["holder"]
    if holder is None or holder["kind"] != "build":
        return {**found, "holder": holder and holder["kind"]}
    names = [holder[key] for key in ("team", "pipeline", "job", "build", "instance_vars")]
    return {**found, "holder": holder["text"] if holder["job"] is None else names}


def made_again(truth: Truth) -> set[str]:
    """Return the claims that somebody made again, as a rebase does."""
    commits = {lock.commit for lock in truth.claimed if lock.commit}
    lines = git_text("log", "--no-walk", "--format=%H %at %ct", *commits, folder=truth.path).splitlines()
    return {commit for commit, authored_at, claimed_at in map(str.split, lines) if authored_at != claimed_at}


def expected(lock: LockTruth, again: set[str]) -> dict[str, Any]:
    """Return the expected fields; without a Concourse every build's verdict is unverified, and its lock is kept."""
    if lock.holder is None or lock.claimed_at is None:
        assert lock.state == "unclaimed"
        return {**dict.fromkeys(("commit", "claimed_at", "holder")), "state": "unclaimed", "verdict": "free"} | {
            "releasable": False
        }
    by_person = lock.holder.kind == "person" or lock.commit in again
    return {
        "state": "claimed",
        "commit": lock.commit,
        "claimed_at": datetime.fromtimestamp(lock.claimed_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verdict": "manual" if by_person else "unverified",
        "releasable": False,
        "holder": expected_holder(lock.holder),
    }


def expected_holder(holder: ExpectedHolder) -> object:
    if holder.kind != "build":
        return holder.kind
    if holder.build_id is not None:
        return f"build {holder.build_id}"
    return [holder.team or "main", holder.pipeline, holder.job, holder.build, named_variables(holder)]


def named_variables(holder: ExpectedHolder) -> object:
    """Return the instance variables; Concourse 8.0 lost the types, so only some values are JSON."""
    variables = holder.instance_vars
    if variables is None or not holder.untyped:
        return variables
    try:
        return {key: json.loads(go_text(value)) for key, value in variables.items()}
    except ValueError:
        return None


def test_every_format_occurs(histories: dict[str, Truth]) -> None:
    """The histories contain every format that the other tests cover."""
    assert {lock.format for truth in histories.values() for lock in truth.claimed} >= set(KINDS) - {"several"}
    assert all(len(truth.claimed) >= SIZE["claimed"] for truth in histories.values())


def test_cold_and_warm(truth: Truth, look: Look) -> None:
    before = fingerprint(truth.path)
    for _count in range(2):
        assert_true(look(repo=truth.path.as_uri()), truth)
    assert fingerprint(truth.path) == before


def test_without_a_cache(histories: dict[str, Truth], workplace: Workplace, look: Look) -> None:
    assert_true(look(repo=histories["recent"].path.as_uri(), cache=False), histories["recent"])
    assert list(workplace.cache.iterdir()) == []


def test_with_the_whole_history(truth: Truth, look: Look) -> None:
    """A web server without git does not support depth, so the mirror gets all commits."""
    with serve_https(truth.path.parent, answer=dumb, tls=False) as server:
        for _count in range(2):
            assert_true(look(repo=server.url(truth.path.name)), truth)


def test_a_warm_cache_is_updated(histories: dict[str, Truth], look: Look, tmp_path: Path) -> None:
    truth = histories["recent"]
    repository = LockRepository(truth.path)
    assert_true(look(repo=repository.url), truth)
    free = [lock for lock in truth.locks if lock.state == "unclaimed"][:2]
    taken = [lock for lock in truth.claimed if lock.format == "url"][:2]
    now = int(time.time()) - 7200
    claims = {f"{lock.pool}/{lock.name}": repository.claim(lock.pool, lock.name, at=now + 1) for lock in free}
    for lock in taken:
        repository.release(lock.pool, lock.name, at=now + 2)
    again = taken[1]
    claims[f"{again.pool}/{again.name}"] = repository.claim(again.pool, again.name, at=now + 3)
    try:
        warm = look(repo=repository.url)
        cold = Workplace(tmp_path / "another").run_module("concourse_pool_status", {"repo": repository.url})
        assert warm.answer == cold.answer
        assert {name: warm.locks[name]["commit"] for name in claims} == claims
        assert warm.locks[f"{taken[0].pool}/{taken[0].name}"]["state"] == "unclaimed"
        unchanged = [lock for lock in truth.claimed if lock not in taken]
        assert [warm.locks[f"{lock.pool}/{lock.name}"]["commit"] for lock in unchanged] == [
            lock.commit for lock in unchanged
        ]
    finally:
        repository.force(truth.head)


def test_runs_at_the_same_time_share_a_cache(histories: dict[str, Truth], look: Look) -> None:
    truth = histories["ancient"]
    with ThreadPoolExecutor(3) as threads:
        runs = list(threads.map(lambda _number: look(repo=truth.path.as_uri()), range(3)))
    for run in runs:
        assert_true(run, truth)
