# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a claim says about its build: the names by which Concourse can be asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PipelineReference:
    """A pipeline by team and name; `instance_vars` is compact JSON with sorted keys, None for a pipeline without."""

    team: str
    name: str
    instance_vars: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.team}/{self.name}"
            if self.instance_vars is None
            else f"{self.team}/{self.name}/{self.instance_vars}"
        )


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """A resource of a pipeline."""

    pipeline: PipelineReference
    name: str


@dataclass(frozen=True, slots=True)
class BuildReference:
    """The build that a message names: by `id`, or by pipeline, job and build name.

    `base` is the URL of the Concourse that the message names, None in formats older than the pool resource 1.8.0.
    `untyped_vars` are instance variables whose types the message lost (Concourse 8.0.0 to 8.0.2): name and text.
    """

    base: str | None = None
    id: int | None = None
    pipeline: PipelineReference | None = None
    job: str | None = None
    name: str | None = None
    untyped_vars: tuple[tuple[str, str], ...] | None = None

    def __str__(self) -> str:
        if self.id is not None:
            return f"build {self.id}"
        return f"{self.pipeline}/{self.job} {self.name}"


@dataclass(frozen=True, slots=True)
class JobReference:
    """A job of a pipeline."""

    pipeline: PipelineReference
    name: str

    def __str__(self) -> str:
        return f"{self.pipeline.team}/{self.pipeline.name}/{self.name}"
