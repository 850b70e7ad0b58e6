# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that came out of a claiming build, and what they passed on in their turn.

A job can hang on another resource than the lock: one that a build after the claim made. So the trail goes on from build
to build, as far as each can have come from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..concourse.model import Build, BuildStatus
from ..concourse.queries import BuildQueries, NoCredibleResponse
from .trace import HandOffTrace, ResourceVersion, versions_by_resource
from .version_use import VersionUse

# What so many builds passed on is looked at for one lock.
_MOST_BUILDS = 50


def follow_downstream_builds(trail: HandOffTrace, facts: BuildQueries) -> None:
    """Follow what the builds that came out of the claiming build passed on, to the end. Raises NoCredibleAnswer."""
    lineage = _Lineage(trail, facts)
    lineage.adopt(trail.build, lineage.items_of(trail.build))
    while lineage.grows():
        pass


@dataclass(slots=True)
class _Lineage:
    """The builds found so far, each with the versions that it is known to have carried."""

    trail: HandOffTrace
    facts: BuildQueries
    asked: int = 0
    carried: dict[int, set[ResourceVersion]] = field(default_factory=dict)
    builds: dict[int, Build] = field(default_factory=dict)

    def adopt(self, build: Build, items: set[ResourceVersion]) -> None:
        self.builds[build.id] = build
        self.carried[build.id] = items

    def grows(self) -> bool:
        """Look for builds of the lineage, and follow what they passed on; False if there is none that is new."""
        before = len(self.builds)
        for way in self.trail.ways():
            for build in way.counting_builds():
                is_new = build.id not in self.builds and build.status is BuildStatus.SUCCEEDED
                if is_new and self._comes_from_lineage(build, way):
                    self.adopt(build, self.items_of(build))
                    self._follow(build)
        return len(self.builds) > before

    def items_of(self, build: Build) -> set[ResourceVersion]:
        """Return those of the followed versions that the build carried."""
        return {_item(way) for way in self.trail.ways() if build.id in way.took_it or build.id == way.source.id}

    def _comes_from_lineage(self, build: Build, way: VersionUse) -> bool:
        """Whether the build has the lock's own version, or can have come from a build that was found."""
        if way.scope is None:
            return True
        before = {
            name
            for step in self.trail.graph.job(str(build.job)).inputs
            if step.resource == way.resource
            for name in step.passed
        }
        sources = (one for one in self.builds.values() if one.job in before and _item(way) in self.carried[one.id])
        return any(self._can_come_from(source, build) for source in sources)

    def _can_come_from(self, source: Build, build: Build) -> bool:
        """Whether a build has, of every resource by which its job hangs on the source's, what the source carried.

        All inputs that passed one job come from one build of it (atc/scheduler/algorithm/group_resolver.go).
        """
        job, took = self.trail.graph.job(str(build.job)), self.items_of(build)
        hanging = {step.resource for step in job.inputs if source.job in step.passed}
        for resource in hanging:
            brought = {item for item in self.carried[source.id] if item[0] == resource}
            if brought and not brought & took:
                return False
        return True

    def _follow(self, build: Build) -> None:
        """Follow what the build passed on to jobs that hang on its job, if that can be anything new."""
        graph, job = self.trail.graph, self.trail.graph.job(str(build.job))
        taken, made = {step.resource for step in job.inputs}, {step.resource for step in job.outputs}
        known = {resource for resource, _version in self.carried[build.id]}
        onward = graph.onward(job.name) & (taken | made)
        if not (onward - known) | (onward & made):
            return
        self.asked += 1
        if self.asked > _MOST_BUILDS:
            raise NoCredibleResponse(f"more than {_MOST_BUILDS} builds can have come from it, too many to follow each")
        items = versions_by_resource(job, self.facts.resources(build))
        for item in items:
            if item[0] in onward:
                self.trail.follow(self.facts, build, item, graph.downstream(job.name))
        self.carried[build.id] |= {_item(way) for way in self.trail.ways()} & set(items)
        listed = {resource for resource, _version in items}
        self.trail.forgotten.update((job.name, resource) for resource in onward - listed)


def _item(way: VersionUse) -> ResourceVersion:
    return way.resource, way.version
