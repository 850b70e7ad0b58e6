# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control: pipelines, jobs and resources."""

from __future__ import annotations

import yaml

from ..routes import present
from ..world import changes, pipelines, versions
from ..world.entities import JsonObject, Pipeline
from .control import Control, operation


class PipelineControl(Control):
    @operation
    def set_pipeline(
        self,
        pipeline: str,
        config: JsonObject | str,
        *,
        instance_vars: JsonObject | None = None,
        paused: bool = False,
        public: bool = False,
    ) -> JsonObject:
        """Create or change a pipeline; `config` is the text of a pipeline file, or its decoded content."""
        team, _separator, name = pipeline.partition("/")
        parsed = yaml.safe_load(config) if isinstance(config, str) else config
        made = pipelines.set_pipeline(self.world, self.team(team), name, parsed, instance_vars=instance_vars)
        made.public = public
        if paused:
            pipelines.pause(self.world, made, paused_by=None)
        return present.pipeline(self.world, made)

    @operation
    def pause_pipeline(
        self, pipeline: str, *, instance_vars: JsonObject | None = None, paused_by: str = "admin"
    ) -> None:
        pipelines.pause(self.world, self.pipeline(pipeline, instance_vars), paused_by=paused_by)

    @operation
    def unpause_pipeline(self, pipeline: str, *, instance_vars: JsonObject | None = None) -> None:
        pipelines.unpause(self.world, self.pipeline(pipeline, instance_vars))

    @operation
    def archive_pipeline(self, pipeline: str, *, instance_vars: JsonObject | None = None) -> None:
        pipelines.archive(self.world, self.pipeline(pipeline, instance_vars))

    @operation
    def rename_pipeline(self, pipeline: str, to: str, *, instance_vars: JsonObject | None = None) -> None:
        """Rename a pipeline; `to` is the new name without the team."""
        pipelines.rename(self.world, self.pipeline(pipeline, instance_vars), to)

    @operation
    def rename_job(self, pipeline: str, job: str, to: str, *, instance_vars: JsonObject | None = None) -> None:
        """Rename a job by `old_name`: its builds stay."""
        changed = self.pipeline(pipeline, instance_vars)
        self.job(pipeline, job, instance_vars)
        self._configure(changed, changes.rename_job(changed.config, job, to))

    @operation
    def remove_job(self, pipeline: str, job: str, *, instance_vars: JsonObject | None = None) -> None:
        """Take a job out of the pipeline and out of every `passed`."""
        changed = self.pipeline(pipeline, instance_vars)
        self.job(pipeline, job, instance_vars)
        self._configure(changed, changes.remove_job(changed.config, job))

    @operation
    def rename_step(
        self, pipeline: str, job: str, step: str, to: str, *, instance_vars: JsonObject | None = None
    ) -> None:
        """Rename a `get` or `put` step of a job."""
        changed = self.pipeline(pipeline, instance_vars)
        self.job(pipeline, job, instance_vars)
        self._configure(changed, changes.rename_step(changed.config, job, step, to))

    @operation
    def destroy_pipeline(self, pipeline: str, *, instance_vars: JsonObject | None = None) -> None:
        """Destroy a pipeline and its builds; a new pipeline of the same name numbers its builds from 1."""
        self.world.remove_pipeline(self.pipeline(pipeline, instance_vars))

    @operation
    def expose_pipeline(self, pipeline: str, *, instance_vars: JsonObject | None = None, public: bool = True) -> None:
        self.pipeline(pipeline, instance_vars).public = public

    @operation
    def pause_job(
        self, pipeline: str, job: str, *, instance_vars: JsonObject | None = None, paused_by: str = "admin"
    ) -> None:
        pipelines.pause(self.world, self.job(pipeline, job, instance_vars), paused_by=paused_by)

    @operation
    def unpause_job(self, pipeline: str, job: str, *, instance_vars: JsonObject | None = None) -> None:
        pipelines.unpause(self.world, self.job(pipeline, job, instance_vars))

    @operation
    def save_version(
        self,
        pipeline: str,
        resource: str,
        version: JsonObject,
        *,
        metadata: dict[str, str] | None = None,
        instance_vars: JsonObject | None = None,
    ) -> int:
        """Record a version as a check does; return its id."""
        found = self.resource(pipeline, resource, instance_vars)
        found.last_checked = self.world.clock.now()
        return versions.save(self.world, found, version, metadata).id

    @operation
    def offer_version(
        self,
        pipeline: str,
        resource: str,
        version: JsonObject,
        *,
        metadata: dict[str, str] | None = None,
        instance_vars: JsonObject | None = None,
    ) -> None:
        """Offer a version to the next check."""
        found = self.resource(pipeline, resource, instance_vars)
        found.undiscovered.append({"version": version, "metadata": metadata})

    @operation
    def enable_version(
        self,
        pipeline: str,
        resource: str,
        version_id: int,
        *,
        enabled: bool = True,
        instance_vars: JsonObject | None = None,
    ) -> None:
        """Enable or disable a version; builds do not take a disabled version."""
        found = self.resource(pipeline, resource, instance_vars)
        digest = self.world.versions[version_id].digest
        found.disabled = [other for other in found.disabled if other != digest] + ([] if enabled else [digest])
        for job in self.world.jobs_of(self.pipeline(pipeline, instance_vars)):
            job.schedule_requested = True

    def _configure(self, pipeline: Pipeline, config: JsonObject) -> None:
        team = self.world.teams[pipeline.team_id]
        pipelines.set_pipeline(self.world, team, pipeline.name, config, instance_vars=pipeline.instance_vars)
