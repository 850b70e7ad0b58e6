# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(g) Many free locks and a slow Concourse: a build for each, against as many plain requests."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests

from ...functional.trigger.triggerer import Triggerer
from ...lockrepo import LockRepository
from ...servers.processes import start, stop
from ..finding import Finding
from ..pairs import alternate, timed
from ..workshop import Workshop

GOAL = 1.3
LOCKS = 100
PASSWORD = "bench"
USER = "pool-boy"
JOBS = 8


def measure(workshop: Workshop) -> Iterator[Finding]:
    latency = workshop.sizes.latency
    with trigger_setup(workshop.fresh_path("triggers"), locks=LOCKS, latency=latency) as pair:
        pairs = alternate(partial(timed, pair.ours), partial(timed, pair.theirs), pairs=2, warm_up=0)
    yield Finding(
        bench="g",
        what=f"{LOCKS} free locks at {latency * 1000:g} ms, against {LOCKS} plain requests",
        values=pairs.ratios,
        goal=GOAL,
        ours=pairs.ours,
        theirs=pairs.theirs,
    )


@dataclass
class TriggerSetup:
    """A Concourse and a lock repository with free locks; each run uses a job without builds."""

    url: str
    locks: LockRepository
    count: int
    folder: Path
    jobs: Iterator[str] = field(default_factory=lambda: map("job-{}".format, itertools.count()))

    def ours(self) -> None:
        """Start a build for every free lock, including the login and reading the repository."""
        triggerer = Triggerer(self.locks.url, self.url, self.folder / "cache", username=USER, password=PASSWORD)
        run = triggerer.run([{"name": "aws", "job": f"main/flow/{next(self.jobs)}"}])
        if len(run.values["triggered"]) != self.count:
            raise RuntimeError(f"{len(run.values['triggered'])} builds were started: {run.values}")

    def theirs(self) -> None:
        """Send as many requests over one kept-alive connection."""
        with requests.Session() as session:
            session.trust_env = False
            form = {"grant_type": "password", "username": USER, "password": PASSWORD}
            form["scope"] = "openid profile email federated:id groups"
            token = session.post(f"{self.url}/sky/issuer/token", data=form, auth=("fly", "Zmx5"), timeout=10).json()
            session.headers["Authorization"] = f"Bearer {token['access_token']}"
            address = f"{self.url}/api/v1/teams/main/pipelines/flow/jobs/{next(self.jobs)}/builds"
            for _count in range(self.count):
                session.post(address, timeout=10).raise_for_status()


@contextmanager
def trigger_setup(folder: Path, *, locks: int, latency: float) -> Iterator[TriggerSetup]:
    """Yield both, with the emulator in a separate process, so that it does not share the measured interpreter."""
    folder.mkdir()
    repository = LockRepository(folder / "locks.git")
    repository.add_pool("aws")
    repository.commit({f"aws/unclaimed/env-{number}": b"" for number in range(locks)})
    resource = {"name": "lock", "type": "pool", "source": {"uri": "file:///locks.git"}}
    jobs = [{"name": f"job-{number}", "plan": [{"put": "lock"}]} for number in range(JOBS)]
    world = {
        "users": {USER: PASSWORD},
        "teams": {"main": {"pipeline-operator": [f"local:{USER}"]}},
        "pipelines": [{"pipeline": "main/flow", "config": {"resources": [resource], "jobs": jobs}}],
        "story": [{"change_settings": {"latency": latency}}],
    }
    (folder / "world.json").write_text(json.dumps(world))
    package = str(__package__).rsplit(".", 2)[0]
    command = [sys.executable, "-m", f"{package}.atc", "--world", str(folder / "world.json")]
    log = folder / "log"
    process = start(command, log_file=log, ready_line="http://")
    try:
        yield TriggerSetup(log.read_text().strip(), repository, locks, folder)
    finally:
        stop(process)
