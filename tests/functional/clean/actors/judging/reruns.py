# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds with versions that their job has had before, and when somebody caused them."""

from __future__ import annotations

from .....atc.world.entities import Build
from .....atc.world.world import World
from .ledger import Ledger


class Reruns:
    """Re-runs that people asked for, and builds that Concourse starts as a get step has a new name."""

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
                caused_at.append(self._ledger.reruns.get(number) or self._changed_before(found))
                waiting.extend(found.passed_builds)
        return max((at for at in caused_at if at is not None), default=None)

    def _changed_before(self, build: Build) -> float | None:
        """Return when the get step got its new name, if an earlier build had the version under another one."""
        changes = self._ledger.changes.get(build.job_id or 0, [])
        names = {item.digest: item.name for item in build.inputs}
        earlier = [one for one in self._world.builds_of(self._world.jobs[build.job_id or 0]) if one.id < build.id]
        again = any(names.get(item.digest, item.name) != item.name for one in earlier for item in one.inputs)
        started = build.start_time or float("inf")
        return max((at for at in changes if at <= started), default=None) if again else None
