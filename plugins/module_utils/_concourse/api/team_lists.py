# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines and resources that a login may see.

Archived pipelines add up: Concourse destroys none. It sets `last_updated` when it archives a pipeline, and when
somebody sets it again, which ends that; pausing and renaming do not change it (atc/db/pipeline.go: Archive). No job of
an archived pipeline starts a build or a re-run (atc/wrappa/reject_archived_wrappa.go), but builds from before go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import compress

from ..._core.concourse.model import Build
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import PipelineReference
from ..decode.model import ListedResource, PipelineEntry, decode_builds, decode_pipelines, decode_resources
from .checks import require_builds_of_pipeline, require_pipelines_of_team, require_resources_of_pipeline
from .parallel import in_parallel
from .paths import api_path, pipeline_path
from .requests import ApiRequests
from .single_flight import SingleFlight

# As many as Concourse lists by default (atc/pagination.go): most archived pipelines have fewer.
_MOST_BUILDS = 100


class ArchivedPipelines:
    """What a run has learned of archived pipelines; the queries of all its looks share it, and threads as well.

    It stays true as long as the entry of the pipeline, with `last_updated`, is the same.
    """

    def __init__(self) -> None:
        self._resources: dict[PipelineEntry, tuple[ListedResource, ...]] = {}
        self._last_ends: dict[PipelineEntry, float] = {}

    def resources(
        self, entry: PipelineEntry, fetch: Callable[[], tuple[ListedResource, ...] | None]
    ) -> tuple[ListedResource, ...]:
        """Return the resources of a pipeline; `fetch` returns None if it has been destroyed since."""
        known = self._resources.get(entry)
        if known is not None:
            return known
        fetched = fetch()
        if fetched is not None and entry.last_updated is not None:
            self._resources[entry] = fetched
        return fetched or ()

    def has_ended(self, entry: PipelineEntry, time: int, fetch: Callable[[], tuple[Build, ...] | None]) -> bool:
        """Return whether all builds of a pipeline are known to have ended before a time.

        `fetch` returns its last _MOST_BUILDS builds, None if it has been destroyed or renamed since.
        """
        if entry not in self._last_ends:
            builds = fetch()
            if builds is None:
                return False
            self._last_ends[entry] = _last_end(builds)
        return self._last_ends[entry] < time


class TeamLists:
    """The pipelines of teams and the resources of all visible pipelines; each list is fetched once."""

    def __init__(self, api: ApiRequests, responses: SingleFlight, archived: ArchivedPipelines) -> None:
        self._api = api
        self._responses = responses
        self._archived = archived

    def pipelines(self, team: str) -> tuple[PipelineEntry, ...] | None:
        """Return the pipelines of a team that the login may see; None if there is no such team."""
        path = api_path("teams", team, "pipelines")
        entries = self._responses.once(path, lambda: self._api.get_or_none(path, decode_pipelines))
        require_pipelines_of_team(tuple(entry.reference for entry in entries or ()), team)
        return entries

    def all_pipelines(self, team: str) -> tuple[PipelineReference, ...]:
        """Return all pipelines of a team, none without such a team. Raises NoCredibleResponse if some are hidden."""
        entries = self.pipelines(team)
        if entries is None:
            return ()
        user = self._api.login().user
        if user is None or not user.sees_all_of(team):
            raise NoCredibleResponse(f"Concourse shows this user only the exposed pipelines of team {team}")
        return tuple(entry.reference for entry in entries)

    def is_hidden(self, team: str) -> bool:
        """Return whether there is no such team, and the login would not see it under another name."""
        user = self._api.login().user
        return self.pipelines(team) is None and (user is None or not user.is_admin)

    def resources(
        self, teams: frozenset[str], archived_since: int | None, *, of_makers: bool
    ) -> tuple[ListedResource, ...]:
        """Return all resources of `teams` and of all teams with another resource; see BuildQueries.resources."""

        def counts(entry: PipelineEntry) -> bool:
            return not self._is_over(entry, archived_since, of_makers=of_makers)

        archived = self._archived_pipelines(teams | {one.reference.pipeline.team for one in self._listed()})
        return self._with_those_of([*compress(archived, in_parallel(counts, archived))])

    def resources_of(self, pipelines: frozenset[PipelineReference]) -> tuple[ListedResource, ...]:
        """Return the resources of pipelines that have been listed, and all others that are not archived."""
        archived = self._archived_pipelines(frozenset(one.team for one in pipelines))
        return self._with_those_of([entry for entry in archived if entry.reference in pipelines])

    def _listed(self) -> tuple[ListedResource, ...]:
        """Return all resources except those of archived pipelines: each of these lists its own."""
        path = api_path("resources")
        return self._responses.once(path, lambda: self._api.get(path, decode_resources))

    def _archived_pipelines(self, teams: frozenset[str]) -> list[PipelineEntry]:
        lists = in_parallel(self.pipelines, sorted(teams))
        return [entry for entries in lists for entry in entries or () if entry.is_archived]

    def _is_over(self, entry: PipelineEntry, time: int | None, *, of_makers: bool) -> bool:
        """Return whether a pipeline was archived before a time; with `of_makers`, also whether no build ran since."""
        if time is None or entry.last_updated is None or entry.last_updated >= time:
            return False
        return not of_makers or self._archived.has_ended(entry, time, lambda: self._last_builds(entry.reference))

    def _with_those_of(self, archived: list[PipelineEntry]) -> tuple[ListedResource, ...]:
        more = in_parallel(self._resources_of, archived)
        return (*self._listed(), *(resource for resources in more for resource in resources))

    def _resources_of(self, entry: PipelineEntry) -> tuple[ListedResource, ...]:
        path = pipeline_path(entry.reference, "resources")

        def fetch() -> tuple[ListedResource, ...] | None:
            resources = self._responses.once(path, lambda: self._api.get_or_none(path, decode_resources))
            if resources is None:
                return None
            require_resources_of_pipeline(resources, entry.reference)
            # No build takes what a check brings after the archiving.
            return tuple(ListedResource(one.reference, entry.last_updated or one.last_checked) for one in resources)

        return self._archived.resources(entry, fetch)

    def _last_builds(self, pipeline: PipelineReference) -> tuple[Build, ...] | None:
        path = pipeline_path(pipeline, "builds", pairs=(("limit", str(_MOST_BUILDS)),))
        builds = self._responses.once(path, lambda: self._api.get_or_none(path, decode_builds))
        return None if builds is None else require_builds_of_pipeline(builds, pipeline)


def _last_end(builds: tuple[Build, ...]) -> float:
    """Return when the last build ended, infinity if one is active or can be missing in the list."""
    if len(builds) >= _MOST_BUILDS or any(build.is_active for build in builds):
        return math.inf
    return max((build.end_time or math.inf for build in builds), default=-math.inf)
