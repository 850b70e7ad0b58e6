# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that descend from a claiming build, and the versions that they passed on.

A job can depend on another resource than the lock: one that a build after the claim made. So the trace continues from
build to build, as far as each can have come from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..concourse.model import Build, BuildStatus
from ..concourse.queries import NoCredibleResponse
from .trace import HandOffTrace
from .versions.use import ResourceVersion, VersionUse, items_of_build

# Builds of one trace whose versions are fetched.
_MOST_BUILDS = 50


def fetch_downstream_uses(trace: HandOffTrace) -> None:
    """Follow the versions that the builds after the claiming build passed on, to the end. Raises NoCredibleResponse."""
    downstream = _DownstreamBuilds(trace)
    downstream.add(trace.build)
    has_found = True
    while has_found:
        has_found = False
        for use in trace.uses():
            for build in use.counted_builds():
                if downstream.descends(build, use):
                    downstream.add(build)
                    trace.descendants.append(build)
                    downstream.fetch_uses_after(build)
                    has_found = True
        for build in downstream.builds_that_may_descend():
            downstream.add(build)
            trace.descendants.append(build)
            downstream.fetch_uses_after(build)
            has_found = True


@dataclass(slots=True)
class _DownstreamBuilds:
    """The builds found so far, each with the followed versions that it carried."""

    trace: HandOffTrace
    fetched: int = 0
    builds: dict[int, Build] = field(default_factory=dict)
    carried: dict[int, set[ResourceVersion]] = field(default_factory=dict)

    def add(self, build: Build) -> None:
        self.builds[build.id] = build
        self.carried[build.id] = self.trace.items_carried_by(build)

    def descends(self, build: Build, use: VersionUse) -> bool:
        """Return whether a build is new, succeeded, and has the lock or can come from a build found before."""
        if build.id in self.builds or build.status is not BuildStatus.SUCCEEDED:
            return False
        if use.is_of_lock:
            return True
        steps = self.trace.graph.job(str(build.job)).inputs
        before = {job for step in steps if step.resource == use.resource for job in step.passed}
        sources = (one for one in self.builds.values() if one.job in before and use.item in self.carried[one.id])
        return any(self._can_come_from(source, build) for source in sources)

    def builds_that_may_descend(self) -> list[Build]:
        """Return new builds with an input that Concourse has forgotten: it can come from a build found before."""
        trace, found = self.trace, dict[int, Build]()
        for before, resource in sorted(trace.forgotten):
            for job in trace.graph.jobs():
                steps = {one.step for one in job.inputs if one.resource == resource and before in one.passed}
                for build in trace.queries.builds_since(trace.pipeline, job.name, trace.build) if steps else ():
                    is_new = build.id not in self.builds and build.status is BuildStatus.SUCCEEDED
                    if is_new and not steps <= {item.step for item in trace.queries.build_resources(build).inputs}:
                        found[build.id] = build
        return list(found.values())

    def fetch_uses_after(self, build: Build) -> None:
        """Follow the versions that the build passed on to jobs that depend on its job, if any of them can be new."""
        graph, job = self.trace.graph, self.trace.graph.job(str(build.job))
        taken, made = {step.resource for step in job.inputs}, {step.resource for step in job.outputs}
        known = {resource for resource, _version in self.carried[build.id]}
        onward = graph.passed_on_by(job.name) & (taken | made)
        if not (onward - known) | (onward & made):
            return
        self.fetched += 1
        if self.fetched > _MOST_BUILDS:
            raise NoCredibleResponse(
                f"more than {_MOST_BUILDS} builds can descend from it, which is too many to follow"
            )
        items = items_of_build(job, self.trace.queries.build_resources(build))
        for item in items:
            if item[0] in onward:
                self.trace.fetch_carried_use(build, item, self.trace.jobs_after(job.name))
        self.carried[build.id] |= {use.item for use in self.trace.uses()} & set(items)
        listed = {resource for resource, _version in items}
        self.trace.forgotten.update((job.name, resource) for resource in onward - listed)

    def _can_come_from(self, source: Build, build: Build) -> bool:
        """Return whether a build has what the source carried, of every resource by which its job depends on that job.

        All inputs that passed one job come from one build of it (atc/scheduler/algorithm/group_resolver.go).
        """
        job, took = self.trace.graph.job(str(build.job)), self.trace.items_carried_by(build)
        for resource in {step.resource for step in job.inputs if source.job in step.passed}:
            brought = {item for item in self.carried[source.id] if item[0] == resource}
            if brought and not brought & took:
                return False
        return True
