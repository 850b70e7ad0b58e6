# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON of builds, pipelines and versions, as in atc/api/present; empty fields are omitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..auth.tokens import version_of
from ..world.entities import Build, JsonObject, Pipeline, Resource, ResourceVersion
from ..world.world import World

FIELDS_SINCE: Mapping[str, tuple[int, ...]] = {
    "rerun_of": (6, 0),
    "rerun_number": (6, 0),
    "created_by": (7, 0),
    "resource_name": (7, 0),
    "pipeline_id": (7, 0),
    "pipeline_instance_vars": (7, 0),
    "comment": (7, 4),
}
"""Fields of a build or a resource that older versions do not have."""


def build(world: World, found: Build, *, with_comment: bool = False) -> JsonObject:
    """Return a full build; only the response for a single build includes its comment."""
    job, resource = world.jobs.get(found.job_id or 0), world.resources.get(found.resource_id or 0)
    original = world.builds.get(found.rerun_of or 0)
    shown = {
        "id": found.id,
        "team_name": world.teams[found.team_id].name,
        "name": found.name,
        "status": found.status,
        "api_url": f"/api/v1/builds/{found.id}",
        "comment": found.comment if with_comment else None,
        "job_name": job.name if job else None,
        "resource_name": resource.name if resource else None,
        **pipeline_fields(world.pipelines.get(found.pipeline_id or 0)),
        "start_time": seconds(found.start_time),
        "end_time": seconds(found.end_time),
        "reap_time": seconds(found.reap_time),
        "rerun_number": found.rerun_number,
        "rerun_of": {"id": original.id, "name": original.name} if original else None,
        "created_by": found.created_by,
    }
    return _known_fields(world, shown)


def pipeline(world: World, found: Pipeline) -> JsonObject:
    always = {"paused": found.paused, "public": found.public, "archived": found.archived}
    return {
        **filled({"id": found.id, "name": found.name, "instance_vars": found.instance_vars}),
        **always,
        **filled(
            {
                "paused_by": found.paused_by,
                "paused_at": seconds(found.paused_at),
                "groups": found.config.get("groups"),
                "display": found.config.get("display"),
                "team_name": world.teams[found.team_id].name,
                "last_updated": int(found.last_updated),
            }
        ),
    }


def resource(world: World, found: Resource) -> JsonObject:
    parent = world.pipelines[found.pipeline_id]
    shown = {
        "name": found.name,
        **pipeline_fields(parent),
        "team_name": world.teams[parent.team_id].name,
        "type": found.type,
        "last_checked": seconds(found.last_checked),
    }
    return _known_fields(world, shown)


def resource_version(resource: Resource, found: ResourceVersion, *, with_metadata: bool) -> JsonObject:
    return {
        "id": found.id,
        **filled({"metadata": found.metadata if with_metadata else None}),
        "version": found.version,
        "enabled": found.digest not in resource.disabled,
    }


def build_resources(world: World, found: Build) -> JsonObject:
    """Inputs and outputs by step name; versions of a former configuration of the resource are not shown.

    An input that is also an output is shown only as an output.
    """
    put_out = {(item.resource_id, item.digest) for item in found.outputs}
    inputs: list[JsonObject] = []
    for item in found.inputs:
        resource = world.resources[item.resource_id]
        version = world.find_version(resource, item.digest)
        if version is not None and (item.resource_id, item.digest) not in put_out:
            first = item.first_occurrence
            where = {"pipeline_id": resource.pipeline_id, "first_occurrence": first}
            inputs.append({"name": item.name, "version": version.version, **where})
    known = [(item, world.find_version(world.resources[item.resource_id], item.digest)) for item in found.outputs]
    outputs = [(item.name, version) for item, version in known if version is not None]
    outputs.sort(key=lambda output: output[1].id, reverse=True)
    return {"inputs": inputs, "outputs": [{"name": name, "version": version.version} for name, version in outputs]}


def pipeline_fields(found: Pipeline | None) -> JsonObject:
    if found is None:
        return {}
    return {
        "pipeline_id": found.id,
        "pipeline_name": found.name,
        "pipeline_instance_vars": found.instance_vars,
    }


def _known_fields(world: World, shown: JsonObject) -> JsonObject:
    version = version_of(world.settings.version)
    return filled({name: value for name, value in shown.items() if FIELDS_SINCE.get(name, ()) <= version})


def seconds(time: float | None) -> int | None:
    return None if time is None else int(time)


def filled(fields: Mapping[str, Any]) -> JsonObject:
    """Drop null, false, 0 and empty texts, lists and objects, as Go's `omitempty` does."""
    return {name: value for name, value in fields.items() if value not in (None, False, 0, "", [], {})}
