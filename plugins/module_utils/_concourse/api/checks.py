# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that a response is about what was requested.

A response about something else comes from a broken cache or proxy. All functions raise NoCredibleResponse for one.
"""

from __future__ import annotations

import json

from ..._core.concourse.instance_vars import compact_json
from ..._core.concourse.model import Build, Job, Version
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import BuildReference, PipelineReference
from ..._core.shared.text import printable
from ..decode.model import ListedResource
from ..decode.versions import ListedVersion


def require_build(build: Build, requested: BuildReference) -> Build:
    """Return the build if it is the requested one."""
    matches = (
        requested.id in (None, build.id)
        and (requested.pipeline is None or _is_same_pipeline(build.pipeline, requested.pipeline))
        and requested.job in (None, build.job)
        and requested.name in (None, build.name)
    )
    if not matches:
        raise _mismatch(str(requested), build)
    return build


def require_pipeline(found: PipelineReference, requested: PipelineReference) -> None:
    """Check that a response is about the requested pipeline."""
    if not _is_same_pipeline(found, requested):
        raise _mismatch(f"pipeline {requested}", found)


def require_job(found: tuple[PipelineReference, str], requested: tuple[PipelineReference, str]) -> None:
    """Check that a response is about the requested job, given as pipeline and name."""
    if found[1] != requested[1]:
        raise _mismatch(f"job {requested[1]}", found[1])
    require_pipeline(found[0], requested[0])


def require_preparation(found: int, build: Build) -> None:
    """Check that a preparation is that of the requested build."""
    if found != build.id:
        raise _mismatch(f"the preparation of {build}", f"build {found}")


def require_all_jobs(jobs: tuple[Job, ...], pipeline: PipelineReference) -> tuple[Job, ...]:
    """Return the jobs of a pipeline if they include those that `passed` names (atc/configvalidate/validate.go)."""
    names = {job.name for job in jobs}
    named = {before for job in jobs for step in job.inputs for before in step.passed}
    if not named <= names:
        missing = printable(min(named - names), 80)
        raise NoCredibleResponse(f"Concourse lists the jobs of pipeline {pipeline} without job {missing}")
    return jobs


def require_pipelines_of_team(pipelines: tuple[PipelineReference, ...], team: str) -> tuple[PipelineReference, ...]:
    """Return the pipelines if all belong to the team."""
    for pipeline in pipelines:
        if pipeline.team != team:
            raise _mismatch(f"the pipelines of team {team}", pipeline)
    return pipelines


def require_builds_of_job(builds: tuple[Build, ...], pipeline: PipelineReference, job: str) -> tuple[Build, ...]:
    """Return the builds if all belong to the job."""
    for build in builds:
        if build.job != job:
            raise _mismatch(f"the builds of job {job}", build)
    return require_builds_of_pipeline(builds, pipeline)


def require_builds_of_pipeline(builds: tuple[Build, ...], pipeline: PipelineReference) -> tuple[Build, ...]:
    """Return the builds if all belong to the pipeline."""
    for build in builds:
        if not _is_same_pipeline(build.pipeline, pipeline):
            raise _mismatch(f"builds of pipeline {pipeline}", build)
    return builds


def require_resources_of_pipeline(
    resources: tuple[ListedResource, ...], pipeline: PipelineReference
) -> tuple[ListedResource, ...]:
    """Return the resources if all belong to the pipeline."""
    for resource in resources:
        require_pipeline(resource.reference.pipeline, pipeline)
    return resources


def require_all_reruns(builds: tuple[Build, ...], build: Build, limit: int) -> tuple[Build, ...]:
    """Return the builds, a page of at most `limit`, if they must include every re-run of the given one.

    Concourse sorts lists by the id of the original (atc/db/build_factory.go): the first page from a build on includes
    its re-runs, unless a whole page of re-runs of older builds comes before them.
    """
    is_complete = len(builds) < limit or max(one.original for one in builds) > build.original
    if not is_complete or build.id not in {one.id for one in builds}:
        raise NoCredibleResponse(f"Concourse did not list all builds since {build}")
    return builds


def require_filtered_versions(versions: tuple[ListedVersion, ...], resource: str, version: Version) -> None:
    """Check that a list filtered by the fields of a version holds nothing else.

    Concourse splits a filter at its first colon (atc/api/versionserver/list.go): a name with one cannot be filtered.
    """
    wanted = {(key, value) for key, value in version.fields if ":" not in key}
    if not all(wanted <= set(listed.version.fields) for listed in versions):
        raise NoCredibleResponse(f"Concourse listed another version of {resource} than the one it was asked for")


def _mismatch(requested: str, found: object) -> NoCredibleResponse:
    return NoCredibleResponse(f"Concourse was asked for {requested} and answered about {found}")


def _is_same_pipeline(found: PipelineReference | None, requested: PipelineReference) -> bool:
    if found is None or (found.team, found.name) != (requested.team, requested.name):
        return False
    return _canonical_json(found.instance_vars) == _canonical_json(requested.instance_vars)


def _canonical_json(instance_vars: str | None) -> str:
    try:
        value = json.loads(instance_vars or "{}")
    except ValueError:
        return instance_vars or ""
    return compact_json(value)
