# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(b) A run when nothing is new on the remote, against `git ls-remote`, for a short and a long history."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository

from ..finding import Finding
from ..look_process import run_look
from ..pairs import alternate, timed
from ..repositories import Generated
from ..workshop import Transport, Workshop

GOAL = 1.5


def measure(workshop: Workshop) -> Iterator[Finding]:
    """Measure the git part of a module in one process after its imports, and also as whole processes."""
    for transport in workshop.transports():
        for shape in (workshop.sizes.short_history, workshop.sizes.long_history):
            repository = workshop.repository(shape)
            cache = workshop.fresh_path("cache")
            run_look(transport, cache, repository)
            ask = partial(timed, _ask, transport, repository)
            ways = (
                ("in process", GOAL, partial(timed, _look, transport, cache, repository), workshop.sizes.tiny_pairs),
                ("whole process", None, partial(run_look, transport, cache, repository), workshop.sizes.short_pairs),
            )
            for how, goal, look, count in ways:
                pairs = alternate(look, ask, pairs=count, warm_up=2)
                yield Finding(
                    bench="b",
                    what=f"nothing new, {transport.name}, {shape.commits:,} commits, {how}",
                    values=pairs.ratios,
                    goal=goal,
                    ours=pairs.ours,
                    theirs=pairs.theirs,
                )


def _look(transport: Transport, cache: Path, repository: Generated) -> None:
    options = {"repo": transport.url(repository), "cache_dir": str(cache), **transport.options}
    with LockRepository(RepositoryOptions(**options)) as opened:
        snapshot = opened.snapshot()
    if snapshot.commit != repository.head:
        raise RuntimeError(f"reading {repository.path.name} by {transport.name} did not return {repository.head}")


def _ask(transport: Transport, repository: Generated) -> None:
    command = ["git", "ls-remote", "--", transport.url(repository), "HEAD", "refs/heads/main"]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env=transport.environment)
