# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines and resources that a login may see."""

from __future__ import annotations

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import PipelineReference
from ..decode.model import ListedResource, PipelineEntry, decode_pipelines, decode_resources
from .checks import require_pipelines_of_team, require_resources_of_pipeline
from .parallel import in_parallel
from .paths import api_path, pipeline_path
from .requests import ApiRequests
from .single_flight import SingleFlight


class TeamLists:
    """The pipelines of teams and the resources of all visible pipelines; each list is fetched once."""

    def __init__(self, api: ApiRequests, responses: SingleFlight) -> None:
        self._api = api
        self._responses = responses

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
            raise NoCredibleResponse(f"Concourse shows this login only the exposed pipelines of team {team}")
        return tuple(entry.reference for entry in entries)

    def is_hidden(self, team: str) -> bool:
        """Return whether there is no such team, and the login would not see it under another name."""
        user = self._api.login().user
        return self.pipelines(team) is None and (user is None or not user.is_admin)

    def resources(self, teams: frozenset[str]) -> tuple[ListedResource, ...]:
        """Return all resources, those of archived pipelines too: of `teams` and of all teams with another resource."""
        path = api_path("resources")
        listed = self._responses.once(path, lambda: self._api.get(path, decode_resources))
        # This list lacks the resources of archived pipelines; each of these lists its own.
        entries = in_parallel(self.pipelines, sorted(teams | {one.reference.pipeline.team for one in listed}))
        archived = [entry.reference for team in entries for entry in team or () if entry.is_archived]
        more = in_parallel(self._resources_of, archived)
        return (*listed, *(resource for resources in more for resource in resources))

    def _resources_of(self, pipeline: PipelineReference) -> tuple[ListedResource, ...]:
        """Return the resources of a pipeline, none if it has been destroyed since."""
        path = pipeline_path(pipeline, "resources")
        resources = self._responses.once(path, lambda: self._api.get_or_none(path, decode_resources)) or ()
        return require_resources_of_pipeline(resources, pipeline)
