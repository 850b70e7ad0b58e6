# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that cannot ask Concourse about any lock of a build: it was forgotten, is misspelt, or is down."""

from __future__ import annotations

from typing import Any

import pytest

from ....lockrepo import LockRepository
from ....scene import Scene
from ...running import refusal
from ..reading import files, locks_in, tip
from ..runs import Clean, actions, login, released

SOURCE = {"uri": "file:///locks.git", "branch": "main", "pool": "aws"}
PIPELINE = {
    "resources": [{"name": "env", "type": "pool", "source": SOURCE}],
    "jobs": [{"name": "up", "plan": [{"put": "env", "params": {"acquire": True}}]}],
}
PAGE = "https://ci.example.com/teams/main/pipelines/p/jobs/j/builds/1"
# What somebody may have written for claims that name no build, or for other verdicts.
INNOCENT: list[dict[str, Any]] = [
    {},
    {"policy": {"unverified": "stale"}},
    {"policy": {"unverified": "release"}, "grace": 0},
    {"stale_timeout": 0},
    {"pools": [{"name": "aws", "policy": {"unverified": "stale"}, "stale_timeout": 0}]},
]
DECIDED: list[tuple[dict[str, Any], set[str]]] = [
    ({"no_concourse": "stale"}, {"aws/env-1", "aws/env-2", "aws/env-3"}),
    ({"no_concourse": "keep"}, set()),
    ({"policy": {"unverified": "keep"}}, set()),
    ({"preset": "pool_boy"}, {"aws/env-1", "aws/env-2", "aws/env-3", "aws/env-4"}),
    ({"preset": "pool_boy", "no_concourse": "keep"}, {"aws/env-4"}),
    ({"preset": "pool_boy", "policy": {"unverified": "keep"}}, {"aws/env-4"}),
    ({"pools": [{"name": "aws", "no_concourse": "stale"}]}, {"aws/env-1", "aws/env-2", "aws/env-3"}),
    ({"no_concourse": "stale", "pools": [{"name": "aws", "no_concourse": "keep"}]}, set()),
]


@pytest.fixture
def claimed(locks: LockRepository) -> LockRepository:
    """env-1 to env-3 are claimed by builds; only the last claim names its build."""
    locks.claim("aws", "env-3", message=f"claiming: env-3\nBuild URL: {PAGE}\n")
    return locks


@pytest.mark.parametrize("options", INNOCENT, ids=str)
def test_a_forgotten_concourse_takes_no_lock(clean: Clean, claimed: LockRepository, options: dict[str, Any]) -> None:
    base = tip(claimed.path)
    given = {"repo": claimed.url, "pools": "aws", "no_concourse": None, **options}
    run = clean(**given)
    message = refusal(run)
    assert message.startswith("Nothing was released: no Concourse is configured")
    assert "3 locks" in message
    assert "Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to stale" in message
    assert set(actions(run).values()) == {"keep"}
    assert run.locks["aws/env-3"]["policy"] == "keep"
    assert run.locks["aws/env-3"]["reason"].endswith("but no Concourse is configured to ask: set concourse_url")
    assert run.values["report"]
    assert run.values["pools"]
    assert refusal(clean(**given, check_mode=True)) == message
    assert tip(claimed.path) == base


def test_a_persons_lock_does_not_go_either(clean: Clean, claimed: LockRepository) -> None:
    options = {"repo": claimed.url, "pools": "aws", "no_concourse": None, "policy": {"manual": "stale"}}
    base = tip(claimed.path)
    refused = clean(**options)
    assert refusal(refused)
    assert set(actions(refused).values()) == {"keep"}
    assert "could not be asked about any lock of a build" in refused.locks["aws/env-4"]["action_reason"]
    assert tip(claimed.path) == base
    run = clean(**options, unreachable_ok=True)
    assert released(run) == {"aws/env-4"}
    (warning,) = run.warnings
    assert warning.startswith("No Concourse is configured, so it is unknown whether the builds that claimed 3 locks")


