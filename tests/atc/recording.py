# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The responses of a recording, and those that follow from them without having been recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .http.messages import Request, Response, empty_response, json_response
from .routes.present import filled
from .world import instance_vars
from .world.entities import JsonObject

Parameters = dict[str, list[str]]
RequestKey = tuple[tuple[str, ...], str]

ALL_RESOURCES = ("api", "v1", "resources")
LONGEST_LIST = 200
"""Versions of a resource were recorded with this limit: a shorter list has all of them."""


class Recording:
    """Recorded responses by request, in any order and spelling of the parameters.

    The lists of resources are derived from the recorded jobs, the builds of a pipeline from those of its jobs, and
    lists of versions with a filter from the whole list of the resource: no recorded response contradicts them.
    """

    def __init__(self, recorded: JsonObject) -> None:
        self.version: str = recorded["concourse"]
        self._entries: list[JsonObject] = recorded["answers"]
        self._responses = {_recorded_request(entry): _recorded_response(entry) for entry in self._entries}
        self._bodies = {_recorded_request(entry): entry["body"] for entry in self._entries if entry["status"] == 200}

    def find(self, request: Request) -> Response | None:
        """Return the response to a GET; None if it was not recorded. A parameter that is not JSON gets a 400."""
        parameters = {name: values for name, values in request.query.items() if not _is_variable(name)}
        try:
            variables = instance_vars.parse(request.query)
        except ValueError:
            return empty_response(400)
        path = tuple(request.segments)
        known = self._responses.get((path, _canonical(parameters, variables)))
        return known or self._derived(path, parameters, variables)

    def _derived(self, path: tuple[str, ...], parameters: Parameters, variables: JsonObject | None) -> Response | None:
        found: list[JsonObject] | None = None
        if path == ALL_RESOURCES:
            active = [pipeline for pipeline in self._pipelines() if not pipeline["archived"]]
            found = [shown for pipeline in active for shown in self._of(pipeline)]
        elif path[-1] == "resources":
            named = [pipeline for pipeline in self._pipelines() if path[:-1] == _path_of(pipeline)]
            found = next((self._of(one) for one in named if one.get("instance_vars") == variables), None)
        elif path[-1] == "builds" and path[4:5] == ("pipelines",) and len(path) == 7 and set(parameters) <= {"limit"}:
            found = self._builds_of(path[:-1], variables)[: int(parameters.get("limit", ["100"])[0])]
        elif path[-1] == "versions":
            found = self._filtered(path, parameters, variables)
        if found is None:
            return None
        return json_response(found).with_headers(("X-Concourse-Version", self.version))

    def _pipelines(self) -> Iterator[JsonObject]:
        """Yield the pipelines of the recorded lists of the teams."""
        for path, _parameters in self._bodies:
            if path[:3] == ("api", "v1", "teams") and path[4:] == ("pipelines",):
                yield from self._bodies[path, _parameters]

    def _of(self, pipeline: JsonObject) -> list[JsonObject]:
        """Return the resources that the jobs of a pipeline get or put; if no input shows its type, it is `pool`."""
        path = (*_path_of(pipeline), "jobs")
        jobs = self._bodies.get((path, _canonical({}, pipeline.get("instance_vars"))), [])
        names = {step["resource"] for job in jobs for step in [*job.get("inputs", []), *job.get("outputs", [])]}
        types = {step["resource"]: step["type"] for step in self._inputs_below(path)}
        where = {
            "pipeline_id": pipeline["id"],
            "pipeline_name": pipeline["name"],
            "pipeline_instance_vars": pipeline.get("instance_vars"),
            "team_name": pipeline["team_name"],
        }
        return [filled({"name": name, **where, "type": types.get(name, "pool")}) for name in sorted(names)]

    def _builds_of(self, pipeline: tuple[str, ...], variables: JsonObject | None) -> list[JsonObject]:
        """Return the builds in the recorded lists of the pipeline's jobs, the latest first."""
        builds: dict[int, JsonObject] = {}
        for (path, parameters), body in self._bodies.items():
            if path[:7] == (*pipeline, "jobs") and path[8:] == ("builds",) and json.loads(parameters)[1] == variables:
                builds |= {build["id"]: build for build in body}
        return [builds[number] for number in sorted(builds, reverse=True)]

    def _inputs_below(self, path: tuple[str, ...]) -> Iterator[JsonObject]:
        for (other, _parameters), body in self._bodies.items():
            if other[: len(path)] == path and other[-1] == "inputs":
                yield from body

    def _filtered(
        self, path: tuple[str, ...], parameters: Parameters, variables: JsonObject | None
    ) -> list[JsonObject] | None:
        """Return the versions that match a filter, from the whole list of the resource."""
        whole = self._bodies.get((path, _canonical({"limit": [str(LONGEST_LIST)]}, variables)))
        if whole is None or len(whole) >= LONGEST_LIST or not set(parameters) <= {"filter", "limit"}:
            return None
        wanted = dict(entry.partition(":")[::2] for entry in parameters.get("filter", []))
        return [version for version in whole if wanted.items() <= version["version"].items()] if wanted else None


def _path_of(pipeline: JsonObject) -> tuple[str, ...]:
    return ("api", "v1", "teams", pipeline["team_name"], "pipelines", pipeline["name"])


def _recorded_request(entry: JsonObject) -> RequestKey:
    """Recorded paths are unquoted; the order of parameters is irrelevant."""
    given: JsonObject = entry.get("params", {})
    parameters = {name: [str(value)] for name, value in given.items() if not _is_variable(name)}
    variables = instance_vars.parse({name: [str(value)] for name, value in given.items()})
    return (tuple(Request("GET", entry["path"]).segments), _canonical(parameters, variables))


def _recorded_response(entry: JsonObject) -> Response:
    body: Any = entry["body"]
    response = empty_response(entry["status"]) if body == "" else json_response(body, entry["status"])
    for name, value in entry["headers"].items():
        response = response.without(name).with_headers((name, value))
    return response


def _is_variable(name: str) -> bool:
    return name == "vars" or name.startswith("vars.")


def _canonical(parameters: Parameters, variables: JsonObject | None) -> str:
    return json.dumps([{name: sorted(values) for name, values in parameters.items()}, variables], sort_keys=True)
