# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds with versions that their job has had before, and when somebody caused them.

Only they can take a lock that no build or job could take any more: a person re-runs a build, presses the button of a
job once more, or renames a get step, to which each version is new.
"""

from __future__ import annotations

from .....atc.world.entities import Build
from .....atc.world.world import World
from .ledger import Ledger


class Reruns:
    """Re-runs and repeated builds that people asked for, and builds that start because a get step has a new name."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger

    def behind(self, build: Build) -> float | None:
        """Return when the last re-run behind the versions of a build was caused, itself included; else None."""
        caused_at, waiting, met = [], [build.id], set()
        while waiting:
            number = waiting.pop()
            if number not in met:
                met.add(number)
                found = self._world.builds[number]
                caused_at.append(self._asked_for(found) or self._changed_before(found))
                waiting.extend(found.passed_builds)
        return max((at for at in caused_at if at is not None), default=None)

    def _asked_for(self, build: Build) -> float | None:
        """Return when a person asked for a re-run, or for one more build with a version that the job has had."""
        had = {item.digest for one in self._earlier(build) for item in one.inputs}
        is_again = any(item.digest in had for item in build.inputs)
        return self._ledger.reruns.get(build.id) or (self._ledger.presses.get(build.id) if is_again else None)

    def _changed_before(self, build: Build) -> float | None:
        """Return when the get step got its new name, if an earlier build had the version under another one."""
        changes = self._ledger.changes.get(build.job_id or 0, [])
        names = {item.digest: item.name for item in build.inputs}
        again = any(
            names.get(item.digest, item.name) != item.name for one in self._earlier(build) for item in one.inputs
        )
        started = build.start_time or float("inf")
        return max((at for at in changes if at <= started), default=None) if again else None

    def _earlier(self, build: Build) -> list[Build]:
        """Return the builds of the job before a build."""
        return [one for one in self._world.builds_of(self._world.jobs[build.job_id or 0]) if one.id < build.id]
