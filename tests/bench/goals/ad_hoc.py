# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(d) One ad hoc run of the status module on a small repository, against `ansible -m ping`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from ...scene import Scene
from ..finding import Finding
from ..look_process import COLLECTIONS
from ..pairs import alternate, timed
from ..workshop import Workshop

GOAL = 1.5
MODULE = "poolboy.concourse.concourse_pool_status"
PASSWORD = "bench"
PIPELINE = "main/shop"
CONFIG = {
    "resources": [{"name": "env", "type": "pool", "source": {"uri": "file:///locks.git", "pool": "aws"}}],
    "jobs": [
        {"name": "claim", "plan": [{"put": "env"}]},
        {"name": "test", "plan": [{"get": "env", "passed": ["claim"]}, {"put": "env"}]},
    ],
}
LOCKS = 20
CLAIMED = {"started": 3, "succeeded": 1, "errored": 1}


def measure(workshop: Workshop) -> Iterator[Finding]:
    folder = workshop.fresh_path("scene")
    folder.mkdir()
    with Scene(folder, now=int(time.time()) - 3600) as scene:
        _fill_pools(scene)
        asking = {
            "CONCOURSE_BASE_URL": scene.atc.url,
            "CONCOURSE_USERNAME": "pool-boy",
            "CONCOURSE_PASSWORD": PASSWORD,
        }
        yield _compare(workshop, scene, "warm cache, no Concourse", {}, cold=False)
        yield _compare(workshop, scene, "cold cache, no Concourse", {}, cold=True)
        yield _compare(workshop, scene, "warm cache, with a Concourse", asking, cold=False)
        yield _compare(workshop, scene, "cold cache, with a Concourse", asking, cold=True)


def _fill_pools(scene: Scene) -> None:
    """Fill a small pool: some locks are free, some in use, one is handed off, one is leaked."""
    scene.atc.set_user("pool-boy", PASSWORD)
    scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
    scene.atc.set_pipeline(PIPELINE, CONFIG)
    for number in range(LOCKS):
        scene.locks.add("aws", f"env-{number}", at=scene.now)
    number = 0
    for status, count in CLAIMED.items():
        for _lock in range(count):
            scene.wait(60)
            build = scene.start(PIPELINE, "claim")
            scene.claim(build, "env", f"aws/env-{number}")
            number += 1
            if status != "started":
                scene.wait(60)
                scene.finish(build, status)
    scene.atc.follow_wall_clock()


def _compare(workshop: Workshop, scene: Scene, how: str, asking: Mapping[str, str], *, cold: bool) -> Finding:
    cache = workshop.fresh_path("cache")
    environment = {
        # Remove variables that change how Python starts; users do not set them.
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "ANSIBLE_CONFIG": str(configuration(workshop)),
        "XDG_CACHE_HOME": str(cache),
        "POOL_REPO": scene.repo,
        **asking,
    }

    def status() -> float:
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        return timed(_ansible, MODULE, environment, expected='"running": 3' if asking else '"unverified": 5')

    pairs = alternate(
        status,
        partial(timed, _ansible, "ansible.builtin.ping", environment, expected="pong"),
        pairs=workshop.sizes.short_pairs,
    )
    return Finding(
        bench="d",
        what=f"ad hoc, {how}, against -m ping",
        values=pairs.ratios,
        goal=GOAL,
        ours=pairs.ours,
        theirs=pairs.theirs,
    )


def configuration(workshop: Workshop) -> Path:
    """Return an Ansible configuration with only the collection's path."""
    file = workshop.fresh_path("ansible.cfg")
    file.write_text(f"[defaults]\ncollections_path = {COLLECTIONS}\n")
    return file


def _ansible(module: str, environment: Mapping[str, str], *, expected: str) -> None:
    program = Path(sys.executable).parent / "ansible"
    command = [str(program), "localhost", "-m", module]
    done = subprocess.run(command, cwd=os.sep, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or expected not in done.stdout:
        said = f"{done.stdout}{done.stderr}"[-2000:]
        raise RuntimeError(f"ansible -m {module} ended with {done.returncode}, or without {expected}: {said}")
