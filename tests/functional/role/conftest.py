# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the role tests: a scene with stale locks, a machine, and rounds with real Ansible."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver, serve_receiver
from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene

HOUR = 3600
PASSWORD = "pa55word"
PIPELINE = "main/shop"
CLAIMS = {
    "resources": [
        {"name": "env", "type": "pool", "source": {"uri": "file:///locks.git", "branch": "main", "pool": "aws"}},
        {"name": "big", "type": "pool", "source": {"uri": "file:///locks.git", "branch": "main", "pool": "cf/fresh"}},
    ],
    "jobs": [
        {"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]},
        {"name": "claim-big", "plan": [{"put": "big", "params": {"acquire": True}}]},
    ],
}
PLAYBOOK = Path(__file__).with_name("rounds.yml")


@dataclass(frozen=True)
class Rounds:
    """The result of rounds.yml: by host the fact of the round and the message of the failed task."""

    run: Run
    facts: Mapping[str, Any]
    messages: Mapping[str, str | None]

    @property
    def changed(self) -> dict[str, int]:
        """Return the number of changed tasks by host."""
        found = re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", self.run.stdout, re.MULTILINE)
        return {host: int(count) for host, count in found}


class Machine(Workplace):
    """An isolated machine for rounds; `out` is the folder for their files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.out = folder / "out"
        self.out.mkdir()

    def rounds(
        self, hosts: Mapping[str, Mapping[str, Any]], *more: str, environment: Mapping[str, str] | None = None
    ) -> Rounds:
        """Run one round for each host with its variables."""
        results = self.folder / "results"
        results.mkdir(exist_ok=True)
        for old in results.iterdir():
            old.unlink()
        command = ["ansible-playbook", str(PLAYBOOK), "-i", self.inventory(hosts), "-e", f"results={results}", *more]
        run = self.ansible(*command, environment=environment)
        results_by_host = {name: json.loads((results / f"{name}.json").read_text()) for name in hosts}
        messages = {name: one["message"] for name, one in results_by_host.items()}
        return Rounds(run, {name: one["round"] for name, one in results_by_host.items()}, messages)

    def inventory(self, hosts: Mapping[str, Mapping[str, Any]]) -> str:
        """Write an inventory of local hosts with their variables, all in the group `locks`."""
        file = self.folder / "inventory.yml"
        here = {name: {"ansible_connection": "local", **variables} for name, variables in hosts.items()}
        file.write_text(yaml.safe_dump({"locks": {"hosts": here}}))
        return str(file)

    def reports(self) -> dict[str, str]:
        """Return the files of page and metrics by name."""
        return {path.name: path.read_text() for path in sorted(self.out.iterdir())}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """An isolated machine for each test; runs must leave its temporary folder empty."""
    place = Machine(tmp_path / "machine")
    yield place
    assert [name for name in place.leftovers() if not name.startswith("ansible")] == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serve_receiver() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A Concourse and a lock repository, six hours ago. User pool-boy may start builds of team main.

    The holder of aws/env-1 errored, a person claimed aws/env-2, and cf/fresh/big-1 is free.
    """
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * HOUR) as made:
        made.atc.set_user("pool-boy", PASSWORD)
        made.atc.set_team("main", {"pipeline-operator": ["local:pool-boy"]})
        made.atc.set_pipeline(PIPELINE, CLAIMS)
        for lock in ("aws/env-1", "aws/env-2", "cf/fresh/big-1"):
            made.locks.add(*lock.rsplit("/", 1), at=made.now)
        leave_behind(made, "aws/env-1")
        made.locks.claim("aws", "env-2", message="manually claim env-2", at=made.now)
        made.atc.follow_wall_clock()
        yield made
        assert made.atc.server.errors == []


def leave_behind(scene: Scene, lock: str) -> None:
    """Let a build claim a lock of pool `aws` and lose its worker, in the scene's time."""
    scene.atc.set_time(scene.now)
    build = scene.start(PIPELINE, "claim")
    scene.claim(build, "env", lock)
    scene.wait(60)
    scene.finish(build, "errored")


def work(scene: Scene, **more: Any) -> dict[str, Any]:
    """Return the variables of a round: clean both pools and start builds for cf/fresh."""
    return {
        "pool_boy_repo": scene.repo,
        "pool_boy_concourse_url": scene.atc.url,
        "pool_boy_concourse_username": "pool-boy",
        "pool_boy_concourse_password": PASSWORD,
        "pool_boy_pools": ["aws", {"name": "cf/fresh", "job": f"{PIPELINE}/claim-big"}],
        **more,
    }


def report_variables(machine: Machine, receiver: Receiver) -> dict[str, Any]:
    """Return the variables for all reports of a round."""
    return {
        "pool_boy_page_file": str(machine.out / "locks.html"),
        "pool_boy_metrics_file": str(machine.out / "locks.prom"),
        "pool_boy_pushgateway_url": f"{receiver.url}/gateway/",
        "pool_boy_webhook_url": f"{receiver.url}/hook",
        "pool_boy_state_file": str(machine.out / "state.json"),
    }
