# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource checks: each pipeline's pool resource finds the commits of its pool, whoever made them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from ....atc import Emulator
from ....atc.world import versions
from ....lockrepo.git_command import git
from .background import repeating

EVERY = 0.3  # seconds


class Checker:
    """Checks the resources of all pipelines, except archived ones, as a pool resource does (cmd/check/main.go).

    The first check of a resource finds the newest commit of its pool only, later ones all that came after it.
    """

    def __init__(self, atc: Emulator, repository: Path) -> None:
        self._world = atc.world
        self._repository = repository
        self._checked: dict[int, int] = {}
        self._commits: dict[str, list[str]] = {}

    def running(self) -> AbstractContextManager[None]:
        """Check again and again until the end of the context."""
        return repeating(self.check, EVERY)

    def check(self) -> None:
        with self._world.lock:
            resources = [found for found in self._world.resources.values() if "pool" in found.source]
            watching = [found for found in resources if not self._world.pipelines[found.pipeline_id].archived]
        pools = {str(found.source["pool"]) for found in watching}
        self._commits.update({pool: self._commits_of(pool) for pool in pools})
        with self._world.lock:
            for resource in watching:
                commits = self._commits[str(resource.source["pool"])]
                for commit in commits[self._checked.get(resource.id, len(commits) - 1) :]:
                    versions.save(self._world, resource, {"ref": commit})
                self._checked[resource.id] = len(commits)

    def _commits_of(self, pool: str) -> list[str]:
        """Return the commits of a pool, oldest first: those known so far, and the new ones."""
        known = self._commits.get(pool, [])
        since = [f"^{known[-1]}"] if known else []
        printed = git("rev-list", "--reverse", "main", *since, "--", pool, folder=self._repository)
        return [*known, *printed.decode().split()]
