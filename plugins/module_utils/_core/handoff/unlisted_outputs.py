# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that the claiming build made but does not list.

A put step lists no output if its hook did not run or its result was lost, and none of its own if it put what another
step of the same resource put. Only then, the builds after the claiming build show whether it made another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..concourse.model import BuildResources, Version
from .contradictions import require_not_maker
from .former_configuration import has_started_since
from .trace import HandOffTrace
from .versions.progress import BUILDS_TO_LOOK_BACK


def require_all_outputs(trace: HandOffTrace) -> None:
    """Check that no job after the claiming build took a version that it made and does not list.

    Raises NoCredibleResponse.
    """
    carried = trace.queries.build_resources(trace.build)
    listed = carried.versions  # not by resource: a step that has another name now hides its resource
    for resource in _resources_without_output(trace, carried):
        for version in dict.fromkeys(_versions_taken(trace, resource)):
            if version not in listed:
                require_not_maker(trace.build, trace.pipeline, (resource, version), trace.queries)


def _resources_without_output(trace: HandOffTrace, carried: BuildResources) -> list[str]:
    """Return the resources for which the claiming build lists fewer versions than its job has put steps.

    Of those that count as forgotten, no job after it may have an active build.
    """
    listed = {output.step: output.version for output in carried.outputs}
    steps: dict[str, list[str]] = {}
    for put in trace.job.outputs:
        if (trace.job.name, put.resource) not in trace.forgotten:
            steps.setdefault(put.resource, []).append(put.step)
    return [
        resource
        for resource, puts in sorted(steps.items())
        if len({listed[step] for step in puts if step in listed}) < len(puts)
    ]


def _versions_taken(trace: HandOffTrace, resource: str) -> Iterator[Version]:
    """Yield the versions of a resource that the jobs downstream took since the claiming build started."""
    queries = trace.queries
    for name in sorted(trace.graph.downstream(trace.job.name)):
        steps = {step.step for step in trace.graph.job(name).inputs if step.resource == resource}
        latest = queries.latest_builds(trace.pipeline, name) if steps else ()
        for build in [one for one in latest if has_started_since(one, trace.build)][:BUILDS_TO_LOOK_BACK]:
            yield from (item.version for item in queries.build_resources(build).inputs if item.step in steps)
