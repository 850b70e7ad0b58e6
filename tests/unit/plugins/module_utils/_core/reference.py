# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-off rule a second time, for comparison: slow, over the whole model, and without the product's code.

It answers by fixed points over sets where the product walks; it sees the model's truth, not what Concourse would tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import (
    Build,
    JobInput,
    JobOutput,
    Status,
    Version,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.pipeline_model import PipelineModel

# A version of a resource: what is followed.
Item = tuple[str, Version]


@dataclass(frozen=True)
class Reference:
    """The rule for one lock: `claiming` has succeeded and made `version` with a step that puts to `resource`."""

    model: PipelineModel
    claiming: Build
    resource: str
    version: Version

    def is_handed_off(self) -> bool:
        """Whether a build uses the lock, or a job can still take it, or take on what will give it back."""
        return self.is_in_use() or self.is_takeable()

    def is_in_use(self) -> bool:
        """Whether a pending or started build has the lock's version, or downstream one that came along with it."""
        if self.has_user(self._own()):
            return True
        if any(self.has_user(item, self.downstream()) for item in self._along()):
            return True
        forgotten = [resource for resource in self._resources_of_job() if resource in self.model.forgotten]
        return any(self._is_active(job) for resource in forgotten for job in self._downstream_by(resource))

    def is_takeable(self) -> bool:
        """Whether a job can take the version of the lock, or one that came along on a way that gives the lock back."""
        if self.model.archived:
            return False
        if self.resource not in self.model.forgotten and self._takers(self._own()):
            return True
        giving = {job for job in self.downstream() if self._gives_back(job)}
        return any(self._takers(item) & giving for item in self._along())

    def has_user(self, item: Item, jobs: set[str] | None = None) -> bool:
        """Whether a build with the version, or a re-run of one, is active in one of these jobs (None: in any)."""
        if item[0] in self.model.forgotten:
            return False
        having = {number for number in self.model.builds if item in self._items(number, made=False)}
        return any(
            build.is_active and (number in having or build.rerun_of in having)
            for number, build in self.model.builds.items()
            if jobs is None or build.job in jobs
        )

    def downstream(self) -> set[str]:
        """The jobs after the claiming job by `passed` of any resource."""
        return self._after({str(self.claiming.job)}, None)

    def _own(self) -> Item:
        return self.resource, self.version

    def _along(self) -> set[Item]:
        carried = self._items(self.claiming.id, made=False) | self._items(self.claiming.id, made=True)
        return {item for item in carried - {self._own()} if item[0] not in self.model.forgotten}

    def _resources_of_job(self) -> set[str]:
        """What the claiming job gets, and the lock's resource: of these it has carried a version for certain."""
        steps = self.model.steps[str(self.claiming.job)]
        return {step.resource for step in steps if isinstance(step, JobInput)} | {self.resource}

    def _downstream_by(self, resource: str) -> set[str]:
        return self._after({str(self.claiming.job)}, resource)

    def _after(self, jobs: set[str], resource: str | None) -> set[str]:
        found: set[str] = set()
        while True:
            more = {
                name
                for name, step in self._gets()
                if step.passed & (jobs | found) and resource in (None, step.resource)
            }
            if more <= found:
                return found
            found |= more

    def _gives_back(self, job: str) -> bool:
        ways = {job} | self._after({job}, None)
        return any(
            isinstance(step, JobOutput) and step.resource == self.resource
            for way in ways
            for step in self.model.steps[way]
        )

    def _takers(self, item: Item) -> set[str]:
        """The jobs that have not taken a version and still can: the least set that the rule allows."""
        passed_on = {str(self.claiming.job)} | {
            str(build.job)
            for number, build in self.model.builds.items()
            if build.status is Status.SUCCEEDED
            and item in self._items(number, made=False) | self._items(number, made=True)
        }
        taken = {build.job for number, build in self.model.builds.items() if item in self._items(number, made=False)}
        takers: set[str] = set()
        while True:
            more = {
                name
                for name, step in self._gets()
                if name not in taken
                and step.resource == item[0]
                and step.passed
                and step.passed <= passed_on | takers
                and not self._is_passed_over(name, step, item[1])
            }
            if more <= takers:
                return takers
            takers |= more

    def _is_passed_over(self, job: str, step: JobInput, version: Version) -> bool:
        order = self.model.order[step.resource]
        reached = self.model.next.get(job, {}).get(step.step)
        if reached is None:
            reached = self._last_taken(job, step)
        return reached is not None and order.index(reached) > order.index(version)

    def _last_taken(self, job: str, step: JobInput) -> Version | None:
        if step.resource in self.model.forgotten:
            return None
        for number, build in sorted(self.model.builds.items(), reverse=True):
            if build.job == job and build.status is not Status.PENDING:
                for item in self.model.took[number]:
                    if item.step == step.step:
                        return item.version
        return None

    def _is_active(self, job: str) -> bool:
        return any(build.is_active for build in self.model.builds.values() if build.job == job)

    def _gets(self) -> list[tuple[str, JobInput]]:
        return [
            (name, step) for name, steps in self.model.steps.items() for step in steps if isinstance(step, JobInput)
        ]

    def _items(self, number: int, *, made: bool) -> set[Item]:
        items = (self.model.made if made else self.model.took)[number]
        return {(item.resource, item.version) for item in items}
