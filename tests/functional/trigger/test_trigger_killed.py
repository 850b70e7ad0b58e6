# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed by SIGKILL between any two requests: the next run starts what is missing and no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, Workplace
from ansible_collections.poolboy.concourse.tests.functional.trigger import triggerer as program
from ansible_collections.poolboy.concourse.tests.functional.trigger.runs import JOB, Trigger, add_locks, builds, counts
from ansible_collections.poolboy.concourse.tests.scene import Scene

LOCKS = 3
# The login takes three, then the job, its builds, the pipeline, and one for each build.
REQUESTS = 3 + 3 + LOCKS


@dataclass
class Assassin:
    """Kills the client at the request of a number, before or after it is carried out."""

    scene: Scene
    place: Workplace
    seen: int = 0
    victim: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, at: int, *, after: bool, strategy: str = "reconcile") -> int:
        """Return the exit code of a run that is killed there."""
        original = self.scene.atc.respond
        carried_out = threading.Event()

        def respond(request: Any) -> Any:
            self.seen += 1
            its_turn = self.seen == at
            if its_turn and not after:
                os.kill(self.victim[0].pid, signal.SIGKILL)
                self.victim[0].wait(10)
            # One that came before the end of its sender is still carried out.
            answer = original(request)
            if its_turn and after:
                os.kill(self.victim[0].pid, signal.SIGKILL)
                self.victim[0].wait(10)
            if its_turn:
                carried_out.set()
            return answer

        self.seen = 0
        given = {"repo": self.scene.repo, "url": self.scene.atc.url, "cache": str(self.place.cache)}
        arguments = {**given, "pools": [{"name": "aws", "job": JOB}], "strategy": strategy}
        self.scene.atc.server.respond = respond
        try:
            with self.scene.atc.world.lock:
                # The first request has to wait until the process is known.
                self.victim[:] = [self._start(arguments)]
            code = self.victim[0].wait(60)
            # The emulator may still process a request after the client has ended.
            assert not at or carried_out.wait(10)
            return code
        finally:
            self.scene.atc.server.respond = original

    def _start(self, arguments: dict[str, Any]) -> subprocess.Popen[bytes]:
        variables = {**self.place.variables, "PYTHONPATH": str(COLLECTIONS)}
        return subprocess.Popen([sys.executable, "-m", program.__name__, json.dumps(arguments)], env=variables)


@pytest.fixture
def assassin(scene: Scene, workplace: Workplace) -> Assassin:
    return Assassin(scene, workplace)


def test_at_every_request(scene: Scene, assassin: Assassin, trigger: Trigger, tmp_path: Path) -> None:
    """Many killed runs on the same scene; none starts more builds than are missing."""
    free = 0
    for at in range(4, REQUESTS + 1):
        add_locks(scene, *(f"env-{free + number}" for number in range(LOCKS)))
        free += LOCKS
        before = len(builds(scene))
        assert assassin.run(at, after=at % 2 == 0) == -signal.SIGKILL
        made = len(builds(scene)) - before
        assert made == max(0, at - (REQUESTS - LOCKS)), f"killed at request {at}"
        assert counts(trigger())[-1] == LOCKS - made
        assert len(builds(scene)) == free
    assert counts(trigger()) == ("satisfied", free, free, 0, 0)


def test_the_run_is_whole_without_a_kill(scene: Scene, assassin: Assassin) -> None:
    add_locks(scene, *(f"env-{number}" for number in range(LOCKS)))
    assert assassin.run(0, after=False) == 0
    assert assassin.seen == REQUESTS
    assert len(builds(scene)) == LOCKS


def test_with_a_tally_it_takes_a_while_until_what_was_lost_is_counted_again(
    scene: Scene, assassin: Assassin, triggerer: Any
) -> None:
    """The builds were counted and not started: a later run finds that they are missing."""
    triggerer.strategy = "tally"
    scene.locks.tally("aws", triggers=0, removals=0, at=scene.now)
    scene.now = int(time.time())
    scene.atc.set_time(scene.now)
    add_locks(scene, *(f"env-{number}" for number in range(LOCKS)))
    assert assassin.run(REQUESTS - 1, after=True, strategy="tally") == -signal.SIGKILL
    assert len(builds(scene)) == LOCKS - 1
    pools = [{"name": "aws", "job": JOB}]
    assert counts(triggerer.run(pools))[-1] == 0
    scene.wait(600)
    assert counts(triggerer.run(pools))[-1] == 1
    assert len(builds(scene)) == LOCKS
