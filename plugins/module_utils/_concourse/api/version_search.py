# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a version among the resources that a login may see, with many requests at the same time."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..._core.concourse.references import PipelineReference, ResourceReference
from .checks import require_resources_of_pipeline
from .decode import PipelineEntry, decode_resources
from .paths import api_path, pipeline_path
from .requests import ApiRequests

_PARALLEL = 8

Item = t.TypeVar("Item")
Found = t.TypeVar("Found")


def fetch_resources(
    api: ApiRequests, teams: frozenset[str], pipelines: Callable[[str], tuple[PipelineEntry, ...]]
) -> tuple[ResourceReference, ...]:
    """Return all resources that the login may see. Raises NoCredibleResponse.

    The list of all resources lacks those of archived pipelines; each of these lists its own. `pipelines` returns the
    pipelines of a team; those of `teams` are asked for, and of teams that have any other resource.
    """
    listed = api.get(api_path("resources"), decode_resources)
    entries = in_parallel(pipelines, sorted(teams | {resource.pipeline.team for resource in listed}))
    archived = [entry.reference for team in entries for entry in team if entry.is_archived]
    more = in_parallel(lambda pipeline: _fetch_resources_of(api, pipeline), archived)
    return tuple(dict.fromkeys([*listed, *(resource for resources in more for resource in resources)]))


def in_parallel(ask: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """Return the response for each item, in their order. Raises the first error, without asking for the rest."""
    if len(items) < 2:
        return [ask(item) for item in items]
    threads = ThreadPoolExecutor(min(_PARALLEL, len(items)))
    try:
        return list(threads.map(ask, items))
    finally:
        threads.shutdown(cancel_futures=True)


def _fetch_resources_of(api: ApiRequests, pipeline: PipelineReference) -> tuple[ResourceReference, ...]:
    """Return the resources of a pipeline, none if it has been destroyed since."""
    resources = api.get_or_none(pipeline_path(pipeline, "resources"), decode_resources)
    return require_resources_of_pipeline(resources or (), pipeline)
