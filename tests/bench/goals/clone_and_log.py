# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the tool that users migrate from: a full clone and two `git log -1` for each claimed lock."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ...lockrepo.git_command import git
from ..pairs import timed
from ..repositories import Generated
from ..workshop import Transport, Workshop


class CloneAndLog:
    """Measures a real clone and the logs of a part of the claimed locks, a different part each time."""

    def __init__(self, workshop: Workshop, repository: Generated) -> None:
        self._workshop = workshop
        self._repository = repository
        self._runs: Iterator[int] = count()
        self.clone_seconds: list[float] = []
        self.log_seconds: list[float] = []

    def seconds(self, transport: Transport) -> float:
        """Clone, log, and return the extrapolated seconds for all claimed locks."""
        clone = self._workshop.fresh_path("clone")
        url = transport.url(self._repository)
        cloned = timed(git, "clone", "--quiet", "--", url, str(clone), environment=transport.environment)
        part = self._repository.part(next(self._runs), of=self._workshop.sizes.part_of)
        paths = [f"{pool}/{state}/{lock}" for pool, lock in part for state in ("claimed", "unclaimed")]
        logged = sum(timed(git, "log", "-1", "--format=%H %ct %B", "--", path, folder=clone) for path in paths)
        scaled = logged / len(part) * len(self._repository.claimed)
        self.clone_seconds.append(cloned)
        self.log_seconds.append(scaled)
        return cloned + scaled
