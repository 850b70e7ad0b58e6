# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the emulated Concourse: all tables and queries."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .entities import Build, Job, JsonObject, Pipeline, Resource, ResourceVersion, Step, Team, Token
from .settings import Settings


def _first_ids() -> defaultdict[str, int]:
    return defaultdict(lambda: 1)


@dataclass
class World:
    """All tables. Readers and writers hold `lock`."""

    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    users: dict[str, str] = field(default_factory=dict)
    """User name to password."""
    clients: dict[str, str] = field(default_factory=lambda: {"fly": "Zmx5"})
    """Client id to secret; fly's client is the same in every Concourse."""
    tokens: dict[str, Token] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    pipelines: dict[int, Pipeline] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    resources: dict[int, Resource] = field(default_factory=dict)
    versions: dict[int, ResourceVersion] = field(default_factory=dict)
    builds: dict[int, Build] = field(default_factory=dict)
    next_ids: defaultdict[str, int] = field(default_factory=_first_ids)
    lock: Any = field(default_factory=threading.RLock)
    _builds_by_job: defaultdict[int, list[Build]] = field(default_factory=lambda: defaultdict(list))
    _versions_by_scope: defaultdict[str, dict[str, ResourceVersion]] = field(default_factory=lambda: defaultdict(dict))

    def next_id(self, sequence: str) -> int:
        """Return the next of `teams`, `pipelines`, `jobs`, `resources`, `versions`, `builds` or `one-off names`."""
        number = self.next_ids[sequence]
        self.next_ids[sequence] = number + 1
        return number

    def add_build(self, build: Build) -> Build:
        self.builds[build.id] = build
        if build.job_id is not None:
            self._builds_by_job[build.job_id].append(build)
        return build

    def add_version(self, version: ResourceVersion) -> ResourceVersion:
        self.versions[version.id] = version
        self._versions_by_scope[version.scope][version.digest] = version
        return version

    def remove_job(self, job: Job) -> None:
        """Remove a job and its builds."""
        for build in self._builds_by_job.pop(job.id, []):
            del self.builds[build.id]
        del self.jobs[job.id]

    def remove_pipeline(self, pipeline: Pipeline) -> None:
        """Remove a pipeline and everything that refers to it, as the database's foreign keys do."""
        for job in [job for job in self.jobs.values() if job.pipeline_id == pipeline.id]:
            self.remove_job(job)
        for resource in [found for found in self.resources.values() if found.pipeline_id == pipeline.id]:
            del self.resources[resource.id]
        self.builds = {number: build for number, build in self.builds.items() if build.pipeline_id != pipeline.id}
        del self.pipelines[pipeline.id]

    def find_team(self, name: str) -> Team | None:
        return next((team for team in self.teams.values() if team.name == name), None)

    def find_pipeline(self, team: Team, name: str, instance_vars: JsonObject | None) -> Pipeline | None:
        """Return the pipeline. Instance variables must match exactly: `"1"` for `1` names another pipeline."""
        for pipeline in self.pipelines.values():
            if (pipeline.team_id, pipeline.name) == (team.id, name) and _same(pipeline.instance_vars, instance_vars):
                return pipeline
        return None

    def find_job(self, pipeline: Pipeline, name: str, *, active_only: bool = True) -> Job | None:
        for job in self.jobs_of(pipeline, active_only=active_only):
            if job.name == name:
                return job
        return None

    def find_resource(self, pipeline: Pipeline, name: str, *, active_only: bool = True) -> Resource | None:
        for resource in self.resources.values():
            if (resource.pipeline_id, resource.name) == (pipeline.id, name) and (resource.active or not active_only):
                return resource
        return None

    def resource_of(self, job: Job, step: Step) -> Resource:
        """Return the resource of a job's step."""
        found = self.find_resource(self.pipelines[job.pipeline_id], step.resource)
        if found is None:
            raise LookupError(f"job {job.name} uses resource {step.resource}, which its pipeline does not have")
        return found

    def jobs_of(self, pipeline: Pipeline, *, active_only: bool = True) -> list[Job]:
        return [job for job in self.jobs.values() if job.pipeline_id == pipeline.id and (job.active or not active_only)]

    def resources_of(self, pipeline: Pipeline) -> list[Resource]:
        return [found for found in self.resources.values() if found.pipeline_id == pipeline.id and found.active]

    def builds_of(self, job: Job) -> list[Build]:
        """Return the job's builds in order of creation."""
        return self._builds_by_job[job.id]

    def find_version(self, resource: Resource, digest: str) -> ResourceVersion | None:
        return self._versions_by_scope[resource.scope].get(digest)

    def versions_of(self, resource: Resource) -> list[ResourceVersion]:
        """Return the versions, newest first in check order."""
        # The order only grows, so they were added in that order.
        return list(reversed(self._versions_by_scope[resource.scope].values()))


def _same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, `1` and `true` differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
