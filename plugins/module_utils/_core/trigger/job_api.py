# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What starting builds needs of Concourse and of the lock repository."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ..concourse.model import Build, BuildResources
from ..concourse.references import JobReference
from ..pool.move import Move
from ..pool.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as its pipeline has it now.

    `is_manual` says that builds of it can be started by hand; `next_build` is the id of the oldest build that is
    pending or started, re-runs of older builds left out (atc/db/build.go); `puts_to` names the resources of its put
    steps.
    """

    is_paused: bool = False
    is_manual: bool = True
    next_build: int | None = None
    puts_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineState:
    """A pipeline; `last_updated` is when it was last configured, in seconds since 1970, UTC, 0 if nobody says."""

    is_paused: bool = False
    is_archived: bool = False
    last_updated: int = 0


class CannotTrigger(Exception):
    """No build can be started for a pool. The text is a sentence: what happened, and what to do. No build was made."""


class ResponseLost(Exception):
    """A build was asked for, and nobody knows whether it was made. The text is a clause that says what happened."""


class JobApi(t.Protocol):
    """Concourse, as starting builds needs it. Nothing is remembered: every question is asked anew.

    Every method can raise NoCredibleResponse, and ConcourseError for a login that is refused.
    """

    def job(self, job: JobReference) -> JobState:
        """The job. Raises CannotTrigger if there is none."""

    def pipeline(self, job: JobReference) -> PipelineState:
        """The pipeline that the job is in."""

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        """The latest builds of the job, newest first; a re-run stands where its original stands."""

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        """All builds of the job with that id or a later one, re-runs of older builds among them."""

    def resources(self, build: Build) -> BuildResources:
        """The versions that a build took and made."""

    def names_this_concourse(self, base: str) -> bool:
        """Whether a base URL found in a claim is that of this Concourse."""

    def start(self, job: JobReference) -> Build:
        """Ask for one build, once. Raises CannotTrigger or ResponseLost."""

    def is_ours(self, build: Build) -> bool:
        """Whether a build was started by the user that asks here, as far as Concourse tells."""

    def check(self, job: JobReference, resource: str) -> None:
        """Have a resource of the pipeline checked. Raises CannotTrigger or ResponseLost."""

    def page(self, job: JobReference, build: Build) -> str:
        """The address of a build's page."""


class MoveHistory(t.Protocol):
    """The lock repository, as starting builds needs it. Every method raises RepositoryError."""

    def snapshot(self) -> Snapshot:
        """Return the repository as it is at its server now."""

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return what happened to the locks of the pools since then, oldest first, up to the last snapshot."""
