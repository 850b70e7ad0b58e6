# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about builds, asked from Concourse. Private to the collection."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse import answers
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.inquiry import Inquiry
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.memo import Memo
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.question import (
    in_pipeline,
    question,
    starting_at,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.version_order import VersionOrder
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.web_address import normalised
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.witness import (
    builds_of_job,
    builds_of_pipeline,
    from_build_on,
    pipelines_of_team,
    same_build,
    same_pipeline,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build, BuildResources, Job, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import BuildFacts, NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import BuildRef, PipelineRef

# The API's own default for lists (atc/pagination.go).
_PAGE = 100
_MANY = 500  # builds of a pipeline among which one that is still at work is looked for


class ConcourseFacts(BuildFacts):
    """Answers each question of the rules once; threads share it. See BuildFacts for the questions.

    Besides NoCredibleAnswer, every question can raise ConcourseError: the login was refused, or this is no Concourse.
    """

    def __init__(self, inquiry: Inquiry, own_addresses: frozenset[str]) -> None:
        self._inquiry = inquiry
        self._own_addresses = own_addresses
        self._memo = Memo()

    def names_this_concourse(self, base: str) -> bool:
        """Nothing is ever sent to the base: it comes from a commit message."""
        address = normalised(base)
        if address is None or address in self._own_addresses:
            return address is not None
        external_url = self._inquiry.contact().introduction.external_url
        return external_url is not None and normalised(external_url) == address

    def build(self, reference: BuildRef) -> Build | None:
        if reference.id is not None:
            asked = question("builds", reference.id)
        elif reference.pipeline is not None and reference.job is not None and reference.name is not None:
            asked = in_pipeline(reference.pipeline, "jobs", reference.job, "builds", reference.name)
        else:
            raise NoCredibleAnswer("the claim names no build that Concourse could be asked for")
        found = self._memo.once(("build", asked), lambda: self._inquiry.ask_if_known(asked, answers.build_of))
        return None if found is None else same_build(found, reference)

    def pipelines(self, team: str) -> tuple[PipelineRef, ...]:
        def ask() -> tuple[PipelineRef, ...]:
            known = self._inquiry.ask_if_known(question("teams", team, "pipelines"), answers.pipelines_of)
            if known is None:
                return ()
            identity = self._inquiry.contact().identity
            if identity is None or not identity.sees_all_of(team):
                raise NoCredibleAnswer(f"Concourse shows this login only the exposed pipelines of team {team}")
            return pipelines_of_team(known, team)

        return self._memo.once(("pipelines", team), ask)

    def is_archived(self, pipeline: PipelineRef) -> bool:
        found, archived, _paused = self._once(in_pipeline(pipeline), answers.standing_of)
        return same_pipeline(found, pipeline) and archived

    def is_paused(self, pipeline: PipelineRef) -> bool:
        found, _archived, paused = self._once(in_pipeline(pipeline), answers.standing_of)
        return same_pipeline(found, pipeline) and paused

    def jobs(self, pipeline: PipelineRef, *, again: bool = False) -> tuple[Job, ...]:
        listed = self._once(in_pipeline(pipeline, "jobs"), answers.jobs_of, again=again)
        return tuple(job for found, job in listed if same_pipeline(found, pipeline))

    def resources(self, build: Build) -> BuildResources:
        return self._once(question("builds", build.id, "resources"), answers.resources_of)

    def version_id(
        self, pipeline: PipelineRef, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        if among_latest:
            return self._order(pipeline, resource).latest_id(version)
        # Concourse splits a filter at its first colon (versionserver/list.go).
        pairs = [("filter", f"{key}:{value}") for key, value in version.fields if ":" not in key]
        asked = in_pipeline(pipeline, "resources", resource, "versions", pairs=pairs)

        def ask() -> int | None:
            listed = self._inquiry.ask_if_known(asked, answers.versions_of) or ()
            found = next((one.id for one in listed if one.version == version), None)
            if found is None and len(listed) >= _PAGE:
                raise NoCredibleAnswer(f"Concourse did not search the versions of {resource}, it listed the latest")
            return found

        return self._memo.once(("version", asked, version), ask)

    def builds_that_took(
        self, pipeline: PipelineRef, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        return self._builds_with(pipeline, resource, version_id, "input_to", again=again)

    def builds_that_made(self, pipeline: PipelineRef, resource: str, version_id: int) -> tuple[Build, ...]:
        return self._builds_with(pipeline, resource, version_id, "output_of")

    def is_newer(self, pipeline: PipelineRef, resource: str, version: Version, than: Version) -> bool:
        if version == than:
            return False
        order = self._order(pipeline, resource)
        return order.is_newer(version, than, lambda one: self.version_id(pipeline, resource, one))

    def next_inputs(self, pipeline: PipelineRef, job: str) -> Mapping[str, Version] | None:
        asked = in_pipeline(pipeline, "jobs", job, "inputs")
        return self._memo.once(asked, lambda: self._inquiry.ask_if_known(asked, answers.next_inputs_of))

    def latest_builds(self, pipeline: PipelineRef, job: str) -> tuple[Build, ...]:
        builds = self._once(in_pipeline(pipeline, "jobs", job, "builds"), answers.builds_of)
        return builds_of_job(builds, pipeline, job)

    def builds_from(self, pipeline: PipelineRef, job: str, build: Build) -> tuple[Build, ...]:
        return from_build_on(self.builds_since(pipeline, job, build), build, _PAGE)

    def builds_since(self, pipeline: PipelineRef, job: str, build: Build) -> tuple[Build, ...]:
        start = starting_at(build.id, self._inquiry.contact().introduction.version)
        asked = in_pipeline(pipeline, "jobs", job, "builds", pairs=[start, ("limit", str(_PAGE))])
        return builds_of_job(self._once(asked, answers.builds_of), pipeline, job)

    def pipeline_builds(self, pipeline: PipelineRef) -> tuple[Build, ...]:
        asked = in_pipeline(pipeline, "builds", pairs=[("limit", str(_MANY))])
        return builds_of_pipeline(self._once(asked, answers.builds_of), pipeline)

    def _order(self, pipeline: PipelineRef, resource: str) -> VersionOrder:
        return self._memo.once(("order", pipeline, resource), lambda: VersionOrder(self._inquiry, pipeline, resource))

    def _builds_with(
        self, pipeline: PipelineRef, resource: str, version_id: int, relation: str, *, again: bool = False
    ) -> tuple[Build, ...]:
        asked = in_pipeline(pipeline, "resources", resource, "versions", version_id, relation)
        return builds_of_pipeline(self._once(asked, answers.builds_of, again=again), pipeline)

    def _once(self, asked: str, understand: t.Callable[[t.Any], _Told], *, again: bool = False) -> _Told:
        return self._memo.once(asked, lambda: self._inquiry.ask(asked, understand), again=again)


_Told = t.TypeVar("_Told")
