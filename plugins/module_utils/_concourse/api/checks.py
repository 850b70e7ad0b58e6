# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an answer is about what was asked.

An answer about anything else (a cache between, a proxy that mixes up two requests) is no answer.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable

from ..._core.concourse.instance_vars import compact_json
from ..._core.concourse.model import Build
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import BuildReference, PipelineReference

Decoded = t.TypeVar("Decoded")


def require_build(build: Build, asked: BuildReference) -> Build:
    """Return the build if it is the one that was asked for."""
    matches = (
        asked.id in (None, build.id)
        and (asked.pipeline is None or _same_pipeline(build.pipeline, asked.pipeline))
        and asked.job in (None, build.job)
        and asked.name in (None, build.name)
    )
    if not matches:
        raise NoCredibleResponse(f"Concourse was asked for {asked} and answered about {build}")
    return build


def require_pipeline(found: PipelineReference, asked: PipelineReference) -> bool:
    """Return True if an answer is about the pipeline that was asked for."""
    if not _same_pipeline(found, asked):
        raise NoCredibleResponse(f"Concourse was asked for pipeline {asked} and answered about {found}")
    return True


def require_job(facts: Decoded, found: tuple[PipelineReference, str], asked: tuple[PipelineReference, str]) -> Decoded:
    """Return what an answer says of a job, if it is about the job that was asked for."""
    if found[1] != asked[1]:
        raise NoCredibleResponse(f"Concourse was asked for job {asked[1]} and answered about {found[1]}")
    require_pipeline(found[0], asked[0])
    return facts


def require_pipelines_of_team(pipelines: tuple[PipelineReference, ...], team: str) -> tuple[PipelineReference, ...]:
    """Return the pipelines if all are of that team."""
    for pipeline in pipelines:
        if pipeline.team != team:
            raise NoCredibleResponse(
                f"Concourse was asked for the pipelines of team {team} and answered about {pipeline}"
            )
    return pipelines


def require_builds_of_job(builds: tuple[Build, ...], pipeline: PipelineReference, job: str) -> tuple[Build, ...]:
    """Return the builds if all are of that job."""
    for build in builds:
        if build.job != job:
            raise NoCredibleResponse(f"Concourse was asked for the builds of job {job} and answered about {build}")
    return require_builds_of_pipeline(builds, pipeline)


def require_builds_of_pipeline(builds: tuple[Build, ...], pipeline: PipelineReference) -> tuple[Build, ...]:
    """Return the builds if all are of that pipeline."""
    for build in builds:
        if not _same_pipeline(build.pipeline, pipeline):
            raise NoCredibleResponse(
                f"Concourse was asked for builds of pipeline {pipeline} and answered about {build}"
            )
    return builds


def require_all_reruns(builds: tuple[Build, ...], build: Build, page: int) -> tuple[Build, ...]:
    """Return the builds if they must hold every re-run of the given one.

    Lists are sorted by the id of the original (atc/db/build_factory.go): the first page from a build on holds its
    re-runs, unless that many re-runs of older builds come before them.
    """
    whole = len(builds) < page or max(one.original for one in builds) > build.original
    if build.id not in _ids(builds) or not whole:
        raise NoCredibleResponse(f"Concourse did not list all builds since {build}")
    return builds


def _ids(builds: Iterable[Build]) -> set[int]:
    return {build.id for build in builds}


def _same_pipeline(found: PipelineReference | None, asked: PipelineReference) -> bool:
    if found is None or (found.team, found.name) != (asked.team, asked.name):
        return False
    return _canonical(found.instance_vars) == _canonical(asked.instance_vars)


def _canonical(instance_vars: str | None) -> str:
    try:
        value = json.loads(instance_vars or "{}")
    except ValueError:
        return instance_vars or ""
    return compact_json(value)
