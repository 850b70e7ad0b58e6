# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths and queries of the API, quoted safely."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlencode

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import BuildReference, PipelineReference

# Names come from commit messages; servers refuse longer requests, often by closing the connection.
_MAX_LENGTH = 6000
_MAX_SHOWN = 200
_FIRST_WITH_FROM = (6, 6, 0)
# Until 6.5 since and until, from 6.6 on from and to (atc/pagination.go).
_PAGING = frozenset({"from", "to", "since", "until", "limit"})

Pairs = Iterable[tuple[str, str]]


def api_path(*segments: str | int, pairs: Pairs = ()) -> str:
    """Return the path and query under /api/v1. Raises NoCredibleResponse for names that no request can hold.

    Every segment is quoted whole: Concourse reads + as a space. `.` and `..` would name another path.
    """
    names = [str(segment) for segment in segments]
    if any(name in ("", ".", "..") for name in names):
        raise NoCredibleResponse("no request can be sent for a name that is empty or only dots")
    try:
        path = "/".join(quote(name, safe="", errors="surrogateescape") for name in names)
        query = urlencode(list(pairs), errors="surrogateescape")
    except UnicodeEncodeError:
        raise NoCredibleResponse("no request can be sent for a name that is not valid Unicode") from None
    whole = f"/api/v1/{path}?{query}" if query else f"/api/v1/{path}"
    if len(whole) > _MAX_LENGTH:
        raise NoCredibleResponse("no request can be sent for a name of thousands of characters")
    return whole


def pipeline_path(pipeline: PipelineReference, *segments: str | int, pairs: Pairs = ()) -> str:
    """Return the path of a pipeline, or of something in it, with its instance variables in the query."""
    return api_path(
        "teams", pipeline.team, "pipelines", pipeline.name, *segments, pairs=[*pairs, *instance_vars_pairs(pipeline)]
    )


def build_path(reference: BuildReference) -> str:
    """Return the path of a build, by its id or by its names. Raises NoCredibleResponse if the reference has neither."""
    if reference.id is not None:
        return api_path("builds", reference.id)
    if reference.pipeline is None or reference.job is None or reference.name is None:
        raise NoCredibleResponse("the claim does not name a build")
    return pipeline_path(reference.pipeline, "jobs", reference.job, "builds", reference.name)


def instance_vars_pairs(pipeline: PipelineReference) -> list[tuple[str, str]]:
    """Return the instance variables as one JSON object; an empty one would never match (atc/db/team.go)."""
    return [("vars", pipeline.instance_vars)] if pipeline.instance_vars not in (None, "", "{}") else []


def builds_from_parameter(build_id: int, version: tuple[int, ...]) -> tuple[str, str]:
    """Return the parameter that lists a build and later ones; before Concourse 6.6 it excluded the build itself."""
    return ("from", str(build_id)) if version >= _FIRST_WITH_FROM else ("until", str(build_id - 1))


def next_page_parameters(link: str | None) -> dict[str, str] | None:
    """Return the paging parameters of a next link; None without one.

    The rest of the link is ignored: it begins with the external URL, which can be another host, holds names unquoted,
    and lacks the filter.
    """
    pairs = parse_qsl((link or "").rpartition("?")[2])
    return {name: value for name, value in pairs if name in _PAGING and value.isascii() and value.isdigit()} or None


def request_line(path: str, method: str = "GET") -> str:
    """Return method and path for a message, without the query, which can hold secret instance variables."""
    path = path.partition("?")[0]
    return f"{method} {path if len(path) <= _MAX_SHOWN else path[:_MAX_SHOWN] + '...'}"
