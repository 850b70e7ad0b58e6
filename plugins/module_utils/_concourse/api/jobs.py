# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and their builds, asked from Concourse, and builds asked for."""

from __future__ import annotations

import typing as t

from ..._core.concourse.model import Build, BuildResources
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference
from ..._core.trigger.job_api import JobApi, JobState, PipelineState
from ..login.server_info import ServerVersion as Release
from . import decode, decode_job
from .checks import require_builds_of_job, require_job, require_pipeline
from .paths import builds_from_parameter, pipeline_path
from .post_once import post_once
from .queries import ConcourseQueries
from .requests import ApiRequests
from .unknown_job import unknown_job_error

# No page is too long for Concourse (atc/pagination.go), so a list that was cut off is asked for anew, longer.
_PAGE = 100
_LONGER = 20
_LONGEST = _PAGE * _LONGER**3
_FIRST_WITH_CREATOR: Release = (7, 0, 0)
_CHECK = b'{"from": null, "shallow": false}'


class ConcourseJobApi(JobApi):
    """See JobApi. Threads share it."""

    def __init__(self, inquiry: ApiRequests, facts: ConcourseQueries, address: str) -> None:
        self._inquiry = inquiry
        self._facts = facts
        self._address = address

    def job(self, job: JobReference) -> JobState:
        told = self._inquiry.get_or_none(_about(job), decode_job.decode_job)
        if told is None:
            raise unknown_job_error(job, self._facts)
        pipeline, name, facts = told
        return require_job(facts, (pipeline, name), (job.pipeline, job.name))

    def pipeline(self, job: JobReference) -> PipelineState:
        found, facts = self._inquiry.ask(pipeline_path(job.pipeline), decode_job.decode_pipeline)
        require_pipeline(found, job.pipeline)
        return facts

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        return self._builds(job, ("limit", str(limit)))

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        start = builds_from_parameter(build_id, self._release)
        limit = _PAGE
        while True:
            builds = self._builds(job, start, ("limit", str(limit)))
            if len(builds) < limit:
                return builds
            limit *= _LONGER
            if limit > _LONGEST:
                raise NoCredibleResponse(f"job {job} has more builds at once than can be counted")

    def resources(self, build: Build) -> BuildResources:
        return self._facts.build_resources(build)

    def names_this_concourse(self, base: str) -> bool:
        return self._facts.names_this_concourse(base)

    def start(self, job: JobReference) -> Build:
        def made(value: t.Any) -> Build:
            (build,) = require_builds_of_job((decode.decode_build(value),), job.pipeline, job.name)
            return build

        return post_once(self._inquiry, _about(job, "builds"), job, made)

    def is_ours(self, build: Build) -> bool:
        if self._release < _FIRST_WITH_CREATOR:
            return True
        identity = self._inquiry.contact().identity
        return identity is not None and build.created_by == identity.name

    def check(self, job: JobReference, resource: str) -> None:
        asked = pipeline_path(job.pipeline, "resources", resource, "check")
        post_once(self._inquiry, asked, job, lambda _value: None, _CHECK)

    def page(self, job: JobReference, build: Build) -> str:
        return self._address + _about(job, "builds", build.name).removeprefix("/api/v1")

    @property
    def _release(self) -> Release:
        return self._inquiry.contact().introduction.version

    def _builds(self, job: JobReference, *pairs: tuple[str, str]) -> tuple[Build, ...]:
        builds = self._inquiry.ask(_about(job, "builds", pairs=pairs), decode.decode_builds)
        return require_builds_of_job(builds, job.pipeline, job.name)


def _about(job: JobReference, *segments: str, pairs: t.Iterable[tuple[str, str]] = ()) -> str:
    return pipeline_path(job.pipeline, "jobs", job.name, *segments, pairs=pairs)
