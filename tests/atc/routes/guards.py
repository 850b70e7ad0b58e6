# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access control: the wrappers around the handlers of the API (atc/wrappa, atc/api/auth)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..auth.access import may
from ..http.messages import Response, empty_response, text_response
from ..world import instance_vars
from ..world.entities import Build, Pipeline, Team
from .routing import Call, Handler

PipelineHandler = Callable[[Call, Pipeline], Response]
BuildHandler = Callable[[Call, Build], Response]
TeamHandler = Callable[[Call, Team], Response]

LARGEST_INTEGER = 2**63 - 1


def refuse(call: Call) -> Response:
    if call.caller.authenticated:
        return text_response(403, "forbidden")
    return text_response(401, "not authorized")


def open_to_all(handler: Handler) -> Handler:
    """Allow every caller; a token, if given, must be valid."""

    def guarded(call: Call) -> Response:
        return refuse(call) if call.caller.refused else handler(call)

    return guarded


def logged_in(handler: Handler) -> Handler:
    def guarded(call: Call) -> Response:
        return handler(call) if call.caller.authenticated else refuse(call)

    return guarded


def readable_pipeline(handler: PipelineHandler) -> Handler:
    """Allow viewers, or every caller if the pipeline is public; a missing pipeline is always 404."""

    def guarded(call: Call) -> Response:
        found = find_pipeline(call)
        if isinstance(found, Response):
            return found
        if not found.public and not may(call.world, call.caller, "viewer", call.world.teams[found.team_id]):
            return refuse(call)
        return handler(call, found)

    return guarded


def pipeline_role(role: str, handler: PipelineHandler) -> Handler:
    """Check the role first: without it, the response does not show whether the pipeline exists."""

    def guarded(call: Call) -> Response:
        if not may(call.world, call.caller, role, call.world.find_team(call.names["team"])):
            return refuse(call)
        found = find_pipeline(call)
        return found if isinstance(found, Response) else handler(call, found)

    return guarded


def unless_archived(handler: Handler) -> Handler:
    """Return 409 for an archived pipeline, checked before roles."""

    def guarded(call: Call) -> Response:
        found = find_pipeline(call)
        if isinstance(found, Response):
            return found
        if found.archived:
            return text_response(409, "action not allowed for an archived pipeline\n")
        return handler(call)

    return guarded


def team_role(role: str, handler: TeamHandler) -> Handler:
    def guarded(call: Call) -> Response:
        team = call.world.find_team(call.names["team"])
        if not may(call.world, call.caller, role, team):
            return refuse(call)
        return empty_response(404) if team is None else handler(call, team)

    return guarded


def readable_build(handler: BuildHandler, *, even_of_private_job: bool = True) -> Handler:
    """Allow viewers of the team, or every caller if the pipeline is public (and the job, for the build's output)."""

    def guarded(call: Call) -> Response:
        found = _find_build(call)
        if isinstance(found, Response):
            return found
        if may(call.world, call.caller, "viewer", call.world.teams[found.team_id]):
            return handler(call, found)
        pipeline = call.world.pipelines.get(found.pipeline_id or 0)
        job = call.world.jobs.get(found.job_id or 0)
        job_is_public = job is not None and bool(job.config.get("public"))
        if pipeline is not None and pipeline.public and (even_of_private_job or job_is_public):
            return handler(call, found)
        return refuse(call)

    return guarded


def writable_build(role: str, handler: BuildHandler) -> Handler:
    def guarded(call: Call) -> Response:
        found = _find_build(call)
        if isinstance(found, Response):
            return found
        allowed = may(call.world, call.caller, role, call.world.teams[found.team_id])
        return handler(call, found) if allowed else refuse(call)

    return guarded


def find_pipeline(call: Call) -> Pipeline | Response:
    """Find a pipeline by team, name and instance variables: 404 if missing, 400 if the variables are not JSON."""
    team = call.world.find_team(call.names["team"])
    if team is None:
        return empty_response(404)
    try:
        variables = instance_vars.parse(call.request.query)
    except ValueError:
        return empty_response(400)
    return call.world.find_pipeline(team, call.names["pipeline"], variables) or empty_response(404)


def _find_build(call: Call) -> Build | Response:
    number = call.names["build"]
    if not re.fullmatch(r"[+-]?\d+", number, re.ASCII) or abs(int(number)) > LARGEST_INTEGER:
        return empty_response(400)
    return call.world.builds.get(int(number)) or empty_response(404)
