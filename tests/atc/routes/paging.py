# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of builds and versions, with links to the next and previous ones."""

from __future__ import annotations

from dataclasses import dataclass

from ..auth.tokens import version_of
from ..http.messages import Request
from ..world import instance_vars
from ..world.entities import Build, Pipeline
from .routing import Call

DEFAULT_LIMIT = 100

FROM_TO_SINCE = (6, 6)
"""Earlier versions use `since` (older than) and `until` (newer than)."""


@dataclass(frozen=True)
class Page:
    """`start` and `end` are the ids `from` and `to`, both inclusive; with `by_time` they are seconds."""

    start: int | None = None
    end: int | None = None
    limit: int = DEFAULT_LIMIT
    by_time: bool = False

    @property
    def is_reversed(self) -> bool:
        return self.start is not None and self.end is not None and self.start > self.end


@dataclass(frozen=True)
class Slice:
    """A page's items; `older` and `newer` are the first ids of the neighbouring pages."""

    builds: list[Build]
    older: int | None = None
    newer: int | None = None


def page_of(request: Request, version: tuple[int, ...]) -> Page:
    """Return the requested page; a value that is not a number counts as missing (`strconv.Atoi`)."""
    limit = _number(request.parameter("limit")) or DEFAULT_LIMIT
    by_time = request.parameter("timestamps") != ""
    if version < FROM_TO_SINCE:
        since, until = _number(request.parameter("since")), _number(request.parameter("until"))
        return Page(until + 1 if until else None, since - 1 if since else None, limit, by_time)
    bounds = [_number(request.parameter(name)) if request.parameter(name) else None for name in ("from", "to")]
    return Page(bounds[0], bounds[1], limit, by_time)


def slice_builds(builds: list[Build], page: Page) -> Slice:
    """Return builds sorted by `COALESCE(rerun_of, id)`, bounded by id (atc/db/build_factory.go).

    Newest first. With `from` alone: the oldest builds from that id, newest first. With both: oldest first.
    """
    if page.by_time:
        return Slice(_between_times(builds, page))
    ascending = sorted(builds, key=lambda build: build.order)
    within = [build for build in ascending if _within(build, page)]
    if page.start is None:
        shown = within[::-1][: page.limit]
    elif page.end is None:
        shown = within[: page.limit][::-1]
    else:
        shown = within[: page.limit]
    if not shown:
        return Slice([])
    older = [build.id for build in ascending if build.id < shown[-1].id]
    newer = [build.id for build in ascending if build.id > shown[0].id]
    return Slice(shown, older[-1] if older else None, newer[0] if newer else None)


def links(
    call: Call, path: str, page: Page, *, older: int | None, newer: int | None, of: Pipeline | None = None
) -> list[tuple[str, str]]:
    """Return `Link` headers; `path` follows `external_url` with unescaped names."""
    older_name, newer_name = "to", "from"
    if version_of(call.world.settings.version) < FROM_TO_SINCE:
        older_name, newer_name = "since", "until"
        older, newer = (older + 1 if older else None), (newer - 1 if newer else None)
    variables = f"&{instance_vars.to_query(of.instance_vars)}" if of is not None and of.instance_vars else ""
    found = [(older_name, older, "next"), (newer_name, newer, "previous")]
    return [
        ("Link", f'<{call.base_url}{path}?{name}={number}&limit={page.limit}{variables}>; rel="{relation}"')
        for name, number, relation in found
        if number is not None
    ]


def _within(build: Build, page: Page) -> bool:
    after = page.start is None or build.id >= page.start
    return after and (page.end is None or build.id <= page.end)


def _between_times(builds: list[Build], page: Page) -> list[Build]:
    """Return builds up to the limit, without links; a build that has not started is outside any bounds."""
    found = []
    for build in sorted(builds, key=lambda build: build.order, reverse=True):
        started = build.start_time
        after = page.start is None or (started is not None and started >= page.start)
        before = page.end is None or (started is not None and started <= page.end)
        if after and before:
            found.append(build)
    return found[: page.limit]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
