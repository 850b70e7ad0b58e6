# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of builds: of a job, of a pipeline, and of a version."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.concourse.model import Build
from ..._core.concourse.references import PipelineReference
from .checks import require_builds_of_job, require_builds_of_pipeline
from .known_builds import KnownBuilds
from .paths import Pairs, pipeline_path

PIPELINE_BUILDS = 500
"""The number of builds of a pipeline among which an active one is searched for."""


class GetOnce(t.Protocol):
    """Sends a request once, or again."""

    def __call__(
        self, path: str, decode: t.Callable[[t.Any], tuple[Build, ...]], /, *, again: bool = False
    ) -> tuple[Build, ...]: ...


@dataclass(frozen=True, slots=True)
class BuildLists:
    """Asks for lists of builds. Raises NoCredibleResponse if one has a build that does not belong there."""

    get_once: GetOnce
    builds: KnownBuilds

    def of_job(
        self, pipeline: PipelineReference, job: str, pairs: Pairs = (), *, again: bool = False
    ) -> tuple[Build, ...]:
        path = pipeline_path(pipeline, "jobs", job, "builds", pairs=pairs)
        return require_builds_of_job(self.get_once(path, self.builds.decode_list, again=again), pipeline, job)

    def of_pipeline(self, pipeline: PipelineReference, pairs: Pairs = ()) -> tuple[Build, ...]:
        path = pipeline_path(pipeline, "builds", pairs=(*pairs, ("limit", str(PIPELINE_BUILDS))))
        return require_builds_of_pipeline(self.get_once(path, self.builds.decode_list), pipeline)

    def with_version(
        self, pipeline: PipelineReference, resource: str, version_id: int, relation: str, *, again: bool = False
    ) -> tuple[Build, ...]:
        """Return the builds that took a version (`input_to`) or made it (`output_of`)."""
        path = pipeline_path(pipeline, "resources", resource, "versions", version_id, relation)
        return require_builds_of_pipeline(self.get_once(path, self.builds.decode_list, again=again), pipeline)
