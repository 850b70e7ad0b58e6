# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that a Concourse with some model pipelines gives to the rules, with faults and changes on demand."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    Job,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import (
    BuildQueries,
    HiddenResponse,
    NoCredibleResponse,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
    ResourceReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
)

BASE = "https://ci.example.com"
# The seconds from the start of a build to its claim, unless a test says otherwise.
CLAIM_AFTER_START = 10

Answer = t.TypeVar("Answer")


@dataclass(frozen=True)
class Query:
    """One call of the protocol: the method's name and what was asked about."""

    method: str
    about: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.method}({', '.join(map(str, self.about))})"


class ModelQueries:
    """Answers from model pipelines; each question is answered once and remembered, as the protocol promises.

    `is_missing` chooses the questions that get no credible answer, `before_answer` may change the world before one.
    `asked` has all questions that reached Concourse, `refused` those of them that got no answer.
    """

    def __init__(self, *pipelines: PipelineModel, one_offs: tuple[Build, ...] = (), base: str = BASE) -> None:
        self.models = {model.ref: model for model in pipelines}
        self.one_offs = {build.id: build for build in one_offs}
        self.base = base
        self.has_filter = True
        self.by_builds = True
        self.hidden_teams: frozenset[str] = frozenset()
        self.locks_of_versions: dict[tuple[str, Version], str] = {}
        self.hidden_inputs: frozenset[PipelineReference] = frozenset()
        self.is_missing: Callable[[Query], bool] = lambda query: False
        self.before_answer: Callable[[Query], None] = lambda query: None
        self.asked: list[Query] = []
        self.refused: list[Query] = []
        self._known: dict[Query, t.Any] = {}

    def names_this_concourse(self, base: str) -> bool:
        return self._answer(Query("names_this_concourse", (base,)), lambda: base == self.base)

    def build(self, reference: BuildReference) -> Build | None:
        return self._answer(Query("build", (reference,)), lambda: self._find(reference))

    def pipelines(self, team: str) -> tuple[PipelineReference, ...]:
        query = Query("pipelines", (team,))
        return self._answer(query, lambda: tuple(one for one in self.models if one.team == team))

    def is_team_hidden(self, team: str) -> bool:
        return self._answer(Query("is_team_hidden", (team,)), lambda: team in self.hidden_teams)

    def is_archived(self, pipeline: PipelineReference) -> bool:
        return self._answer(Query("is_archived", (pipeline,)), lambda: self.models[pipeline].archived)

    def last_updated(self, pipeline: PipelineReference) -> int | None:
        return self._answer(Query("last_updated", (pipeline,)), lambda: self.models[pipeline].last_updated)

    def lock_of_version(self, resource: ResourceReference, version: Version) -> str | None:
        query = Query("lock_of_version", (resource, version))
        return self._answer(query, lambda: self.locks_of_versions.get((resource.name, version)))

    def can_search_versions(self) -> bool:
        return self._answer(Query("can_search_versions", ()), lambda: self.has_filter)

    def orders_by_builds(self) -> bool:
        return self._answer(Query("orders_by_builds", ()), lambda: self.by_builds)

    def resources(
        self, teams: frozenset[str], archived_since: int | None = None, *, of_makers: bool = True
    ) -> tuple[ResourceReference, ...]:
        def look() -> tuple[ResourceReference, ...]:
            models = [one for one in self.models.values() if not one.is_over(archived_since, of_makers=of_makers)]
            return tuple(ResourceReference(model.ref, name) for model in models for name in model.order)

        return self._answer(Query("resources", (teams, archived_since, of_makers)), look)

    def version_ids(self, resources: Sequence[ResourceReference], version: Version) -> Mapping[ResourceReference, int]:
        found = {one: self.version_id(one.pipeline, one.name, version) for one in resources}
        return {one: number for one, number in found.items() if number is not None}

    def is_paused(self, pipeline: PipelineReference) -> bool:
        return self._answer(Query("is_paused", (pipeline,)), lambda: self.models[pipeline].paused)

    def is_listed_alike(self, pipeline: PipelineReference) -> bool:
        return self._answer(Query("is_listed_alike", (pipeline,)), lambda: True)

    def jobs(self, pipeline: PipelineReference, *, again: bool = False) -> tuple[Job, ...]:
        return self._answer(Query("jobs", (pipeline,)), self.models[pipeline].configured_jobs, again=again)

    def build_resources(self, build: Build) -> BuildResources:
        return self._answer(Query("build_resources", (build.id,)), lambda: self._resources_of(build))

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        def look() -> int | None:
            model = self.models[pipeline]
            order = [] if resource in model.forgotten else model.order.get(resource, [])
            return order.index(version) + 1 if version in order else None

        return self._answer(Query("version_id", (pipeline, resource, version, among_latest)), look)

    def builds_with_input(
        self, pipeline: PipelineReference, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            model = self.models[pipeline]
            return self._users(model, model.took, resource, version_id)

        return self._answer(Query("builds_with_input", (pipeline, resource, version_id)), look, again=again)

    def builds_with_output(self, pipeline: PipelineReference, resource: str, version_id: int) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            model = self.models[pipeline]
            return self._users(model, model.made, resource, version_id)

        return self._answer(Query("builds_with_output", (pipeline, resource, version_id)), look)

    def is_newer(self, pipeline: PipelineReference, resource: str, version: Version, than: Version) -> bool:
        def look() -> bool:
            order = self.models[pipeline].order.get(resource, [])
            if version not in order or than not in order:
                raise NoCredibleResponse("Concourse does not know both versions")
            return order.index(version) > order.index(than)

        return self._answer(Query("is_newer", (pipeline, resource, version, than)), look)

    def next_inputs(self, pipeline: PipelineReference, job: str) -> Mapping[str, Version] | None:
        def look() -> Mapping[str, Version] | None:
            if pipeline in self.hidden_inputs:
                raise HiddenResponse("Concourse answered 403")
            return self.models[pipeline].next.get(job)

        return self._answer(Query("next_inputs", (pipeline, job)), look)

    def latest_builds(self, pipeline: PipelineReference, job: str, *, again: bool = False) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            model = self.models[pipeline]
            _require_configured(model, job)
            return tuple(model.builds_of(job)[: model.page])

        return self._answer(Query("latest_builds", (pipeline, job)), look, again=again)

    def builds_from(
        self, pipeline: PipelineReference, job: str, build: Build, *, again: bool = False
    ) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            assert job == build.job
            _require_configured(self.models[pipeline], job)
            return tuple(self.models[pipeline].builds_from(build))

        return self._answer(Query("builds_from", (pipeline, job, build.id)), look, again=again)

    def builds_since(self, pipeline: PipelineReference, job: str, build: Build) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            _require_configured(self.models[pipeline], job)
            return tuple(one for one in self.models[pipeline].builds_of(job) if one.id >= build.id)

        return self._answer(Query("builds_since", (pipeline, job, build.id)), look)

    def pipeline_builds(self, pipeline: PipelineReference) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            model = self.models[pipeline]
            return tuple(sorted(model.builds.values(), key=lambda build: (-build.original, -build.id))[: model.page])

        return self._answer(Query("pipeline_builds", (pipeline,)), look)

    def pipeline_builds_from(self, pipeline: PipelineReference, build: Build) -> tuple[Build, ...]:
        def look() -> tuple[Build, ...]:
            model = self.models[pipeline]
            later = sorted(model.builds.values(), key=lambda one: (one.original, one.id), reverse=True)
            return tuple([one for one in later if one.id >= build.id][-model.page_from :])

        return self._answer(Query("pipeline_builds_from", (pipeline, build.id)), look)

    def _answer(self, query: Query, look: Callable[[], Answer], *, again: bool = False) -> Answer:
        if query not in self._known or again:
            self.asked.append(query)
            self.before_answer(query)
            if self.is_missing(query):
                self.refused.append(query)
                raise NoCredibleResponse("Concourse answered 502")
            self._known[query] = look()
        return t.cast(Answer, self._known[query])

    def _find(self, reference: BuildReference) -> Build | None:
        if reference.id is not None:
            there_are = {
                **self.one_offs,
                **{id_: build for one in self.models.values() for id_, build in one.builds.items()},
            }
            return there_are.get(reference.id)
        model = self.models.get(reference.pipeline) if reference.pipeline else None
        if model is not None and reference.job not in model.steps:
            # Concourse finds a build by its name only while the pipeline has the job.
            model = None
        named = (
            [build for build in model.builds_of(reference.job or "") if build.name == reference.name] if model else []
        )
        if model and reference.job not in model.steps:
            # Concourse answers 404 for a job that is not in the pipeline any more.
            return None
        # Builds of an instanced pipeline are found only by typed variables.
        return named[0] if named and reference.untyped_vars is None else None

    def _resources_of(self, build: Build) -> BuildResources:
        return BuildResources() if build.pipeline is None else self.models[build.pipeline].resources_of(build)

    def _users(
        self, model: PipelineModel, items: Mapping[int, tuple[t.Any, ...]], resource: str, version_id: int
    ) -> tuple[Build, ...]:
        """Builds by id of a version; oldest first, so that nothing can rest on the newest coming first."""
        if resource in model.forgotten:
            return ()
        version = model.order[resource][version_id - 1]
        return tuple(
            build
            for build in model.builds.values()
            if any((item.resource, item.version) == (resource, version) for item in items.get(build.id, ()))
        )


def _require_configured(model: PipelineModel, job: str) -> None:
    """Answer 404 for the builds of a job that the pipeline no longer has (atc/api/jobserver/list_builds.go)."""
    if job not in model.steps:
        raise NoCredibleResponse(f"Concourse answered 404 to the list of builds of {job}")


def claim_by(build: Build, commit: str, *, at: int | None = None) -> Claim:
    """The claim that a build pushed as `commit`; `at` is its time, by default soon after the start of the build."""
    claimed_at = (build.start_time or 0) + CLAIM_AFTER_START if at is None else at
    return Claim(commit, claimed_at, "CI Pool Resource", "claiming: env-1\nBuild URL: see the holder\n")


def holder_of(build: Build) -> Holder:
    """The holder that the message of a claim names, when it names this build."""
    reading = BuildReference(base=BASE, pipeline=build.pipeline, job=build.job, name=build.name)
    if build.job is None:
        reading = BuildReference(base=BASE, id=build.id)
    return Holder(HolderKind.BUILD, str(reading), (reading,), f"{BASE}/builds/{build.id}")


def verdict_on_id(queries: BuildQueries, build: Build, commit: str) -> Verdict:
    """Judge the lock that a build has claimed by a commit whose message names the build by its id."""
    reading = BuildReference(base=BASE, id=build.id)
    return judge_claim(
        claim_by(build, commit), Holder(HolderKind.BUILD, str(reading), (reading,), None), queries, now=0
    )


def verdict_on(queries: BuildQueries, build: Build, commit: str, *, at: int | None = None) -> Verdict:
    """Judge the lock that a build has claimed by a commit."""
    return judge_claim(claim_by(build, commit, at=at), holder_of(build), queries, now=0)
