# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about builds, asked from Concourse."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..._core.concourse.model import Build, BuildResources, Job, Version
from ..._core.concourse.queries import BuildQueries, NoCredibleResponse
from ..._core.concourse.references import BuildReference, PipelineReference
from ..config.url import normalized_url
from . import decode
from .checks import (
    require_all_reruns,
    require_build,
    require_builds_of_job,
    require_builds_of_pipeline,
    require_pipeline,
    require_pipelines_of_team,
)
from .paths import api_path, builds_from_parameter, pipeline_path
from .requests import ApiRequests
from .single_flight import SingleFlight
from .versions import VersionOrder

# The API's own default for lists (atc/pagination.go).
_PAGE = 100
_MANY = 500  # builds of a pipeline among which one that is still at work is looked for


class ConcourseQueries(BuildQueries):
    """Answers each question of the rules once; threads share it. See BuildQueries for the questions.

    Besides NoCredibleResponse, every question can raise ConcourseError: the login was refused, or this is no Concourse.
    """

    def __init__(self, inquiry: ApiRequests, own_addresses: frozenset[str]) -> None:
        self._inquiry = inquiry
        self._own_addresses = own_addresses
        self._memo = SingleFlight()

    def names_this_concourse(self, base: str) -> bool:
        """Nothing is ever sent to the base: it comes from a commit message."""
        address = normalized_url(base)
        if address is None or address in self._own_addresses:
            return address is not None
        external_url = self._inquiry.contact().introduction.external_url
        return external_url is not None and normalized_url(external_url) == address

    def build(self, reference: BuildReference) -> Build | None:
        if reference.id is not None:
            asked = api_path("builds", reference.id)
        elif reference.pipeline is not None and reference.job is not None and reference.name is not None:
            asked = pipeline_path(reference.pipeline, "jobs", reference.job, "builds", reference.name)
        else:
            raise NoCredibleResponse("the claim names no build that Concourse could be asked for")
        found = self._memo.once(("build", asked), lambda: self._inquiry.get_or_none(asked, decode.decode_build))
        return None if found is None else require_build(found, reference)

    def pipelines(self, team: str) -> tuple[PipelineReference, ...]:
        def ask() -> tuple[PipelineReference, ...]:
            known = self._inquiry.get_or_none(api_path("teams", team, "pipelines"), decode.decode_pipelines)
            if known is None:
                return ()
            identity = self._inquiry.contact().identity
            if identity is None or not identity.sees_all_of(team):
                raise NoCredibleResponse(f"Concourse shows this login only the exposed pipelines of team {team}")
            return require_pipelines_of_team(known, team)

        return self._memo.once(("pipelines", team), ask)

    def is_archived(self, pipeline: PipelineReference) -> bool:
        found, archived, _paused = self._once(pipeline_path(pipeline), decode.decode_pipeline_state)
        return require_pipeline(found, pipeline) and archived

    def is_paused(self, pipeline: PipelineReference) -> bool:
        found, _archived, paused = self._once(pipeline_path(pipeline), decode.decode_pipeline_state)
        return require_pipeline(found, pipeline) and paused

    def jobs(self, pipeline: PipelineReference, *, again: bool = False) -> tuple[Job, ...]:
        listed = self._once(pipeline_path(pipeline, "jobs"), decode.decode_jobs, again=again)
        return tuple(job for found, job in listed if require_pipeline(found, pipeline))

    def build_resources(self, build: Build) -> BuildResources:
        return self._once(api_path("builds", build.id, "resources"), decode.decode_build_resources)

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        if among_latest:
            return self._order(pipeline, resource).latest_id(version)
        # Concourse splits a filter at its first colon (versionserver/list.go).
        pairs = [("filter", f"{key}:{value}") for key, value in version.fields if ":" not in key]
        asked = pipeline_path(pipeline, "resources", resource, "versions", pairs=pairs)

        def ask() -> int | None:
            listed = self._inquiry.get_or_none(asked, decode.decode_versions) or ()
            found = next((one.id for one in listed if one.version == version), None)
            if found is None and len(listed) >= _PAGE:
                raise NoCredibleResponse(f"Concourse did not search the versions of {resource}, it listed the latest")
            return found

        return self._memo.once(("version", asked, version), ask)

    def builds_with_input(
        self, pipeline: PipelineReference, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        return self._builds_with(pipeline, resource, version_id, "input_to", again=again)

    def builds_with_output(self, pipeline: PipelineReference, resource: str, version_id: int) -> tuple[Build, ...]:
        return self._builds_with(pipeline, resource, version_id, "output_of")

    def is_newer(self, pipeline: PipelineReference, resource: str, version: Version, than: Version) -> bool:
        if version == than:
            return False
        order = self._order(pipeline, resource)
        return order.is_newer(version, than, lambda one: self.version_id(pipeline, resource, one))

    def next_inputs(self, pipeline: PipelineReference, job: str) -> Mapping[str, Version] | None:
        asked = pipeline_path(pipeline, "jobs", job, "inputs")
        return self._memo.once(asked, lambda: self._inquiry.get_or_none(asked, decode.decode_next_inputs))

    def latest_builds(self, pipeline: PipelineReference, job: str) -> tuple[Build, ...]:
        builds = self._once(pipeline_path(pipeline, "jobs", job, "builds"), decode.decode_builds)
        return require_builds_of_job(builds, pipeline, job)

    def builds_from(self, pipeline: PipelineReference, job: str, build: Build) -> tuple[Build, ...]:
        return require_all_reruns(self.builds_since(pipeline, job, build), build, _PAGE)

    def builds_since(self, pipeline: PipelineReference, job: str, build: Build) -> tuple[Build, ...]:
        start = builds_from_parameter(build.id, self._inquiry.contact().introduction.version)
        asked = pipeline_path(pipeline, "jobs", job, "builds", pairs=[start, ("limit", str(_PAGE))])
        return require_builds_of_job(self._once(asked, decode.decode_builds), pipeline, job)

    def pipeline_builds(self, pipeline: PipelineReference) -> tuple[Build, ...]:
        asked = pipeline_path(pipeline, "builds", pairs=[("limit", str(_MANY))])
        return require_builds_of_pipeline(self._once(asked, decode.decode_builds), pipeline)

    def _order(self, pipeline: PipelineReference, resource: str) -> VersionOrder:
        return self._memo.once(("order", pipeline, resource), lambda: VersionOrder(self._inquiry, pipeline, resource))

    def _builds_with(
        self, pipeline: PipelineReference, resource: str, version_id: int, relation: str, *, again: bool = False
    ) -> tuple[Build, ...]:
        asked = pipeline_path(pipeline, "resources", resource, "versions", version_id, relation)
        return require_builds_of_pipeline(self._once(asked, decode.decode_builds, again=again), pipeline)

    def _once(self, asked: str, understand: t.Callable[[t.Any], _Told], *, again: bool = False) -> _Told:
        return self._memo.once(asked, lambda: self._inquiry.ask(asked, understand), again=again)


_Told = t.TypeVar("_Told")
