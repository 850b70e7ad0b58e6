# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BuildQueries, answered by the API of a Concourse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ..._core.concourse.model import Build, BuildResources, Job, Version
from ..._core.concourse.queries import BuildQueries
from ..._core.concourse.references import BuildReference, PipelineReference, ResourceReference
from ..decode.model import PipelineEntry, decode_jobs, decode_pipeline_entry
from ..decode.versions import ListedVersion, decode_build_resources, decode_next_inputs
from .absent_versions import AbsentVersions, check_times
from .build_lists import PIPELINE_BUILDS, BuildLists
from .checks import (
    require_all_jobs,
    require_all_reruns,
    require_build,
    require_pipeline,
)
from .known_builds import KnownBuilds
from .next_inputs import known_inputs
from .own_addresses import OwnAddresses
from .parallel import in_parallel
from .paths import api_path, build_path, builds_from_parameter, pipeline_path
from .requests import ApiRequests, Decoded, Decoder
from .single_flight import SingleFlight
from .team_lists import ArchivedPipelines, TeamLists
from .versions import VersionOrder, fetch_version, has_filter

# The API's own default for lists (atc/pagination.go).
_PAGE = 100
# Until 5.8: atc/db/algorithm/version_candidates.go.
_FIRST_BY_BUILDS = (6, 0, 0)


