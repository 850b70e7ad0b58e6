# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules ask about builds, and the one way in which an answer can be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .model import Build, BuildResources, Job, Version
from .references import BuildReference, PipelineReference, ResourceReference


class NoCredibleResponse(Exception):
    """Concourse gave no credible response. The text is a clause that says what happened."""


class HiddenResponse(NoCredibleResponse):
    """Concourse does not show the response to this user."""


class BuildQueries(Protocol):
    """What the rules need to know. Each question is asked once in a run, however many locks need its answer.

    Every method raises NoCredibleResponse when the answer is missing: it never guesses. A 404 counts as an answer only
    where None is named below.
    """

    def names_this_concourse(self, base: str) -> bool:
        """Whether a base URL found in a claim is that of the configured Concourse."""

    def build(self, reference: BuildReference) -> Build | None:
        """The build of that id or name; None when Concourse says that there is none."""

    def pipelines(self, team: str) -> tuple[PipelineReference, ...]:
        """All pipelines of a team, each instance by itself; empty when Concourse says that there is no such team."""

    def is_team_hidden(self, team: str) -> bool:
        """Whether Concourse has no such team, and the login would not see it if it has another name now."""

    def is_archived(self, pipeline: PipelineReference) -> bool:
        """Whether the pipeline is archived: none of its jobs can start any more."""

    def last_updated(self, pipeline: PipelineReference) -> int | None:
        """When the pipeline was configured or archived last (seconds since 1970, UTC); None if unknown."""

    def is_paused(self, pipeline: PipelineReference) -> bool:
        """Whether the pipeline is paused: what its jobs would take next is as it was when that was done."""

    def is_listed_alike(self, pipeline: PipelineReference) -> bool:
        """Whether the list of its team's pipelines says the same of the pipeline, or does not name it."""

    def jobs(self, pipeline: PipelineReference, *, again: bool = False) -> tuple[Job, ...]:
        """All jobs of the pipeline, as it is configured now; `again` repeats the request."""

    def build_resources(self, build: Build) -> BuildResources:
        """The versions that the build took and made."""

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        """The id of a version in a resource; None when the resource does not have it.

        `among_latest` looks only at the first page of its versions, the newest ones.
        """

    def lock_of_version(self, resource: ResourceReference, version: Version) -> str | None:
        """The lock, as `pool/lock`, that the step named which found or made a version; None if Concourse has none."""

    def can_search_versions(self) -> bool:
        """Whether Concourse can find one version among those of a resource: since 5.5 (atc/api/versionserver)."""

    def orders_by_builds(self) -> bool:
        """Whether jobs take what passed other jobs in the order of builds: since 6.0, before that of versions."""

    def resources(
        self, teams: frozenset[str], archived_since: int | None = None, *, of_makers: bool = True
    ) -> tuple[ResourceReference, ...]:
        """All resources that the login may see; in these teams, and in those of other resources, archived ones too.

        Those of pipelines archived before `archived_since` (seconds since 1970, UTC) are left out; `of_makers` keeps
        those of pipelines in which a build has run since.
        """

    def version_ids(self, resources: Sequence[ResourceReference], version: Version) -> Mapping[ResourceReference, int]:
        """The id of a version in each of these resources that has it."""

    def builds_with_input(
        self, pipeline: PipelineReference, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        """All builds with that version as an input, in no order; `again` repeats the request."""

    def builds_with_output(self, pipeline: PipelineReference, resource: str, version_id: int) -> tuple[Build, ...]:
        """All builds with that version as an output, in no order."""

    def is_newer(self, pipeline: PipelineReference, resource: str, version: Version, than: Version) -> bool:
        """Whether, of two versions of a resource, the first comes later in the order in which jobs take them."""

    def next_inputs(self, pipeline: PipelineReference, job: str) -> Mapping[str, Version] | None:
        """The versions that the job's next build would take, by step; None while they are undetermined.

        They can be those of a former configuration, and are None if that had another step, while the job or its
        pipeline is paused.
        """

    def latest_builds(self, pipeline: PipelineReference, job: str, *, again: bool = False) -> tuple[Build, ...]:
        """The job's latest builds, newest first, each re-run at the place of its original; `again` asks once more."""

    def builds_from(
        self, pipeline: PipelineReference, job: str, build: Build, *, again: bool = False
    ) -> tuple[Build, ...]:
        """The job's builds from the given one on, with all re-runs of that one; `again` repeats the request."""

    def builds_since(self, pipeline: PipelineReference, job: str, build: Build) -> tuple[Build, ...]:
        """The first of the job's builds made after a build of another job; re-runs of older builds come first."""

    def pipeline_builds(self, pipeline: PipelineReference) -> tuple[Build, ...]:
        """The pipeline's latest builds, also those of jobs that it has no more, newest first."""

    def pipeline_builds_from(self, pipeline: PipelineReference, build: Build) -> tuple[Build, ...]:
        """The first of the pipeline's builds from the given one on, with all its re-runs; also of removed jobs."""