@pytest.mark.parametrize(("options", "gone"), DECIDED, ids=[str(options) for options, _gone in DECIDED])
def test_what_somebody_has_decided_is_done(
    clean: Clean, claimed: LockRepository, options: dict[str, Any], gone: set[str]
) -> None:
    run = clean(**{"repo": claimed.url, "pools": "aws", "no_concourse": None, **options})
    assert not run.failed, run.message
    assert released(run) == gone


def test_no_lock_of_a_build_is_no_failure(clean: Clean, locks: LockRepository) -> None:
    for lock in ("env-1", "env-2"):
        locks.release("aws", lock)
    run = clean(repo=locks.url, pools="aws", no_concourse=None)
    assert (run.failed, run.warnings) == (False, [])


def test_force_releases_without_a_concourse(clean: Clean, claimed: LockRepository) -> None:
    options = {"repo": claimed.url, "pools": "aws", "no_concourse": None}
    commit = clean(**options).locks["aws/env-3"]["commit"]
    run = clean(**options, force=[{"lock": "aws/env-3", "commit": commit}])
    assert released(run) == {"aws/env-3"}


def test_force_releases_nothing_else(clean: Clean, claimed: LockRepository) -> None:
    options: dict[str, Any] = {"repo": claimed.url, "pools": "aws", "no_concourse": "stale"}
    checked = clean(**options, check_mode=True)
    assert len(released(checked)) == 3
    options |= {"force": [{"lock": "aws/env-4", "commit": checked.locks["aws/env-4"]["commit"]}], "max_releases": 1}
    for check_mode in (True, False):
        run = clean(**options, check_mode=check_mode)
        assert not run.failed, "one release is no more than max_releases allows"
        assert released(run) == {"aws/env-4"}
        assert run.locks["aws/env-3"]["action_reason"] == "a run with force releases no other lock"
    states = locks_in(files(claimed.path))
    assert [name for name, state in states.items() if state == {"unclaimed"}] == ["aws/env-4"]


@pytest.fixture
def held(scene: Scene) -> Scene:
    """Three locks: a running build has env-1, an aborted one env-2, and a person mine."""
    scene.atc.set_pipeline("main/p", PIPELINE)
    for lock in ("env-1", "env-2", "mine"):
        scene.locks.add("aws", lock, at=scene.now)
    scene.claim(scene.start("main/p", "up"), "env", "aws/env-1")
    aborted = scene.start("main/p", "up")
    scene.claim(aborted, "env", "aws/env-2")
    scene.wait(60)
    scene.finish(aborted, "aborted")
    scene.locks.claim("aws", "mine", message="manually claim mine", at=scene.now)
    scene.atc.follow_wall_clock()
    return scene


MISTYPED = ["http://127.0.0.1:9", "http://ci.no-such-host.invalid"]


@pytest.mark.parametrize("address", MISTYPED)
def test_a_misspelt_address_is_a_failure(clean: Clean, held: Scene, address: str) -> None:
    options = login(
        held, pools="aws", concourse_url=address, concourse_timeout=2, policy={"manual": "release"}, grace=0
    )
    base = tip(held.locks.path)
    run = clean(**options)
    message = refusal(run)
    assert (
        "Nothing was released: Concourse gave no credible response about 2 of the 2 locks that builds hold" in message
    )
    assert message.endswith("Check concourse_url and the login; to let such a run succeed, set unreachable_ok to true.")
    assert {name: lock["verdict"] for name, lock in run.locks.items()} == {
        "aws/env-1": "unreachable",
        "aws/env-2": "unreachable",
        "aws/mine": "manual",
    }
    assert run.values["report"]
    assert tip(held.locks.path) == base
    accepted = clean(**options, unreachable_ok=True)
    assert released(accepted) == {"aws/mine"}
    assert any("2 of the 2 locks that builds hold" in warning for warning in accepted.warnings)


def test_one_lock_among_others_is_a_warning(clean: Clean, held: Scene) -> None:
    held.atc.add_fault("status", status=502, path="/jobs/up/builds/1$")
    run = clean(**login(held, pools="aws", grace=0))
    assert released(run) == {"aws/env-2"}
    (warning,) = run.warnings
    assert "about 1 of the 2 locks that builds hold: aws/env-1 is claimed by" in warning
    assert warning.endswith("; it is kept.")
