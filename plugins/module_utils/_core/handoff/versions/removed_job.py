# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of jobs that their pipeline no longer has."""

from __future__ import annotations

from ...concourse.job_graph import JobGraph
from ...concourse.model import Build
from ...concourse.queries import BuildQueries, NoCredibleResponse
from ...concourse.references import BuildReference


def require_listed_job(graph: JobGraph, build: Build, queries: BuildQueries) -> None:
    """Check that the jobs of a pipeline include the job of one of its builds, unless it was removed.

    Concourse finds a build by its name only while the pipeline has the job (atc/db/pipeline.go: Job).
    """
    if build.pipeline is None or build.job is None or graph.has(build.job):
        return
    if queries.build(BuildReference(pipeline=build.pipeline, job=build.job, name=build.name)) is not None:
        raise NoCredibleResponse(f"Concourse finds {build} by its job, but does not list that job")
