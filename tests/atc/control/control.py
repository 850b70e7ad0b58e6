# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of all control operations, and the calls from another process."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..http.faults import Fault
from ..http.request_log import RequestLog
from ..scheduler import scheduling
from ..world.entities import Build, Job, JsonObject, Pipeline, Resource, Team
from ..world.world import World

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound="Control")


def operation(method: Callable[Concatenate[C, P], R]) -> Callable[Concatenate[C, P], R]:
    """Mark a method of `Control` as callable over HTTP; it runs under the lock, followed by the scheduler.

    Arguments and results are JSON values.
    """

    @functools.wraps(method)
    def alone(self: C, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.world.lock:
            result = method(self, *args, **kwargs)
            self.settle()
            return result

    alone.__dict__["is_operation"] = True
    return alone


class Control:
    """Pipelines are named `team/pipeline`. Unknown names raise LookupError, invalid arguments ValueError."""

    world: World
    faults: list[Fault]
    log: RequestLog

    def call(self, name: str, arguments: JsonObject) -> Any:
        """Run an operation by name, as `/_control/NAME`."""
        method = getattr(self, name, None)
        if not getattr(method, "is_operation", False):
            raise LookupError(f"unknown operation {name}; the operations are {', '.join(self.operations())}")
        return method(**arguments)  # type: ignore[misc]

    def operations(self) -> list[str]:
        return sorted(name for name in dir(type(self)) if getattr(getattr(type(self), name), "is_operation", False))

    def settle(self) -> None:
        """Run the scheduler, unless `auto_schedule` is off."""
        if self.world.settings.auto_schedule:
            scheduling.run(self.world)

    def team(self, name: str) -> Team:
        found = self.world.find_team(name)
        if found is None:
            raise LookupError(f"there is no team {name}")
        return found

    def pipeline(self, reference: str, instance_vars: JsonObject | None = None) -> Pipeline:
        team, _separator, name = reference.partition("/")
        found = self.world.find_pipeline(self.team(team), name, instance_vars)
        if found is None:
            raise LookupError(f"team {team} has no pipeline {name} with instance variables {instance_vars}")
        return found

    def job(self, reference: str, name: str, instance_vars: JsonObject | None = None) -> Job:
        found = self.world.find_job(self.pipeline(reference, instance_vars), name)
        if found is None:
            raise LookupError(f"pipeline {reference} has no job {name}")
        return found

    def resource(self, reference: str, name: str, instance_vars: JsonObject | None = None) -> Resource:
        found = self.world.find_resource(self.pipeline(reference, instance_vars), name)
        if found is None:
            raise LookupError(f"pipeline {reference} has no resource {name}")
        return found

    def build(self, build_id: int) -> Build:
        found = self.world.builds.get(build_id)
        if found is None:
            raise LookupError(f"there is no build {build_id}")
        return found
