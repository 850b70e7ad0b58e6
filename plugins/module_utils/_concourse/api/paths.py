# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to ask: paths and queries of the API, safely written."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import PipelineReference

# Names come from commit messages; a longer request is refused by servers, often by closing the connection.
_LONGEST = 6000
_SHOWN = 200
_FIRST_WITH_FROM = (6, 6, 0)

Pairs = Iterable[tuple[str, str]]


def api_path(*segments: str | int, pairs: Pairs = ()) -> str:
    """Return the path and query under /api/v1. Raises NoCredibleResponse for names that cannot be asked for.

    Every segment is quoted whole: Concourse reads + as a space. `.` and `..` would name another path.
    """
    names = [str(segment) for segment in segments]
    if any(name in ("", ".", "..") for name in names):
        raise NoCredibleResponse("Concourse cannot be asked for a name that is empty or only dots")
    try:
        path = "/".join(quote(name, safe="", errors="surrogateescape") for name in names)
        query = urlencode(list(pairs), errors="surrogateescape")
    except UnicodeEncodeError:
        raise NoCredibleResponse("Concourse cannot be asked for a name that is no valid text") from None
    asked = f"/api/v1/{path}?{query}" if query else f"/api/v1/{path}"
    if len(asked) > _LONGEST:
        raise NoCredibleResponse("Concourse cannot be asked for a name of thousands of letters")
    return asked


def pipeline_path(pipeline: PipelineReference, *segments: str | int, pairs: Pairs = ()) -> str:
    """Return a question about a pipeline, or about something in it."""
    both = [*pairs, *variables(pipeline)]
    return api_path("teams", pipeline.team, "pipelines", pipeline.name, *segments, pairs=both)


def variables(pipeline: PipelineReference) -> list[tuple[str, str]]:
    """Return the instance variables as one JSON object; an empty one would never match (atc/db/team.go)."""
    return [("vars", pipeline.instance_vars)] if pipeline.instance_vars not in (None, "", "{}") else []


def builds_from_parameter(build_id: int, release: tuple[int, ...]) -> tuple[str, str]:
    """Return what has a list of builds go from a build on to later ones; before Concourse 6.6 it excluded the build."""
    return ("from", str(build_id)) if release >= _FIRST_WITH_FROM else ("until", str(build_id - 1))


def request_line(asked: str, method: str = "GET") -> str:
    """Return a question as it may be shown: without the query, which can hold instance variables."""
    path = asked.partition("?")[0]
    return f"{method} {path if len(path) <= _SHOWN else path[:_SHOWN] + '...'}"
