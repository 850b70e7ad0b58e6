# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of resources: found by checks, put and taken by builds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from .entities import Build, Carried, JsonObject, Resource, ResourceVersion, digest_of
from .world import World


def save(
    world: World, resource: Resource, version: JsonObject, metadata: Mapping[str, str] | None = None
) -> ResourceVersion:
    """Save a version as the newest; a known version keeps its position and id."""
    fields = [{"name": name, "value": value} for name, value in metadata.items()] if metadata else None
    known = world.find_version(resource, digest_of(version))
    if known is not None:
        known.metadata = fields or known.metadata
        return known
    newest = world.versions_of(resource)[:1]
    order = 1 + (newest[0].check_order if newest else 0)
    added = world.add_version(ResourceVersion(world.next_id("versions"), resource.scope, dict(version), fields, order))
    _request_scheduling(world, resource)
    return added


def discover(world: World, resource: Resource) -> list[ResourceVersion]:
    """Run a check and return the offered versions."""
    resource.last_checked = world.clock.now()
    waiting, resource.undiscovered = resource.undiscovered, []
    return [save(world, resource, found["version"], found.get("metadata")) for found in waiting]


def put(
    world: World, build: Build, name: str, resource: Resource, version: JsonObject, metadata: Mapping[str, str] | None
) -> ResourceVersion:
    """Record a version of the `put` step `name` of a build."""
    saved = save(world, resource, version, metadata)
    output = Carried(name, resource.id, saved.digest)
    if output not in build.outputs:
        build.outputs.append(output)
    return saved


def is_enabled(resource: Resource, version: ResourceVersion) -> bool:
    return version.digest not in resource.disabled


def taken_by(world: World, resource: Resource, version_id: int) -> list[Build]:
    """Return the builds with the version as an input, unordered, once for each such input (atc/db/pipeline.go)."""
    return _carriers(world, resource, version_id, ((build, build.inputs) for build in _builds_of(world, resource)))


def made_by(world: World, resource: Resource, version_id: int) -> list[Build]:
    """Return the builds with the version as an output, unordered."""
    return _carriers(world, resource, version_id, ((build, build.outputs) for build in _builds_of(world, resource)))


def _carriers(
    world: World, resource: Resource, version_id: int, carried: Iterable[tuple[Build, list[Carried]]]
) -> list[Build]:
    version = world.versions.get(version_id)
    if version is None:
        return []
    wanted = (resource.id, version.digest)
    found = [build for build, items in carried for item in items if (item.resource_id, item.digest) == wanted]
    # The real order is undefined; shuffle it so that a client that relies on it fails.
    return sorted(found, key=lambda build: hashlib.sha256(str(build.id).encode()).digest())


def _builds_of(world: World, resource: Resource) -> list[Build]:
    return [build for build in world.builds.values() if build.pipeline_id == resource.pipeline_id]


def _request_scheduling(world: World, resource: Resource) -> None:
    """Schedule the jobs with this resource as an input; those with `passed` wait for the passed jobs."""
    for job in world.jobs_of(world.pipelines[resource.pipeline_id]):
        if any(step.resource == resource.name and not step.passed for step in job.inputs):
            job.schedule_requested = True
