# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(f) Many repositories as inventory hosts of one run, against a play that only pings as many hosts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from ...lockrepo import LockRepository
from ..finding import Finding
from ..pairs import alternate, timed
from ..workshop import Workshop
from .ad_hoc import configuration

FORKS = 10
LOCKS = 10
CLAIMED = 3
# By playbook: the number of modules per host, and the goal against one ping.
PLAYBOOKS = {"clean": (1, 1.5), "pool_boy": (2, 2.0)}


def measure(workshop: Workshop) -> Iterator[Finding]:
    count = workshop.sizes.repositories
    inventory = _inventory(workshop, count)
    # Fill the cache of each repository before the measurement.
    _play(workshop, inventory, "poolboy.concourse.status", count)
    for playbook, (modules, goal) in PLAYBOOKS.items():
        for pings in sorted({1, modules}):
            pairs = alternate(
                partial(timed, _play, workshop, inventory, f"poolboy.concourse.{playbook}", count),
                partial(timed, _play, workshop, inventory, str(_pinging(workshop, pings)), count),
                pairs=workshop.sizes.build_pairs,
                warm_up=0,
            )
            yield Finding(
                bench="f",
                what=f"{count} repositories, {FORKS} forks, {playbook}, against {pings} ping of each host",
                values=pairs.ratios,
                goal=goal if pings == 1 else None,
                ours=pairs.ours,
                theirs=pairs.theirs,
            )


def _inventory(workshop: Workshop, count: int) -> Path:
    """Create repositories with locks claimed by a person, and an inventory with them as hosts."""
    folder = workshop.fresh_path("many")
    hosts = {}
    for number in range(count):
        locks = LockRepository(folder / f"{number}.git")
        for lock in range(LOCKS):
            locks.add("aws", f"env-{lock}")
        for lock in range(CLAIMED):
            locks.claim("aws", f"env-{lock}", message=f"manually claim env-{lock}")
        hosts[f"repository-{number}"] = {"pool_boy_repo": f"file://{locks.path}", "pool_boy_pools": "aws"}
    file = folder / "inventory.yml"
    file.write_text(yaml.safe_dump({"locks": {"hosts": hosts}}))
    return file


def _pinging(workshop: Workshop, times: int) -> Path:
    """Return a play like those of the collection that only pings."""
    play = {
        "hosts": "locks",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"ansible.builtin.ping": {}}] * times,
    }
    file = workshop.fresh_path(f"ping-{times}.yml")
    file.write_text(yaml.safe_dump([play]))
    return file


def _play(workshop: Workshop, inventory: Path, playbook: str, count: int) -> None:
    environment = {
        # Remove variables that change how Python starts; users do not set them.
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "ANSIBLE_CONFIG": str(configuration(workshop)),
        "XDG_CACHE_HOME": str(inventory.parent / "cache"),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), playbook, "-i", str(inventory)]
    command += ["--forks", str(FORKS), "-e", "pool_boy_hosts=locks"]
    done = subprocess.run(command, cwd=os.sep, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or done.stdout.count("failed=0") != count:
        raise RuntimeError(f"{playbook} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
