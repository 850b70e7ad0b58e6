# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The number of requests: shared data is requested once, over few connections."""

from __future__ import annotations

import copy
import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, HOUR, Look, hand_off, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

LOCKS = 100
MOST_CONNECTIONS = 16
OF_THE_RUN = ("/api/v1/info", "/sky/issuer/token", "/api/v1/user")
PIPELINE = "/api/v1/teams/main/pipelines/chain"


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A hundred builds claimed a lock each and handed it on to a hundred running builds."""
    with Scene(tmp_path_factory.mktemp("requests"), now=int(time.time()) - 40 * HOUR) as scene:
        config = copy.deepcopy(CHAIN)
        config["jobs"][2]["plan"][0]["version"] = "every"
        scene.atc.change_settings(auto_schedule=False)
        scene.atc.set_user("pool-boy", "pa55word")
        scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
        scene.atc.set_pipeline("main/chain", config)
        scene.locks.commit({f"aws/unclaimed/env-{number}": "" for number in range(LOCKS)}, at=scene.now)
        _begin_the_queue(scene)
        for number in range(LOCKS):
            hand_off(scene, f"aws/env-{number}")
        yield scene
        assert scene.atc.server.errors == []


def _begin_the_queue(scene: Scene) -> None:
    """Let a job with `version: every` take a first version, so that it takes the others in turn."""
    scene.locks.add("aws", "first", at=scene.now)
    scene.finish(hand_off(scene, "aws/first"), "succeeded")
    scene.finish(scene.start("main/chain", "accept"), "failed")
    scene.locks.remove("aws", "first", at=scene.now)


def ask(scene: Scene, place: Workplace, verdict: str) -> Counter[str]:
    """Run the module and count its requests without their numbers.

    Only the final check before a lock is called stale may repeat a request.
    """
    scene.atc.clear_log()
    run = place.run_module("concourse_pool_status", login(scene))
    assert Counter(run.verdicts.values()) == {verdict: LOCKS}
    asked = Counter(f"{entry.method} {entry.path}?{entry.query}" for entry in scene.atc.log.entries)
    again = {question: times for question, times in asked.items() if times > 1}
    assert set(again.values()) <= {2}
    assert all(re.search(r"(/input_to|/chain/jobs)\?$", question) for question in again), again
    assert scene.atc.connections() <= MOST_CONNECTIONS
    return Counter(re.sub("/[0-9]+", "/N", entry.path) for entry in scene.atc.log.entries)


def test_a_hundred_locks_at_work(hundred: Scene, workplace: Workplace) -> None:
    kinds = ask(hundred, workplace, "handed_off")
    assert [kinds.pop(path) for path in (*OF_THE_RUN, f"{PIPELINE}/jobs")] == [1, 1, 1, 1]
    assert kinds.pop(f"{PIPELINE}/resources/env/versions") <= LOCKS
    assert kinds == {
        f"{PIPELINE}/jobs/claim/builds/N": LOCKS,
        "/api/v1/builds/N/resources": LOCKS,
        f"{PIPELINE}/resources/env/versions/N/input_to": LOCKS,
    }


def test_a_hundred_locks_that_wait_in_a_queue(hundred: Scene, workplace: Workplace) -> None:
    for build in hundred.atc.list_builds(job="deploy", status="started"):
        hundred.atc.finish(build["id"], "succeeded")
    hundred.atc.schedule()
    kinds = ask(hundred, workplace, "handed_off")
    assert [kinds[path] for path in OF_THE_RUN] == [1] * len(OF_THE_RUN)
    shared = {path: times for path, times in kinds.items() if path.startswith(f"{PIPELINE}/jobs") and "/N" not in path}
    assert f"{PIPELINE}/jobs/accept/inputs" in shared
    assert max(shared.values()) <= 2, shared
    assert kinds.total() <= 5 * LOCKS + 20, kinds


def test_a_build_with_many_locks_is_asked_for_once(scene: Scene, look: Look) -> None:
    scene.atc.set_pipeline("main/chain", CHAIN)
    build = scene.start("main/chain", "claim")
    for number in range(12):
        scene.locks.add("aws", f"env-{number}", at=scene.now)
        scene.claim(build, "env", f"aws/env-{number}")
    run = look(**login(scene))
    assert Counter(run.verdicts.values()) == {"running": 12}
    assert len(scene.atc.requests(path="/builds/")) == 1
    assert len(scene.atc.log.entries) == len(OF_THE_RUN) + 1


def test_who_has_only_free_locks_is_not_asked_about_builds(scene: Scene, look: Look) -> None:
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.locks.add("aws", "env-2", at=scene.now)
    scene.locks.claim("aws", "env-2", message="manually claim env-2", at=scene.now)
    assert look(**login(scene)).verdicts == {"aws/env-1": "free", "aws/env-2": "manual"}
    assert {entry.path for entry in scene.atc.log.entries} <= set(OF_THE_RUN)
