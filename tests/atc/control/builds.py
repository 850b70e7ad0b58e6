# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control: builds, their inputs and outputs, and the scheduler."""

from __future__ import annotations

from collections.abc import Sequence

from ..routes import present
from ..scheduler import scheduling
from ..world import builds, versions
from ..world.entities import UNFINISHED, Build, Carried, Job, JsonObject, Resource, Step, digest_of
from .control import Control, operation


class BuildControl(Control):
    @operation
    def trigger(
        self, pipeline: str, job: str, *, created_by: str = "admin", instance_vars: JsonObject | None = None
    ) -> JsonObject:
        """Create a build manually, as the plus button does."""
        found = self.job(pipeline, job, instance_vars)
        found.schedule_requested = True
        return self._show(builds.create_for_job(self.world, found, created_by=created_by, manually_triggered=True))

    @operation
    def rerun(self, build_id: int, *, created_by: str = "admin") -> JsonObject:
        original = self.build(build_id)
        self._job_of(original).schedule_requested = True
        return self._show(builds.create_rerun(self.world, original, created_by=created_by))

    @operation
    def create_one_off(self, team: str, *, pipeline: str | None = None, created_by: str = "admin") -> JsonObject:
        """Create a started build without a job."""
        home = self.pipeline(pipeline) if pipeline else None
        return self._show(builds.create_one_off(self.world, self.team(team), created_by=created_by, pipeline=home))

    @operation
    def start(self, build_id: int) -> JsonObject:
        """Start a pending build with the current inputs, without the scheduler."""
        build = self.build(build_id)
        self._start(build)
        return self._show(build)

    @operation
    def finish(self, build_id: int, status: str) -> JsonObject:
        """Finish a build; `status` is `succeeded`, `failed`, `errored` or `aborted`."""
        build = self.build(build_id)
        builds.finish(self.world, build, status)
        return self._show(build)

    @operation
    def abort(self, build_id: int) -> JsonObject:
        build = self.build(build_id)
        builds.abort(self.world, build)
        return self._show(build)

    @operation
    def reap(self, build_id: int) -> None:
        """Delete the log of a build; the build stays."""
        self.build(build_id).reap_time = self.world.clock.now()

    @operation
    def put(self, build_id: int, step: str, version: JsonObject, *, metadata: dict[str, str] | None = None) -> int:
        """Record a version of the `put` step `step`; return its id."""
        return self._put(self.build(build_id), {"name": step, "version": version, "metadata": metadata})

    @operation
    def set_inputs(self, build_id: int, inputs: list[JsonObject]) -> None:
        """Replace the scheduler's inputs by `[{"name": STEP, "version": {...}}]`."""
        build = self.build(build_id)
        scheduling.set_inputs(self.world, build, self._carried(self._job_of(build), inputs))

    @operation
    def record_build(
        self,
        pipeline: str,
        job: str,
        *,
        status: str = "succeeded",
        instance_vars: JsonObject | None = None,
        id: int | None = None,  # noqa: A002 - name in the API
        rerun_of: int | None = None,
        created_by: str | None = "admin",
        started: float | None = None,
        ended: float | None = None,
        inputs: list[JsonObject] | None = None,
        outputs: list[JsonObject] | None = None,
    ) -> JsonObject:
        """Record a finished build in one call: `outputs` is `[{"name": STEP, "version": {...}, "metadata": {...}}]`.

        Without `inputs` it takes the scheduler's inputs. Downstream jobs are scheduled, as after any build.
        """
        home = self.job(pipeline, job, instance_vars)
        taken = None if inputs is None else self._carried(home, inputs)
        build = self._new_build(home, id, rerun_of, created_by)
        if status == "pending":
            return self._show(build)
        if taken is not None:
            scheduling.set_inputs(self.world, build, taken)
        self._start(build)
        build.start_time = started if started is not None else build.start_time
        for output in outputs or []:
            self._put(build, output)
        if status not in UNFINISHED:
            builds.finish(self.world, build, status)
            build.end_time = ended if ended is not None else build.end_time
        return self._show(build)

    @operation
    def list_builds(
        self,
        *,
        pipeline: str | None = None,
        job: str | None = None,
        status: str | None = None,
        instance_vars: JsonObject | None = None,
    ) -> list[JsonObject]:
        """List builds, oldest first; tests that act as workers see which ones are `started`."""
        home = self.pipeline(pipeline, instance_vars).id if pipeline else None
        shown = [self._show(build) for build in self.world.builds.values() if home in (None, build.pipeline_id)]
        return [build for build in shown if job in (None, build.get("job_name")) and status in (None, build["status"])]

    @operation
    def schedule(self) -> None:
        """Run the scheduler now; by default it runs after every change."""
        scheduling.run(self.world)

    def _new_build(self, job: Job, build_id: int | None, rerun_of: int | None, created_by: str | None) -> Build:
        if build_id in self.world.builds:
            raise ValueError(f"build {build_id} already exists")
        if build_id is not None:
            self.world.next_ids["builds"] = max(self.world.next_ids["builds"], build_id + 1)
        if rerun_of is not None:
            return builds.create_rerun(self.world, self.build(rerun_of), created_by=created_by, build_id=build_id)
        by_hand = created_by is not None
        return builds.create_for_job(
            self.world, job, created_by=created_by, manually_triggered=by_hand, build_id=build_id
        )

    def _start(self, build: Build) -> None:
        if not build.inputs_ready:
            scheduling.compute_inputs(self.world, self._job_of(build))
        scheduling.adopt_inputs(self.world, build)
        builds.start(self.world, build)

    def _put(self, build: Build, output: JsonObject) -> int:
        job, name = self._job_of(build), output["name"]
        resource = self._resource_of(job, [*job.inputs, *job.outputs], name)
        return versions.put(self.world, build, name, resource, output["version"], output.get("metadata")).id

    def _carried(self, job: Job, inputs: list[JsonObject]) -> list[Carried]:
        taken = []
        for item in inputs:
            resource = self._resource_of(job, job.inputs, item["name"])
            digest = digest_of(item["version"])
            if self.world.find_version(resource, digest) is None:
                raise LookupError(f"resource {resource.name} has no version {digest}; save or put it first")
            taken.append(Carried(item["name"], resource.id, digest))
        return taken

    def _job_of(self, build: Build) -> Job:
        if build.job_id is None:
            raise ValueError(f"build {build.id} belongs to no job")
        return self.world.jobs[build.job_id]

    def _resource_of(self, job: Job, steps: Sequence[Step], name: str) -> Resource:
        for step in steps:
            if step.name == name:
                return self.world.resource_of(job, step)
        raise LookupError(f"job {job.name} has no step {name}; it has {', '.join(step.name for step in steps)}")

    def _show(self, build: Build) -> JsonObject:
        return present.build(self.world, build)
