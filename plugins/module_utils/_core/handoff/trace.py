# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a claiming build, and the builds after it, carried through their pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, Job, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference
from ..shared.times import latest_time
from .contradictions import (
    require_other_version,
    require_resource_of,
    require_taker_or_maker,
    require_unlisted_version,
    resources_with,
)
from .former_configuration import can_be_former, is_former_build, require_no_former_user
from .versions.progress import VersionProgress
from .versions.use import ResourceVersion, VersionUse, items_of_build

# Latest builds after a claiming build whose versions are followed as before a change of the pipeline.
_MOST_DESCENDANTS = 50


@dataclass(slots=True)
class HandOffTrace:
    """The uses of all versions by which the lock of one claiming build can be handed off.

    `lock_resources` are the resources to which a job can put the lock back.
    `lock_uses` are the uses of the lock's own version, none when Concourse forgot it; `carried_uses` are those of the
    other versions that the claiming build carried, or that builds after it passed on. `forgotten` names the resources
    whose versions Concourse forgot, each with the job that carried one. With `only_releases`, `build` is not the
    claiming build but one that took the lock from it, and only jobs on the way to releasing the lock count; with
    `is_elsewhere`, it is of another pipeline.
    `descendants` are the builds that can have come after it and succeeded.
    """

    queries: BuildQueries
    build: Build
    pipeline: PipelineReference
    job: Job
    graph: JobGraph
    lock_resources: list[str]
    lock_uses: list[VersionUse] = field(default_factory=list)
    carried_uses: list[VersionUse] = field(default_factory=list)
    forgotten: set[tuple[str, str]] = field(default_factory=set)
    only_releases: bool = False
    is_elsewhere: bool = False
    descendants: list[Build] = field(default_factory=list)

    def uses(self) -> list[VersionUse]:
        return [*self.lock_uses, *self.carried_uses]

    def is_of_pool(self, use: VersionUse) -> bool:
        """Return whether a version is the lock's own, or that of another lock which the same build claimed."""
        return use.is_of_lock or use.resource in {lock.resource for lock in self.lock_uses}

    def progress(self, use: VersionUse) -> VersionProgress:
        return VersionProgress(self.queries, self.pipeline, self.graph, use, self.is_elsewhere)

    def items_carried_by(self, build: Build) -> set[ResourceVersion]:
        """Return those of the followed versions that the build carried."""
        return {use.item for use in self.uses() if use.carried_by(build)}

    def fetch_lock_use(self, resource: str, version: Version) -> None:
        """Follow the lock's own version, unless Concourse forgot it. Raises NoCredibleResponse."""
        use = fetch_version_use(self.queries, self.pipeline, self.build, (resource, version))
        if use is not None and use.item not in [known.item for known in self.lock_uses]:
            self.lock_uses.append(use)

    def fetch_carried_use(self, source: Build, item: ResourceVersion, scope: frozenset[str]) -> None:
        """Follow a version that a build passed on, or follow it to more jobs. Raises NoCredibleResponse."""
        known = next((use for use in self.uses() if use.item == item), None)
        if known is not None:
            known.scope = None if known.scope is None else known.scope | scope
            return
        use = fetch_version_use(self.queries, self.pipeline, source, item, scope, self.build.start_time)
        if use is not None:
            self.carried_uses.append(use)
            return
        job, (resource, version) = str(source.job), item
        if resource in self.graph.resources_of(job):
            others = require_resource_of(source, self.pipeline, self.graph, version, self.queries)
            if others and not is_former_build(source, self.pipeline, self.queries):
                require_other_version([use.item for use in self.uses()], others, version)
                require_taker_or_maker(source, self.pipeline, others, version, self.queries)
            require_unlisted_version(self.pipeline, resource, version, self.queries)
        else:
            others = sorted(self.graph.resources() - {resource})
        # The step belongs to another resource now: the one that lists the build at the version was its own.
        owners = list(resources_with(source, self.pipeline, others, version, self.queries))
        for one in owners:
            self.fetch_carried_use(source, (one, version), scope)
        if not owners:
            require_no_former_user(source, self.pipeline, self.graph, self.queries)
        self.forgotten.add((job, resource))

    def jobs_after_forgotten(self) -> list[str]:
        """Return the jobs downstream by a forgotten version, and those after them by any resource.

        The versions of their builds are unknown.
        """
        after = {one for job, resource in self.forgotten for one in self.graph.downstream(job, resource)}
        return sorted(after.union(*map(self.graph.downstream, after)))

    def jobs_that_count(self, use: VersionUse) -> list[str]:
        """Return the jobs that can take the lock on with a version: any with the lock's, else those that release it."""
        counts_all = use.is_of_lock and not self.only_releases
        return [job.name for job in self.graph.jobs()] if counts_all else self.jobs_that_release()

    def jobs_after(self, job: str) -> frozenset[str]:
        """Return the jobs downstream of a job to which a version is followed."""
        after = self.graph.downstream(job)
        return after.intersection(self.jobs_that_release()) if self.only_releases else after

    def jobs_that_release(self) -> list[str]:
        """Return the jobs downstream that put to the lock's resource, or lead to one that does.

        Where the claiming job was removed, the jobs after those that took a version of its build are downstream.
        """
        sources = {self.job.name}
        if not self.graph.has(self.job.name):
            sources = {str(build.job) for use in self.carried_uses for build in use.counted_builds()}
        # A build that took the lock without `passed` has passed it on.
        sources |= {
            str(build.job) for build in self.descendants if any(use.carried_by(build) for use in self.lock_uses)
        }
        after = sorted({name for source in sources for name in self.graph.downstream(source)})
        return [name for name in after if any(self.graph.leads_to_put(name, one) for one in self.lock_resources)]

    def fetch_older_uses(self, changed_at: float) -> list[VersionUse]:
        """Return uses of all versions that the claiming build carried, by builds of an older configuration.

        Such a build can have come after the claiming build by `passed`, whatever the jobs are now; but not one of the
        same job. Raises NoCredibleResponse.
        """
        # Those of the claiming build are followed already, and so is what later builds passed on.
        items = [use.item for use in self.uses()]
        # Jobs that came after one of these can come after another one now.
        for build in sorted(self.descendants, key=lambda one: one.id)[-_MOST_DESCENDANTS:]:
            if can_be_former(build, self.pipeline, self.queries):
                items += items_of_build(self.graph.job(str(build.job)), self.queries.build_resources(build))
        followed, since = [], self.build.start_time
        for item in dict.fromkeys(items):
            use = fetch_version_use(self.queries, self.pipeline, self.build, item, frozenset(), since)
            if use is not None:
                followed.append(self.as_older_use(use, changed_at))
        return followed

    def as_older_use(self, use: VersionUse, changed_at: float) -> VersionUse:
        """Return a use by builds of an older configuration, which are of other jobs than the claiming build."""
        builds = tuple(build for build in use.builds if build.job != self.build.job)
        return replace(use, builds=builds, changed_at=changed_at)

    def last_end(self) -> int | None:
        """Return when the last build with any of the versions ended (seconds since 1970, UTC)."""
        return latest_time((self.build.end_time, *(use.last_end() for use in self.uses())))


def fetch_version_use(
    queries: BuildQueries,
    pipeline: PipelineReference,
    source: Build,
    item: ResourceVersion,
    scope: frozenset[str] | None = None,
    since: int | None = None,
    *,
    among_latest: bool = False,
) -> VersionUse | None:
    """Ask which builds took a version; None if Concourse does not know it. Raises NoCredibleResponse."""
    resource, version = item
    number = queries.version_id(pipeline, resource, version, among_latest=among_latest)
    if number is None:
        return None
    builds = queries.builds_with_input(pipeline, resource, number)
    return VersionUse(source, resource, version, number, builds, scope, since)
