# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources: versions, the builds that put or got them, checks."""

from __future__ import annotations

from ..auth.access import may
from ..auth.tokens import version_of
from ..http.messages import TEXT, Request, Response, empty_response, json_response
from ..world import builds, versions
from ..world.entities import Build, Pipeline, Resource, ResourceVersion
from . import present
from .paging import links, page_of
from .pipelines import is_visible
from .routing import Call


def list_all_resources(call: Call) -> Response:
    """List the resources of all visible pipelines, without those of archived ones."""
    pipelines = call.world.pipelines.values()
    visible = [pipeline for pipeline in pipelines if is_visible(call, pipeline) and not pipeline.archived]
    return _shown(call, [resource for pipeline in visible for resource in call.world.resources_of(pipeline)])


def list_resources(call: Call, pipeline: Pipeline) -> Response:
    """List the resources of a pipeline, also of an archived one."""
    return _shown(call, call.world.resources_of(pipeline))


def list_versions(call: Call, pipeline: Pipeline) -> Response:
    """List versions, newest first in check order; `from` and `to` are version ids, `from` wins (atc/db/resource.go)."""
    resource = _resource(call, pipeline)
    if resource is None:
        return empty_response(404)
    page = page_of(call.request, version_of(call.world.settings.version))
    every = call.world.versions_of(resource)
    wanted = _filter_of(call.request).items()
    matching = [found for found in every if wanted <= found.version.items()]
    if page.start is not None:
        bound = _check_order(call, page.start)
        shown = [found for found in matching if bound is not None and found.check_order >= bound][-page.limit :]
    elif page.end is not None:
        bound = _check_order(call, page.end)
        shown = [found for found in matching if bound is not None and found.check_order <= bound][: page.limit]
    else:
        shown = matching[: page.limit]
    team = call.world.teams[pipeline.team_id]
    with_metadata = resource.public or may(call.world, call.caller, "viewer", team)
    response = json_response([present.resource_version(resource, v, with_metadata=with_metadata) for v in shown])
    if not shown:
        return response
    older, newer = _neighbours(every, shown)
    path = f"/api/v1/teams/{team.name}/pipelines/{pipeline.name}/resources/{resource.name}/versions"
    return response.with_headers(*links(call, path, page, older=older, newer=newer, of=pipeline))


def list_input_to(call: Call, pipeline: Pipeline) -> Response:
    return _list_carriers(call, pipeline, as_inputs=True)


def list_output_of(call: Call, pipeline: Pipeline) -> Response:
    return _list_carriers(call, pipeline, as_inputs=False)


def downstream(call: Call, pipeline: Pipeline) -> Response:
    """Return 403, as without `--enable-resource-causality`; the graph is not emulated."""
    return empty_response(501 if call.world.settings.resource_causality else 403)


def check_resource(call: Call, pipeline: Pipeline) -> Response:
    """Start a check; it finds the offered versions after the response."""
    resource = _resource(call, pipeline)
    if resource is None:
        return empty_response(404)
    try:
        call.request.json()
    except ValueError:
        return empty_response(400)
    check = builds.create_check(call.world, resource)
    shown = json_response(present.build(call.world, check), 201).without("Content-Type")
    versions.discover(call.world, resource)
    builds.finish(call.world, check, "succeeded")
    return shown.with_headers(("Content-Type", TEXT))


def _shown(call: Call, resources: list[Resource]) -> Response:
    return json_response([present.resource(call.world, found) for found in sorted(resources, key=lambda r: r.id)])


def _list_carriers(call: Call, pipeline: Pipeline, *, as_inputs: bool) -> Response:
    resource, number = _resource(call, pipeline), call.names["version"]
    if resource is None or not number.isdecimal():
        return empty_response(404 if resource is None else 500)
    search = versions.taken_by if as_inputs else versions.made_by
    found: list[Build] = search(call.world, resource, int(number))
    return json_response([present.build(call.world, build) for build in found])


def _resource(call: Call, pipeline: Pipeline) -> Resource | None:
    return call.world.find_resource(pipeline, call.names["resource"])


def _filter_of(request: Request) -> dict[str, str]:
    """Return the `filter=key:value` parameters; a version must match all."""
    return dict(entry.partition(":")[::2] for entry in request.query.get("filter", []))


def _check_order(call: Call, version_id: int) -> int | None:
    found = call.world.versions.get(version_id)
    return found.check_order if found else None


def _neighbours(every: list[ResourceVersion], shown: list[ResourceVersion]) -> tuple[int | None, int | None]:
    """Return the ids of the next older and newer version, regardless of the filter."""
    older = [found.id for found in every if found.check_order < shown[-1].check_order]
    newer = [found.id for found in every if found.check_order > shown[0].check_order]
    return (older[0] if older else None, newer[-1] if newer else None)
