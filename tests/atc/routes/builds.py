# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds by id, and lists of builds across jobs."""

from __future__ import annotations

from ..auth.access import is_admin, may
from ..auth.tokens import version_of
from ..http.messages import Response, empty_response, json_response
from ..world import builds
from ..world.entities import Build, Pipeline, Team
from . import present
from .paging import links, page_of, slice_builds
from .routing import Call


def get_build(call: Call, build: Build) -> Response:
    return json_response(present.build(call.world, build, with_comment=sees_comments(call, build)))


def sees_comments(call: Call, build: Build) -> bool:
    """Whether the caller sees comments: viewers of the team do, others if the job is public."""
    job = call.world.jobs.get(build.job_id or 0)
    if job is not None and job.config.get("public"):
        return True
    return may(call.world, call.caller, "viewer", call.world.teams[build.team_id])


def build_resources(call: Call, build: Build) -> Response:
    return json_response(present.build_resources(call.world, build))


def set_comment(call: Call, build: Build) -> Response:
    try:
        build.comment = str(call.request.json()["comment"])
    except (ValueError, KeyError, TypeError):
        return empty_response(400)
    return empty_response(200, "application/json")


def abort(call: Call, build: Build) -> Response:
    """Abort a build; a finished build also gets 204."""
    if build.status in ("pending", "started"):
        builds.abort(call.world, build)
    return empty_response(204)


def list_builds(call: Call) -> Response:
    """List all builds for admins, otherwise those that are public or of the caller's teams."""
    world = call.world
    page = page_of(call.request, version_of(world.settings.version))
    if page.is_reversed and not page.by_time:
        return empty_response(500)
    everything = is_admin(world, call.caller)
    teams = {team.id for team in world.teams.values() if everything or may(world, call.caller, "viewer", team)}
    public = {pipeline.id for pipeline in world.pipelines.values() if pipeline.public}
    seen = [build for build in world.builds.values() if build.team_id in teams or build.pipeline_id in public]
    return page_response(call, seen, "/api/v1/builds")


def list_team_builds(call: Call, team: Team) -> Response:
    own = [build for build in call.world.builds.values() if build.team_id == team.id]
    return page_response(call, own, f"/api/v1/teams/{team.name}/builds")


def list_pipeline_builds(call: Call, pipeline: Pipeline) -> Response:
    team = call.world.teams[pipeline.team_id]
    own = [build for build in call.world.builds.values() if build.pipeline_id == pipeline.id]
    return page_response(call, own, f"/api/v1/teams/{team.name}/pipelines/{pipeline.name}/builds", of=pipeline)


def page_response(
    call: Call, found: list[Build], path: str, *, of: Pipeline | None = None, with_comments: bool = False
) -> Response:
    page = page_of(call.request, version_of(call.world.settings.version))
    if page.is_reversed and not page.by_time:
        return empty_response(404)
    part = slice_builds(found, page)
    shown = [
        present.build(call.world, build, with_comment=with_comments and sees_comments(call, build))
        for build in part.builds
    ]
    return json_response(shown).with_headers(*links(call, path, page, older=part.older, newer=part.newer, of=of))
