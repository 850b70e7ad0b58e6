# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the `Build URL:` of a claim to the build that it names.

Concourse writes it without escaping any name (atc/exec/step_metadata.go), so it is taken apart at its fixed words.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from ..concourse.instance_vars import read_query
from ..concourse.references import BuildReference, PipelineReference

_BUILD_NAME = re.compile(r"(\d+(?:\.\d+)?)/?(?:[?#].*)?")
_BUILD_ID = re.compile(r"(\d{1,18})/?(?:[?#].*)?")
_LONGEST_URL = 8192


def read_build_url(url: str) -> tuple[BuildReference, ...]:
    """Return the builds that a URL can mean, likeliest first; empty if it is not the page of a build.

    There is more than one reading if the types of instance variables are ambiguous, or if names look escaped.

    >>> [str(build) for build in read_build_url("https://ci.example.com/teams/main/pipelines/ci/jobs/up/builds/12")]
    ['main/ci/up 12']
    >>> read_build_url("https://ci.example.com/teams/main")
    ()
    """
    if len(url) > _LONGEST_URL or not url.startswith(("http://", "https://")):
        return ()
    path, mark, query = url.partition("?vars")
    query = (mark + query)[1:].partition("#")[0]
    base, has_team, rest = path.partition("/teams/")
    team, has_pipeline, rest = rest.partition("/pipelines/")
    pipeline, has_job, rest = rest.partition("/jobs/")
    job, has_build, tail = rest.rpartition("/builds/")
    name = _BUILD_NAME.fullmatch(tail)
    if has_team and has_pipeline and has_job and has_build and name and team and pipeline and job:
        names = [(team, pipeline, job)]
        unescaped = (unquote(team), unquote(pipeline), unquote(job))
        if unescaped != names[0]:
            names.append(unescaped)
        return tuple(reading for parts in names for reading in _readings(_api_less(base), parts, name[1], query))
    base, found, tail = path.rpartition("/builds/")
    number = _BUILD_ID.fullmatch(tail)
    if found and number and not has_team:
        return (BuildReference(base=_api_less(base), id=int(number[1])),)
    return ()


def _readings(base: str, names: tuple[str, str, str], build: str, query: str) -> list[BuildReference]:
    team, pipeline, job = names
    typed, untyped = read_query(query)
    references = []
    if typed is not None:
        references.append(
            BuildReference(base=base, pipeline=PipelineReference(team, pipeline, typed or None), job=job, name=build)
        )
    # A quoted value proves that the types are there: 8.0 wrote texts without quotes.
    if untyped and not any(value.startswith('"') for _name, value in untyped) and not query.startswith("vars="):
        reference = PipelineReference(team, pipeline)
        references.append(BuildReference(base=base, pipeline=reference, job=job, name=build, untyped_vars=untyped))
    return references


def _api_less(base: str) -> str:
    """A link to the API names the same Concourse as one to its pages."""
    return base.removesuffix("/api/v1")
