# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of Concourse's database; they refer to each other by id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]

UNFINISHED = ("pending", "started")
FINISHED = ("succeeded", "failed", "errored", "aborted")


def digest_of(version: JsonObject) -> str:
    """Return the identity of a version: its fields, in any order."""
    return json.dumps(version, sort_keys=True, separators=(",", ":"))


@dataclass
class Team:
    id: int
    name: str
    roles: dict[str, list[str]]
    """Role to identities: `{"owner": ["local:admin"], "viewer": ["client:bot"]}`."""


@dataclass
class Token:
    value: str
    connector: str
    user_id: str
    expires_at: float


@dataclass
class Step:
    """A `get` or `put` step of a job's plan, including hooks; `name` is the step's name, not the resource's."""

    name: str
    resource: str


@dataclass
class JobInput(Step):
    """A `get` step."""

    passed: list[str] = field(default_factory=list)
    trigger: bool = False
    every: bool = False
    pinned: JsonObject | None = None
    params: JsonObject | None = None


@dataclass
class JobOutput(Step):
    """A `put` step."""


@dataclass
class Pipeline:
    id: int
    team_id: int
    name: str
    instance_vars: JsonObject | None
    config: JsonObject
    config_version: int = 1
    paused: bool = False
    paused_by: str | None = None
    paused_at: float | None = None
    public: bool = False
    archived: bool = False
    last_updated: float = 0.0


@dataclass
class NextInput:
    """The scheduler's choice for an input of a job's next build."""

    name: str
    resource_id: int
    digest: str
    first_occurrence: bool
    passed_builds: list[int] = field(default_factory=list)


@dataclass
class Job:
    id: int
    pipeline_id: int
    name: str
    config: JsonObject
    inputs: list[JobInput] = field(default_factory=list)
    outputs: list[JobOutput] = field(default_factory=list)
    active: bool = True
    """False if the pipeline's configuration no longer contains it."""
    paused: bool = False
    paused_by: str | None = None
    paused_at: float | None = None
    build_number: int = 0
    schedule_requested: bool = True
    inputs_determined: bool = False
    next_inputs: list[NextInput] = field(default_factory=list)
    unresolved: dict[str, str] = field(default_factory=dict)
    """Reason by input name, for inputs without a version."""
    has_new_inputs: bool = False
    max_in_flight_reached: bool = False
    transition_build_id: int | None = None


@dataclass
class Resource:
    id: int
    pipeline_id: int
    name: str
    type: str
    source: JsonObject
    public: bool = False
    active: bool = True
    disabled: list[str] = field(default_factory=list)
    """Digests of versions that an operator disabled."""
    undiscovered: list[JsonObject] = field(default_factory=list)
    """Versions that the next check finds: `{"version": {...}, "metadata": {...}}`."""
    last_checked: float | None = None

    @property
    def scope(self) -> str:
        """The scope of versions: a resource *and its configuration*; a changed source starts without versions."""
        return f"{self.id} {self.type} {digest_of(self.source)}"


@dataclass
class ResourceVersion:
    id: int
    scope: str
    version: JsonObject
    metadata: list[dict[str, str]] | None
    check_order: int

    @property
    def digest(self) -> str:
        return digest_of(self.version)


@dataclass
class Carried:
    """A version that a build took or put, with the name of the step."""

    name: str
    resource_id: int
    digest: str
    first_occurrence: bool = False


@dataclass
class Build:
    id: int
    team_id: int
    name: str
    status: str = "pending"
    pipeline_id: int | None = None
    job_id: int | None = None
    resource_id: int | None = None
    start_time: float | None = None
    end_time: float | None = None
    reap_time: float | None = None
    rerun_of: int | None = None
    rerun_number: int = 0
    created_by: str | None = None
    comment: str = ""
    manually_triggered: bool = False
    scheduled: bool = False
    aborted: bool = False
    inputs_ready: bool = False
    inputs: list[Carried] = field(default_factory=list)
    outputs: list[Carried] = field(default_factory=list)
    passed_builds: list[int] = field(default_factory=list)
    """The upstream builds that supplied the versions (`build_pipes`)."""

    @property
    def order(self) -> tuple[int, int]:
        """The sort key; Concourse sorts a re-run next to its original: `COALESCE(rerun_of, id), id`."""
        return (self.rerun_of or self.id, self.id)
