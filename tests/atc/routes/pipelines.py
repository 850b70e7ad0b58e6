# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pipelines: lists, one, its configuration."""

from __future__ import annotations

from ..auth.access import may
from ..http.messages import Response, empty_response, json_response
from ..world.entities import Pipeline
from . import present
from .routing import Call


def list_all_pipelines(call: Call) -> Response:
    shown = [pipeline for pipeline in call.world.pipelines.values() if is_visible(call, pipeline)]
    return json_response([present.pipeline(call.world, pipeline) for pipeline in shown])


def list_pipelines(call: Call) -> Response:
    """List a team's pipelines, archived ones included; without a role in it, only the public ones."""
    team = call.world.find_team(call.names["team"])
    if team is None:
        return empty_response(404)
    own = [pipeline for pipeline in call.world.pipelines.values() if pipeline.team_id == team.id]
    return json_response([present.pipeline(call.world, pipeline) for pipeline in own if is_visible(call, pipeline)])


def get_pipeline(call: Call, pipeline: Pipeline) -> Response:
    return json_response(present.pipeline(call.world, pipeline))


def get_config(call: Call, pipeline: Pipeline) -> Response:
    if pipeline.archived:
        return empty_response(404)
    response = json_response({"config": pipeline.config})
    return response.with_headers(("X-Concourse-Config-Version", str(pipeline.config_version)))


def is_visible(call: Call, pipeline: Pipeline) -> bool:
    return pipeline.public or may(call.world, call.caller, "viewer", call.world.teams[pipeline.team_id])
