# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that came after a claiming build over several jobs, by a former configuration of the pipeline.

No `passed` shows this chain any more. So each build counts that has a version which an earlier one of them had. They
are looked for only while a build is active that can have started with the former configuration.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ..concourse.model import Build, BuildStatus, Version
from ..concourse.queries import NoCredibleResponse
from .former_configuration import ask_for_active_former_build, can_be_former
from .trace import HandOffTrace, fetch_version_use
from .versions.use import ResourceVersion, VersionUse, items_of_build

_MOST_BUILDS = 50


def fetch_former_uses(trace: HandOffTrace, uses: Iterable[VersionUse], changed_at: float) -> Iterator[VersionUse]:
    """Yield the uses of the versions that the builds of `uses`, and builds after them, had. Raises NoCredibleResponse.

    Builds that started up to `changed_at` (seconds since 1970, UTC) can have come after them, but not those of the
    claiming job.
    """
    queries, pipeline, since = trace.queries, trace.pipeline, trace.build.start_time
    user = ask_for_active_former_build(trace.build, pipeline, trace.graph, queries)
    if user is None:
        return
    found, seen = list(uses), {trace.build.id}
    for use in found:
        for build in use.builds:
            if build.id in seen or not _has_passed_on(trace, use, build):
                continue
            if len(seen) > _MOST_BUILDS:
                if math.isinf(changed_at):
                    return  # Concourse does not tell when the pipeline changed, so a build is active most of the time
                raise NoCredibleResponse(f"more than {_MOST_BUILDS} builds can have come before {user}")
            seen.add(build.id)
            for item in _items(trace, build, user):
                later = fetch_version_use(queries, pipeline, build, item, frozenset(), since)
                if later is not None:
                    found.append(trace.as_older_use(later, changed_at))
                    yield found[-1]


def _has_passed_on(trace: HandOffTrace, use: VersionUse, build: Build) -> bool:
    """Return whether a build that had a version succeeded since the claiming build started, before the change."""
    is_later = build.status is BuildStatus.SUCCEEDED and use.is_later(build)
    return is_later and can_be_former(build, trace.pipeline, trace.queries)


def _items(trace: HandOffTrace, build: Build, user: Build) -> Iterator[ResourceVersion]:
    """Yield the versions that a build had. Raises NoCredibleResponse if no resource has one of them.

    Its steps can have had other resources, and one that was removed: then `user` can have the version of that, too.
    """
    for resource, version in items_of_build(trace.graph.job(str(build.job)), trace.queries.build_resources(build)):
        having = _having(trace, version, [resource]) or _having(trace, version, sorted(trace.graph.resources()))
        if not having:
            raise NoCredibleResponse(f"a resource of {build} was removed, and {user} can have a version of it")
        yield from having


def _having(trace: HandOffTrace, version: Version, resources: Iterable[str]) -> list[ResourceVersion]:
    queries, pipeline = trace.queries, trace.pipeline
    return [(one, version) for one in resources if queries.version_id(pipeline, one, version) is not None]
