# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Concourse says: builds, jobs, versions.

Fields have the names and meaning of the API of Concourse 8.2 (atc/build.go, atc/job.go, atc/build_inputs_outputs.go).
All times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from .references import PipelineReference


class BuildStatus(enum.StrEnum):
    """The status of a build (atc/build.go)."""

    PENDING = "pending"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ERRORED = "errored"
    ABORTED = "aborted"

    @property
    def is_active(self) -> bool:
        """Whether the build still has work to do: its hooks run before it is anything else."""
        return self in (BuildStatus.PENDING, BuildStatus.STARTED)


@dataclass(frozen=True, slots=True)
class Build:
    """One build; `job` and `pipeline` are None for a one-off build, `rerun_of` is the id of the build it repeats.

    `created_by` is who started it by hand, None where the scheduler did, or Concourse (before 7.0) does not say. No
    rule looks at `address`, the URL of its Concourse for people, "" if it is not known.
    """

    id: int
    name: str
    status: BuildStatus
    team: str
    pipeline: PipelineReference | None = None
    job: str | None = None
    start_time: int | None = None
    end_time: int | None = None
    rerun_of: int | None = None
    created_by: str | None = field(default=None, compare=False)
    address: str = field(default="", compare=False)

    @property
    def is_active(self) -> bool:
        return self.status.is_active

    @property
    def original(self) -> int:
        """The id of the build that this one repeats, its own if it is no re-run; a job's builds are sorted by it."""
        return self.id if self.rerun_of is None else self.rerun_of

    def __str__(self) -> str:
        if self.pipeline is None or self.job is None:
            return f"build {self.id}"
        return f"{self.pipeline.name}/{self.job} {self.name}"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a resource; a pool's is {"ref": commit}. Compared by value."""

    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Version:
        return cls(tuple(sorted(fields.items())))

    @classmethod
    def of_commit(cls, commit: str) -> Version:
        """The version that a pool resource makes of a commit (pool-resource, cmd/out/main.go)."""
        return cls((("ref", commit),))

    @property
    def commit(self) -> str | None:
        """The commit of a version that a pool resource can have made; None for any other version."""
        return self.fields[0][1] if [name for name, _value in self.fields] == ["ref"] else None


@dataclass(frozen=True, slots=True)
class StepVersion:
    """A version under the name of the get or put step that carried it, which need not be the resource's name."""

    step: str
    version: Version


@dataclass(frozen=True, slots=True)
class BuildResources:
    """The versions that a build took and made, less those whose resource's source changed since (atc/db/build.go)."""

    inputs: tuple[StepVersion, ...] = ()
    outputs: tuple[StepVersion, ...] = ()

    @property
    def versions(self) -> frozenset[Version]:
        """All versions, of whatever resources they are."""
        return frozenset(item.version for item in (*self.inputs, *self.outputs))


@dataclass(frozen=True, slots=True)
class JobInput:
    """A get step of a job; `passed` names the jobs that a version must have succeeded in."""

    step: str
    resource: str
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class JobOutput:
    """A put step of a job."""

    step: str
    resource: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its pipeline configures it now; `next_build` is the id of its oldest build that is pending or started.

    While `is_paused`, Concourse neither starts builds of the job nor looks what its next one would take.
    """

    name: str
    inputs: tuple[JobInput, ...] = ()
    outputs: tuple[JobOutput, ...] = ()
    next_build: int | None = None
    is_paused: bool = False

    @property
    def has_active_build(self) -> bool:
        return self.next_build is not None
