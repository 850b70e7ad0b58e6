# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that builds are started of, and starting them."""

from __future__ import annotations

import typing as t

from ..._core.concourse.model import Build, BuildResources
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference
from ..._core.trigger.job.api import JobApi, JobState, PipelineState, Preparation
from ..decode.job_state import decode_job, decode_pipeline, decode_preparation
from ..decode.model import decode_build, decode_builds
from ..login.server_info import ServerVersion
from .checks import require_builds_of_job, require_job, require_pipeline, require_preparation
from .paths import Pairs, api_path, builds_from_parameter, pipeline_path
from .post_once import post_once
from .queries import ConcourseQueries
from .requests import ApiRequests
from .unknown_job import unknown_job_error

# Concourse has no limit on the length of a page (atc/pagination.go): a list that was cut off is fetched again, longer.
_PAGE = 100
_PAGE_GROWTH = 20
_MAX_PAGE = _PAGE * _PAGE_GROWTH**3
_FIRST_WITH_CREATOR: ServerVersion = (7, 0, 0)
_CHECK = b'{"from": null, "shallow": false}'


class ConcourseJobApi(JobApi):
    """See JobApi; threads share it."""

    def __init__(self, api: ApiRequests, queries: ConcourseQueries, address: str) -> None:
        self._api = api
        self._queries = queries
        self._address = address

    def job(self, job: JobReference) -> JobState:
        decoded = self._api.get_or_none(_job_path(job), decode_job)
        if decoded is None:
            raise unknown_job_error(job, self._queries)
        pipeline, name, state = decoded
        require_job((pipeline, name), (job.pipeline, job.name))
        return state

    def pipeline(self, job: JobReference) -> PipelineState:
        pipeline, state = self._api.get(pipeline_path(job.pipeline), decode_pipeline)
        require_pipeline(pipeline, job.pipeline)
        return state

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        return self._builds(job, ("limit", str(limit)))

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        start = builds_from_parameter(build_id, self._version)
        limit = _PAGE
        while limit <= _MAX_PAGE:
            builds = self._builds(job, start, ("limit", str(limit)))
            if len(builds) < limit:
                return builds
            limit *= _PAGE_GROWTH
        raise NoCredibleResponse(f"job {job} has too many builds to count")

    def preparation(self, build: Build) -> Preparation | None:
        path = api_path("builds", build.id, "preparation")
        decoded = self._api.get_or_none(path, decode_preparation)
        if decoded is None:
            return None
        require_preparation(decoded[0], build)
        return decoded[1]

    def resources(self, build: Build) -> BuildResources:
        return self._queries.build_resources(build)

    def names_this_concourse(self, base: str) -> bool:
        return self._queries.names_this_concourse(base)

    def start(self, job: JobReference) -> Build:
        def decode(value: t.Any) -> Build:
            (build,) = require_builds_of_job((decode_build(value),), job.pipeline, job.name)
            return build

        return post_once(self._api, _job_path(job, "builds"), job, decode)

    def is_ours(self, build: Build) -> bool:
        if self._version < _FIRST_WITH_CREATOR:
            return True
        user = self._api.login().user
        return user is not None and build.created_by == user.name

    def check(self, job: JobReference, resource: str) -> None:
        path = pipeline_path(job.pipeline, "resources", resource, "check")
        post_once(self._api, path, job, lambda _value: None, _CHECK)

    def page(self, job: JobReference, build: Build) -> str:
        return self._address + _job_path(job, "builds", build.name).removeprefix("/api/v1")

    def job_page(self, job: JobReference) -> str:
        return self._address + _job_path(job).removeprefix("/api/v1")

    @property
    def _version(self) -> ServerVersion:
        return self._api.login().server.version

    def _builds(self, job: JobReference, *pairs: tuple[str, str]) -> tuple[Build, ...]:
        builds = self._api.get(_job_path(job, "builds", pairs=pairs), decode_builds)
        return require_builds_of_job(builds, job.pipeline, job.name)


def _job_path(job: JobReference, *segments: str, pairs: Pairs = ()) -> str:
    return pipeline_path(job.pipeline, "jobs", job.name, *segments, pairs=pairs)
