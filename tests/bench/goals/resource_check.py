# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(i) `check` of the resource type pool-trigger with nothing new, in a warm container.

Against 1.5 `git ls-remote` and the start of the interpreter; for comparison also against one that imports what check
imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import WantedPools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.version import arrival_version
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository_arrivals import RepositoryArrivals

from ...lockrepo.git_command import git_environment
from ..finding import Finding
from ..look_process import COLLECTIONS, PATIENCE
from ..pairs import alternate, timed
from ..repositories import Generated
from ..workshop import Transport, Workshop

GOAL = 1.0
LS_REMOTES = 1.5
_CHECK = Path(__file__).parents[3] / "concourse" / "resource" / "pool-trigger" / "check"
_IMPORTS = "import ansible_collections.poolboy.concourse.plugins.module_utils._resource.pool_trigger"


def measure(workshop: Workshop) -> Iterator[Finding]:
    """Measure whole processes, for a short and a long history."""
    for transport in workshop.transports():
        for shape in (workshop.sizes.short_history, workshop.sizes.long_history):
            repository = workshop.repository(shape)
            request = _request(transport, workshop.fresh_path("cache"), repository)
            _check(request)
            for what, goal, program in (("", GOAL, "pass"), (" and the imports", None, _IMPORTS)):
                allowed = partial(_allowed, transport, repository, program)
                pairs = alternate(partial(timed, _check, request), allowed, pairs=9, warm_up=2)
                yield Finding(
                    bench="i",
                    what=f"check{what}, {transport.name}, {shape.commits:,} commits",
                    values=pairs.ratios,
                    goal=goal,
                    ours=pairs.ours,
                    theirs=pairs.theirs,
                )


def _request(transport: Transport, cache: Path, repository: Generated) -> dict[str, Any]:
    """Return a request with the last version that there is, after a check has found it."""
    pool = repository.claimed[0][0]
    options = {"repo": transport.url(repository), "cache_dir": str(cache), **transport.options}
    with LockRepository(RepositoryOptions(**options), WantedPools(frozenset())) as opened:
        last = RepositoryArrivals(opened, pool).after(None).coming[-1]
    return {"source": {**options, "pool": pool}, "version": arrival_version(last)}


def _check(request: dict[str, Any]) -> None:
    if json.loads(_run([sys.executable, str(_CHECK)], json.dumps(request).encode())) != [request["version"]]:
        raise RuntimeError("check found something new")


def _allowed(transport: Transport, repository: Generated, program: str) -> float:
    """Return the seconds that a check may take."""
    start = timed(_run, [sys.executable, "-c", program])
    return LS_REMOTES * timed(_ask, transport, repository) + start


def _ask(transport: Transport, repository: Generated) -> None:
    command = ["git", "ls-remote", "--", transport.url(repository), "HEAD", "refs/heads/main"]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env=transport.environment)


def _run(command: list[str], given: bytes = b"") -> bytes:
    environment = {**git_environment(), "PYTHONPATH": str(COLLECTIONS), "HOME": os.environ["HOME"]}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True, env=environment, timeout=PATIENCE)
    return done.stdout
