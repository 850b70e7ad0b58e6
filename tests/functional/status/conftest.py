# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the tests of concourse_pool_status: a machine, a scene, and functions to run the module."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace, fingerprint
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene

Look = Callable[..., ModuleRun]
LookEach = Callable[[Sequence[Mapping[str, Any]]], list[ModuleRun]]
HOUR = 3600
BY_ANSIBLE = ("argument '", "missing required arguments: ", "Unsupported parameters for ")


@pytest.fixture
def look(workplace: Workplace) -> Look:
    """Run the module with options as keywords and environment variables as `environment`."""

    def looked(environment: dict[str, str] | None = None, **options: Any) -> ModuleRun:
        return workplace.run_module("concourse_pool_status", options, environment)

    return looked


@pytest.fixture
def look_each(look: Look) -> LookEach:
    """Run the module with each of several sets of options, two at a time; return the runs in order."""

    def looked(cases: Sequence[Mapping[str, Any]]) -> list[ModuleRun]:
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(lambda options: look(**options), cases))

    return looked


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[LockRepository]:
    """`locks.git`: pools `aws` (env-1 free, env-2 claimed by a person) and `cf/fresh` (empty); no run may change it."""
    repository = LockRepository(tmp_path / "served" / "locks.git")
    repository.add("aws", "env-1")
    repository.add("aws", "env-2")
    repository.add_pool("cf/fresh")
    repository.claim("aws", "env-2", message="manually claim env-2")
    before = fingerprint(repository.path)
    yield repository
    assert fingerprint(repository.path) == before


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A Concourse and a lock repository, six hours ago; user pool-boy (password pa55word) is a viewer of team main."""
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * HOUR) as made:
        made.atc.set_user("pool-boy", "pa55word")
        made.atc.set_user("admin", "admin-pa55word")
        made.atc.set_team("main", {"owner": ["local:admin"], "viewer": ["local:pool-boy"]})
        yield made
        assert made.atc.server.errors == []


def login(scene: Scene, **options: Any) -> dict[str, Any]:
    """Return the options with which pool-boy reads a scene."""
    given = {
        "repo": scene.repo,
        "concourse_url": scene.atc.url,
        "concourse_username": "pool-boy",
        "concourse_password": "pa55word",
    }
    return {**given, **options}


def refusal(run: ModuleRun) -> str:
    """Return the message of a failed run, which must be readable."""
    message = run.message
    assert run.failed
    assert not {"locks", "report", "exception"} & run.values.keys()
    assert run.values.get("changed") in (None, False)
    assert run.stderr == ""
    assert "defect of poolboy.concourse" not in message
    assert "\n" not in message
    # Ansible's own messages about types of options have no full stop.
    assert message[-1] in ".?)" or message.startswith(BY_ANSIBLE)
    assert len(message) < 700
    return message


def assert_says(message: str, words: Sequence[str]) -> None:
    """Assert that a message contains all the words."""
    assert [word for word in words if word not in message] == [], message


def assert_each_says(runs: Sequence[ModuleRun], words: Sequence[Sequence[str]]) -> None:
    """Assert that every run failed with its words; report all mismatches together."""
    wrong = []
    for run, expected in zip(runs, words, strict=True):
        try:
            assert_says(refusal(run), expected)
        except AssertionError as error:
            wrong.append(f"{run.message!r} should say {list(expected)}: {str(error).partition(chr(10))[0]}")
    assert not wrong, "\n".join(wrong)


CHAIN: dict[str, Any] = {
    "resources": [
        {"name": "env", "type": "pool", "source": {"uri": "git@git.example.com:locks.git", "private_key": "s0urce-key"}}
    ],
    "jobs": [
        {"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]},
        {"name": "deploy", "plan": [{"get": "env", "passed": ["claim"], "trigger": True}]},
        {"name": "accept", "plan": [{"get": "env", "passed": ["deploy"]}]},
        {
            "name": "give-back",
            "plan": [
                {"get": "env", "passed": ["accept"], "trigger": True},
                {"put": "env", "params": {"release": "env"}},
            ],
        },
    ],
}
"""One job claims, the next works, a person starts the third, and the last releases the lock."""


def hand_off(scene: Scene, lock: str, *, pipeline: str = "main/chain") -> int:
    """Let a build of `claim` claim `pool/lock` and succeed; return the build of `deploy` that then starts."""
    build = scene.start(pipeline, "claim")
    scene.claim(build, "env", lock)
    scene.wait(30)
    scene.finish(build, "succeeded")
    scene.wait(30)
    running = scene.atc.list_builds(pipeline=pipeline, job="deploy", status="started")
    return int(running[-1]["id"])
