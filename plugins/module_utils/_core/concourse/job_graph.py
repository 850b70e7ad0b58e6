# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a pipeline and the `passed` arrows between them."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Job


class JobGraph:
    """The jobs of one pipeline, as it is configured now."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._arrows: dict[tuple[str, str | None], set[str]] = {}
        for job in self._jobs.values():
            for step in job.inputs:
                for before in step.passed:
                    self._arrows.setdefault((before, step.resource), set()).add(job.name)
                    self._arrows.setdefault((before, None), set()).add(job.name)

    def job(self, name: str) -> Job:
        """Return a job; one that the pipeline no longer has is a job without steps."""
        return self._jobs.get(name, Job(name))

    def has(self, name: str) -> bool:
        return name in self._jobs

    def jobs(self) -> Iterable[Job]:
        return self._jobs.values()

    def resources(self) -> set[str]:
        """Return every resource that a job takes from or puts to."""
        taken = {step.resource for job in self._jobs.values() for step in job.inputs}
        return taken | {step.resource for job in self._jobs.values() for step in job.outputs}

    def resources_of(self, name: str) -> set[str]:
        """Return the resources that a job takes from or puts to; all resources for a removed job."""
        if name not in self._jobs:
            return self.resources()
        job = self._jobs[name]
        return {step.resource for step in job.inputs} | {step.resource for step in job.outputs}

    def downstream(self, name: str, resource: str | None = None) -> frozenset[str]:
        """Return the jobs that come after a job by `passed`, near or far: of one resource, or of any."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            after = self._arrows.get((waiting.pop(), resource), set()) - found
            found |= after
            waiting.extend(after)
        return frozenset(found)

    def passed_on_by(self, name: str) -> set[str]:
        """Return the resources by which a job comes right after this one by `passed`."""
        return {resource for before, resource in self._arrows if before == name and resource is not None}

    def leads_to_put(self, name: str, resource: str) -> bool:
        """Whether the job, or one that comes after it, puts to the resource."""
        ways = {name} | self.downstream(name)
        return any(step.resource == resource for way in ways for step in self.job(way).outputs)
