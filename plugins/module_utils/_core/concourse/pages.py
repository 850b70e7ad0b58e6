# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of the web pages of builds and jobs, for people."""

from __future__ import annotations

from urllib.parse import quote

from .model import Build
from .references import PipelineReference


def build_page(build: Build) -> str | None:
    """Return the URL of the page of a build; None if the address of its Concourse is not known.

    >>> from .model import BuildStatus
    >>> pipeline = PipelineReference("main", "ci", '{"branch":"x"}')
    >>> build_page(Build(7, "3", BuildStatus.STARTED, "main", pipeline, "up now", address="https://ci.example.com"))
    'https://ci.example.com/teams/main/pipelines/ci/jobs/up%20now/builds/3?vars=%7B%22branch%22%3A%22x%22%7D'
    """
    if not build.address:
        return None
    if build.pipeline is None or build.job is None:
        return f"{build.address.rstrip('/')}/builds/{build.id}"
    return _page_in(build.address, build.pipeline, "jobs", build.job, "builds", build.name)


def job_page(build: Build, job: str) -> str | None:
    """Return the URL of the page of a job in the pipeline of a build; None if it is not known."""
    return _page_in(build.address, build.pipeline, "jobs", job) if build.address and build.pipeline else None


def _page_in(address: str, pipeline: PipelineReference, *names: str) -> str:
    path = "/".join(_quoted(name) for name in ("teams", pipeline.team, "pipelines", pipeline.name, *names))
    variables = pipeline.instance_vars
    query = f"?vars={_quoted(variables)}" if variables and variables != "{}" else ""
    return f"{address.rstrip('/')}/{path}{query}"


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="surrogateescape")
