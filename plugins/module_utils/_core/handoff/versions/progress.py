# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the jobs of a pipeline are with one version: passed on, or passed over.

Of versions that came by `passed`, Concourse takes that of the latest build of the passed job, whatever the order of the
versions is (atc/scheduler/algorithm/group_resolver.go). Two builds that claim at the same time need not claim in their
order, so the order of builds decides. Before Concourse 6.0 a job took the latest version, so there it must be later in
both orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...concourse.job_graph import JobGraph
from ...concourse.model import Build, BuildStatus, Job, JobInput, Version
from ...concourse.queries import BuildQueries, HiddenResponse, NoCredibleResponse
from ...concourse.references import PipelineReference
from .use import VersionUse, is_success_of

# Builds of a job that are searched for the versions it took last.
BUILDS_TO_LOOK_BACK = 10


@dataclass(frozen=True, slots=True)
class VersionProgress:
    """Asks, as late as possible, how far each job is with the version of `use`. Raises NoCredibleResponse.

    `is_elsewhere` says that the pipeline is not the claiming build's: then Concourse may hide what its jobs take next.
    """

    queries: BuildQueries
    pipeline: PipelineReference
    graph: JobGraph
    use: VersionUse
    is_elsewhere: bool = False

    def ask_has_passed_on(self, job: str) -> bool:
        """Return whether the job has succeeded with the version: it took it, with or without `passed`, or made it."""
        return any(True for _build in self._ask_successes(job, self.use.version))

    def ask_has_passed_lock_on(self, job: str) -> bool:
        """Return the same, but of a job after the claiming build only a success since then counts: it had the lock."""
        if not self.use.counts_job(job) or is_success_of(job, self.use.source):
            return self.ask_has_passed_on(job)
        return any(self.use.counts(build) for build in self._ask_successes(job, self.use.version))

    def ask_has_passed_over(self, job: Job, step: JobInput) -> bool:
        """Return whether the job can no longer take the version by this step.

        It cannot if every job in `passed` passed on what it took last by a later build. What it takes next must be
        later, too, and is enough by itself only if the job preferred it to this version.
        """
        next_version = (self.ask_next_inputs(job.name) or {}).get(step.step)
        if next_version is not None:
            if not self._ask_was_passed_later(next_version, job, step):
                return False
            if not step.passed or self._ask_was_preferred(next_version, job, step):
                return True
        taken = self._ask_taken_versions(job.name, step.step)
        last = next(taken, None)
        if last is None or not self._ask_was_passed_later(last, job, step):
            return False
        # A job with `version: every` continues from the newest version that it ever took, not from the last one
        # (atc/db/versions_db.go: LatestBuildUsingLatestVersion).
        newer = (one for one in taken if step.passed and self._ask_is_newer(one, last))
        return all(self._ask_was_passed_later(one, job, step) for one in newer)

    def ask_next_inputs(self, job: str) -> Mapping[str, Version] | None:
        """Return what the job takes next, by step; None while that is undetermined, or where it may be hidden."""
        try:
            return self.queries.next_inputs(self.pipeline, job)
        except HiddenResponse:
            if not self.is_elsewhere:
                raise
            return None

    def ask_has_passed_over_everywhere(self, name: str) -> bool:
        """Return whether a job wants the version by `passed`, and has passed it over by every such step."""
        job = self.graph.job(name)
        steps = [step for step in job.inputs if step.resource == self.use.resource and step.passed]
        return bool(steps) and all(self.ask_has_passed_over(job, step) for step in steps)

    def ask_for_changed_build(self) -> Build | None:
        """Ask once more who took the version: a build can have started while the jobs were looked at."""
        latest = self.queries.builds_with_input(self.pipeline, self.use.resource, self.use.version_id, again=True)
        return self.use.changed_build(latest)

    def require_version(self, build: Build, version: Version) -> None:
        """Check that a build which is listed at a version lists the version, too. Raises NoCredibleResponse."""
        if (build.id, version) == (self.use.source.id, self.use.version):
            return
        if version not in self.queries.build_resources(build).versions:
            raise NoCredibleResponse(f"Concourse lists {build} for a version, but not the version for that build")

    def _ask_is_newer(self, version: Version, than: Version) -> bool:
        return self.queries.is_newer(self.pipeline, self.use.resource, version, than)

    def _ask_was_passed_later(self, version: Version, job: Job, step: JobInput) -> bool:
        """Return whether every job in `passed` passed a version on by later builds only; False if unknown.

        Without `passed`, the order of the versions decides.
        """
        if version == self.use.version:
            return False
        if not step.passed:
            return self._ask_is_newer(version, self.use.version)
        taken_from_same_build = version in self._ask_taken_versions(job.name, step.step)
        if not all(self._ask_has_passed_later(one, version, taken_from_same_build) for one in sorted(step.passed)):
            return False
        return self.queries.orders_by_builds() or self._ask_is_newer(version, self.use.version)

    def _ask_was_preferred(self, version: Version, job: Job, step: JobInput) -> bool:
        """Return whether the job chose a version for its next build when it could have taken this one instead.

        With `version: every` it takes the earliest build that it can (atc/db/versions_db.go: UnusedBuilds), so a later
        one comes next only until an earlier one can be taken. What comes next stays as it was while the job is paused,
        and for some seconds after that, also if it was configured meanwhile (atc/db/job.go: Unpause).
        """
        updated = self.queries.last_updated(self.pipeline)
        is_paused = job.is_paused or self.queries.is_paused(self.pipeline)
        if updated is None or is_paused or not _is_chosen_alone(job, step):
            return False
        for one in step.passed:
            chosen, own = self._ask_successes(one, version), self._ask_successes(one, self.use.version)
            if not max(_first_end(own), updated) < _first_end(chosen):
                return False
        return True

    def _ask_has_passed_later(self, job: str, version: Version, is_same_build_enough: bool) -> bool:
        """Return whether the job passed another version on by later builds than it passed on this one.

        Of two versions that one build made, a job takes one and never the other
        (atc/scheduler/algorithm/group_resolver.go), so the same build is enough once the job took the first of them.
        """
        theirs = [*self._ask_successes(job, version)]
        own = [*self._ask_successes(job, self.use.version)]
        if not theirs or not own:
            return False
        earliest, latest = min(theirs, key=_position), max(own, key=_position)
        is_later = _position(earliest) > _position(latest)
        if not (is_later or (is_same_build_enough and earliest.id == latest.id)):
            return False
        self.require_version(earliest, version)
        self.require_version(latest, self.use.version)
        return True

    def _ask_successes(self, job: str, version: Version) -> Iterator[Build]:
        """Yield the job's builds that succeeded with a version: they took it, with or without `passed`, or made it."""
        use, queries = self.use, self.queries
        is_own = version == use.version
        if is_own and is_success_of(job, use.source):
            yield use.source
        number = use.version_id if is_own else queries.version_id(self.pipeline, use.resource, version)
        if number is None:
            return
        took = queries.builds_with_input(self.pipeline, use.resource, number)
        yield from (build for build in took if is_success_of(job, build))
        if any(step.resource == use.resource for step in self.graph.job(job).outputs):
            made = queries.builds_with_output(self.pipeline, use.resource, number)
            yield from (build for build in made if is_success_of(job, build))

    def _ask_taken_versions(self, job: str, step: str) -> Iterator[Version]:
        """Yield the versions that the job's latest builds took by a step, the latest first.

        Builds from before a step was renamed list it under its old name.
        """
        steps = {one.step for one in self.graph.job(job).inputs}
        builds = sorted(self.queries.latest_builds(self.pipeline, job), key=lambda build: build.id, reverse=True)
        for build in [build for build in builds if build.status is not BuildStatus.PENDING][:BUILDS_TO_LOOK_BACK]:
            for taken in self.queries.build_resources(build).inputs:
                if taken.step == step or (taken.step not in steps and self._ask_is_of_resource(taken.version)):
                    yield taken.version

    def _ask_is_of_resource(self, version: Version) -> bool:
        return self.queries.version_id(self.pipeline, self.use.resource, version) is not None


def _position(build: Build) -> tuple[int, int]:
    """Return the place of a build in the order of its job: a re-run right after its original."""
    return build.original, build.id


def _is_chosen_alone(job: Job, step: JobInput) -> bool:
    """Return whether no other input of a job decides when it can take a version that passed the jobs of a step.

    Inputs that passed the same job come from one build of it (atc/scheduler/algorithm/group_resolver.go); if they also
    passed another job, there can be no build of that one yet that goes with it.
    """
    together = [one.passed for one in job.inputs if one != step and one.passed & step.passed]
    return all(len(step.passed | passed) == 1 for passed in together)


def _first_end(builds: Iterable[Build]) -> int:
    """Return when the first of some builds that succeeded ended (seconds since 1970, UTC)."""
    return min(build.end_time for build in builds if build.end_time is not None)
