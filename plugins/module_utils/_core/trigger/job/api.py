# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trigger run needs of Concourse and of the lock repository."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ...concourse.model import Build, BuildResources
from ...concourse.references import JobReference
from ...pool.move import Move
from ...pool.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class JobState:
    """A job in the current configuration of its pipeline.

    `is_manual` is true if its builds can be started by a request. `next_build` is the id of its oldest pending or
    started build, except re-runs of older builds (atc/db/build.go). `puts_to` are the resources of its put steps.
    """

    is_paused: bool = False
    is_manual: bool = True
    next_build: int | None = None
    puts_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineState:
    """A pipeline; `last_updated` is when it was last configured (seconds since 1970, UTC), 0 if unknown."""

    is_paused: bool = False
    is_archived: bool = False
    last_updated: int = 0


@dataclass(frozen=True, slots=True)
class Preparation:
    """What blocks a pending build: the inputs without a version, each with the reason, and limits of its job."""

    missing_inputs: tuple[tuple[str, str], ...] = ()
    is_max_in_flight: bool = False
    is_paused: bool = False

    @property
    def is_blocking(self) -> bool:
        return bool(self.missing_inputs) or self.is_max_in_flight or self.is_paused


class CannotTrigger(Exception):
    """No build can be started for a pool. The text is a sentence: what happened and what to do."""


class ResponseLost(Exception):
    """The response to a request was lost, so its effect is unknown. The text is a clause that says what happened."""


class JobApi(t.Protocol):
    """Concourse, as a trigger run needs it. Nothing is cached: each call sends a request.

    Every method can raise NoCredibleResponse, and ConcourseError if Concourse refuses the login.
    """

    def job(self, job: JobReference) -> JobState:
        """Return the job. Raises CannotTrigger if it does not exist."""

    def pipeline(self, job: JobReference) -> PipelineState:
        """Return the pipeline of the job."""

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        """Return the latest builds of the job, newest first; a re-run is next to its original."""

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        """Return all builds of the job with that id or a later one, including re-runs of older builds."""

    def preparation(self, build: Build) -> Preparation | None:
        """Return what blocks a pending build; None if Concourse no longer knows it or its job."""

    def resources(self, build: Build) -> BuildResources:
        """Return the inputs and outputs of a build."""

    def names_this_concourse(self, base: str) -> bool:
        """Return whether the base URL in a claim is that of this Concourse; sends no request."""

    def start(self, job: JobReference) -> Build:
        """Start one build by one request, never repeated. Raises CannotTrigger or ResponseLost."""

    def is_ours(self, build: Build) -> bool:
        """Return whether this user started a build, as far as Concourse records it."""

    def check(self, job: JobReference, resource: str) -> None:
        """Make Concourse check a resource of the pipeline. Raises CannotTrigger or ResponseLost."""

    def page(self, job: JobReference, build: Build) -> str:
        """Return the URL of the page of a build."""

    def job_page(self, job: JobReference) -> str:
        """Return the URL of the page of a job."""


class MoveHistory(t.Protocol):
    """The lock repository, as a trigger run needs it. Every method can raise RepositoryError."""

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch on the server."""

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return the moves of the locks of the pools since a time, oldest first, up to the last snapshot."""