class ConcourseQueries(BuildQueries):
    """See BuildQueries for the methods. Each request is sent once, and threads share the responses.

    Besides NoCredibleResponse, every method can raise ConcourseError: a refused login, or no Concourse at the address.
    """

    def __init__(
        self,
        api: ApiRequests,
        own_addresses: OwnAddresses,
        absent: AbsentVersions,
        archived: ArchivedPipelines,
    ) -> None:
        self._api = api
        self._own_addresses = own_addresses
        self._absent = absent
        self._responses = SingleFlight()
        self._builds = KnownBuilds(own_addresses.for_people)
        self._build_lists = BuildLists(self._get_once, self._builds)
        self._lists = TeamLists(api, self._responses, archived)

    def end(self) -> None:
        """Send no further request, so that threads end if nobody waits for their judgement any more."""
        self._api.end()

    def names_this_concourse(self, base: str) -> bool:
        return self._own_addresses.include(base)

    def build(self, reference: BuildReference) -> Build | None:
        path = build_path(reference)
        build = self._responses.once(("build", path), lambda: self._api.get_or_none(path, self._builds.decode))
        return None if build is None else require_build(build, reference)

    def pipelines(self, team: str) -> tuple[PipelineReference, ...]:
        return self._lists.all_pipelines(team)

    def is_team_hidden(self, team: str) -> bool:
        return self._lists.is_hidden(team)

    def is_archived(self, pipeline: PipelineReference) -> bool:
        return self._pipeline(pipeline).is_archived

    def last_updated(self, pipeline: PipelineReference) -> int | None:
        return self._pipeline(pipeline).last_updated

    def is_paused(self, pipeline: PipelineReference) -> bool:
        return self._pipeline(pipeline).is_paused

    def is_listed_alike(self, pipeline: PipelineReference) -> bool:
        found = self._pipeline(pipeline)
        listed = self._lists.pipelines(pipeline.team) or ()
        return all(entry == found for entry in listed if entry.reference == found.reference)

    def jobs(self, pipeline: PipelineReference, *, again: bool = False) -> tuple[Job, ...]:
        jobs = self._get_once(pipeline_path(pipeline, "jobs"), decode_jobs, again=again)
        for found, _job in jobs:
            require_pipeline(found, pipeline)
        return require_all_jobs(tuple(job for _found, job in jobs), pipeline)

    def build_resources(self, build: Build) -> BuildResources:
        return self._get_once(api_path("builds", build.id, "resources"), decode_build_resources)

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        if among_latest:
            return self._version_order(pipeline, resource).latest_id(version)
        found = self._version(ResourceReference(pipeline, resource), version)
        return None if found is None else found.id

    def lock_of_version(self, resource: ResourceReference, version: Version) -> str | None:
        found = self._version(resource, version)
        return None if found is None else found.lock

    def _version(self, resource: ResourceReference, version: Version) -> ListedVersion | None:
        # Concourse splits a filter at its first colon (versionserver/list.go).
        pairs = [("filter", f"{key}:{value}") for key, value in version.fields if ":" not in key]
        path = pipeline_path(resource.pipeline, "resources", resource.name, "versions", pairs=pairs)
        return self._responses.once(
            ("version", path, version), lambda: fetch_version(self._api, path, resource.name, version)
        )

    def can_search_versions(self) -> bool:
        return has_filter(self._api)

    def orders_by_builds(self) -> bool:
        return self._api.login().server.version >= _FIRST_BY_BUILDS

    def resources(
        self, teams: frozenset[str], archived_since: int | None = None, *, of_makers: bool = True
    ) -> tuple[ResourceReference, ...]:
        listed = self._lists.resources(teams, archived_since, of_makers=of_makers)
        return tuple(dict.fromkeys(one.reference for one in listed))

    def version_ids(self, resources: Sequence[ResourceReference], version: Version) -> Mapping[ResourceReference, int]:
        checked = check_times(self._lists.resources_of(frozenset(one.pipeline for one in resources)))

        def number(one: ResourceReference) -> int | None:
            ask = partial(self.version_id, one.pipeline, one.name, version)
            return self._absent.fetch(one, version, checked.get(one), ask)

        numbers = in_parallel(number, resources)
        return {one: number for one, number in zip(resources, numbers, strict=True) if number is not None}

    def builds_with_input(
        self, pipeline: PipelineReference, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        return self._build_lists.with_version(pipeline, resource, version_id, "input_to", again=again)

    def builds_with_output(self, pipeline: PipelineReference, resource: str, version_id: int) -> tuple[Build, ...]:
        return self._build_lists.with_version(pipeline, resource, version_id, "output_of")

    def is_newer(self, pipeline: PipelineReference, resource: str, version: Version, than: Version) -> bool:
        if version == than:
            return False
        order = self._version_order(pipeline, resource)
        return order.is_newer(version, than, lambda one: self.version_id(pipeline, resource, one))

    def next_inputs(self, pipeline: PipelineReference, job: str) -> Mapping[str, Version] | None:
        path = pipeline_path(pipeline, "jobs", job, "inputs")
        ask = partial(self._responses.once, path, lambda: self._api.get_or_none(path, decode_next_inputs))
        return known_inputs(ask, pipeline, job, self)

    def latest_builds(self, pipeline: PipelineReference, job: str, *, again: bool = False) -> tuple[Build, ...]:
        return self._build_lists.of_job(pipeline, job, again=again)

    def builds_from(
        self, pipeline: PipelineReference, job: str, build: Build, *, again: bool = False
    ) -> tuple[Build, ...]:
        return require_all_reruns(self.builds_since(pipeline, job, build, again=again), build, _PAGE)

    def builds_since(
        self, pipeline: PipelineReference, job: str, build: Build, *, again: bool = False
    ) -> tuple[Build, ...]:
        start = builds_from_parameter(build.id, self._api.login().server.version)
        return self._build_lists.of_job(pipeline, job, (start, ("limit", str(_PAGE))), again=again)

    def pipeline_builds(self, pipeline: PipelineReference) -> tuple[Build, ...]:
        return self._build_lists.of_pipeline(pipeline)

    def pipeline_builds_from(self, pipeline: PipelineReference, build: Build) -> tuple[Build, ...]:
        start = builds_from_parameter(build.id, self._api.login().server.version)
        return require_all_reruns(self._build_lists.of_pipeline(pipeline, (start,)), build, PIPELINE_BUILDS)

    def _pipeline(self, pipeline: PipelineReference) -> PipelineEntry:
        entry = self._get_once(pipeline_path(pipeline), decode_pipeline_entry)
        require_pipeline(entry.reference, pipeline)
        return entry

    def _version_order(self, pipeline: PipelineReference, resource: str) -> VersionOrder:
        return self._responses.once(("order", pipeline, resource), lambda: VersionOrder(self._api, pipeline, resource))

    def _get_once(self, path: str, decode: Decoder[Decoded], *, again: bool = False) -> Decoded:
        return self._responses.once(path, lambda: self._api.get(path, decode), again=again)
