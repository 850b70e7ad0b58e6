# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-off rule a second time, for comparison: slow, over the whole model, and without the product's code.

It answers by fixed points over sets where the product walks; it sees the model's truth, not what Concourse would tell.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildStatus,
    JobInput,
    JobOutput,
    Version,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
)

# A version of a resource: what is followed.
Item = tuple[str, Version]


@dataclass(frozen=True)
class Family:
    """The builds that can have come out of a claiming build, each with the versions that it carried.

    `along` has what they passed on besides the lock, and the jobs to which; `forgotten` what of that nobody can know.
    """

    sources: dict[int, set[Item]]
    along: dict[Item, set[str]]
    forgotten: set[tuple[str, str]]


@dataclass(frozen=True)
class Reference:
    """The rule for one lock: `claiming` has succeeded and made `version` with a step that puts to `resource`.

    A re-run that is older than the claiming build cannot have the lock. Where versions are forgotten it counts all the
    same, if Concourse lists it: `counts_old_reruns` is False for what must be seen.
    """

    model: PipelineModel
    claiming: Build
    resource: str
    version: Version
    counts_old_reruns: bool = True

    def is_handed_off(self) -> bool:
        """Whether a build uses the lock, or a job can still take it, or take a version that leads to its release."""
        return self.is_in_use() or self.is_takeable()

    def is_in_use(self) -> bool:
        """Whether a build that is not at its end has the lock's version, or is about to, or one that came along."""
        if self.has_user(self.own()) or self.waiting_for(self.own()):
            return True
        family = self._family()
        if any(self.has_user(item, jobs) for item, jobs in family.along.items()):
            return True
        if any(self.waiting_for(item, jobs) - self._left_behind() for item, jobs in family.along.items()):
            return True
        if any(self._is_active(job) for name, by in family.forgotten for job in self._after_forgotten(name, by)):
            return True
        if any(self._has_user_elsewhere(item) for item in self._made_beside()):
            return True
        return self.resource in self.model.forgotten and self._has_user_of_forgotten()

    def is_takeable(self) -> bool:
        """Whether a job can take the version of the lock, or one that came along on a way that gives the lock back."""
        if self.model.archived:
            return False
        if self.resource not in self.model.forgotten and self._takers(self.own()):
            return True
        family = self._family()
        # A build that took the lock without `passed` has passed it on.
        takers = {str(self.model.builds[number].job) for number in family.sources if number in self._having(self.own())}
        after = self._after({str(self.claiming.job), *takers}, None)
        giving = {job for job in after if self._gives_back(job)}
        return any(
            self._takers(item, jobs, () if item[0] == self.resource else self._closed()) & giving
            for item, jobs in family.along.items()
        )

    def own(self) -> Item:
        return self.resource, self.version

    def has_user(self, item: Item, jobs: set[str] | None = None) -> bool:
        """Whether a build with the version, or a re-run of one, is active in one of these jobs (None: in any)."""
        having = {number for number in self._having(item) if jobs is None or self._can_be_its(number, jobs)}
        originals = {self.model.builds[number].rerun_of or number for number in having}
        return any(
            build.is_active and (number in having or build.rerun_of in originals)
            for number, build in self.model.builds.items()
        )

    def waiting_for(self, item: Item, jobs: set[str] | None = None) -> set[str]:
        """The jobs (None: of any) with a pending build that may come to a version which it wants."""
        if item[0] in self.model.forgotten or self.model.archived:
            return set()
        pending = {
            str(build.job)
            for build in self.model.builds.values()
            if build.status is BuildStatus.PENDING and build.rerun_of is None
        }
        return {
            name
            for name, step in self._gets()
            if name in pending
            and (jobs is None or (name in jobs and step.passed))
            and step.resource == item[0]
            and (
                self.model.next.get(name, {}).get(step.step) == item[1]
                or (all(self._places(one, item) for one in step.passed) and not self._has_gone_on(name, step, item))
            )
        }

    def _has_user_of_forgotten(self) -> bool:
        """Whether a started build took a version of the pool that nobody knows, like that of the lock."""
        for number, build in self.model.builds.items():
            if build.status is BuildStatus.STARTED and number != self.claiming.id and not self._is_older(build):
                listed = {item.step for item in self.model.resources_of(build).inputs}
                gets = [step for name, step in self._gets() if name == build.job]
                if any(step.resource in self._lock_resources() and step.step not in listed for step in gets):
                    return True
        return False

    def _closed(self) -> set[str]:
        """The jobs that take locks by `passed` only, have not had this one, and cannot take it."""
        if self.resource in self.model.forgotten:
            return set()
        free = {name for name, step in self._gets() if step.resource == self.resource and not step.passed}
        wanting = {name for name, step in self._gets() if step.resource == self.resource}
        wanting &= self._after({str(self.claiming.job)}, self.resource)
        having = {str(self.model.builds[number].job) for number in self._having(self.own())}
        return wanting - free - having - self._takers(self.own())

    def _left_behind(self) -> set[str]:
        """The jobs that want the lock by `passed` and have continued with later ones."""
        if self.resource in self.model.forgotten:
            return set()
        wanting = [(name, step) for name, step in self._gets() if step.resource == self.resource and step.passed]
        return {name for name, step in wanting if self._has_gone_on(name, step, self.own())}

    def _family(self) -> Family:
        """All builds that can have come out of the claiming one: the least set that the rule allows."""
        first, name = self.claiming.id, str(self.claiming.job)
        family = Family({first: self._items(first)}, {}, set())
        for item in family.sources[first] - {self.own()}:
            family.along[item] = self._downstream()
        lost = {step.resource for step in self.model.steps[name]} - {
            resource for resource, _version in self._items(first)
        }
        family.forgotten.update((name, resource) for resource in lost | self._lock_resources())
        if self.resource not in self.model.forgotten:
            family.forgotten.discard((name, self.resource))
        while True:
            more = next(
                (one for one in self.model.builds if one not in family.sources and self._joins(one, family)), None
            )
            if more is None:
                return family
            job, took = str(self.model.builds[more].job), self._items(more)
            family.sources[more] = took
            onward = {step.resource for _name, step in self._gets() if job in step.passed}
            onward &= {step.resource for step in self.model.steps[job]}
            for item in took - {self.own()}:
                if item[0] in onward:
                    family.along.setdefault(item, set()).update(self._after({job}, None))
            family.forgotten.update((job, resource) for resource in onward - {resource for resource, _version in took})

    def _joins(self, number: int, family: Family) -> bool:
        build = self.model.builds[number]
        if build.status is not BuildStatus.SUCCEEDED:
            return False
        if number in self._having(self.own()) or self._took_what_is_forgotten(build, family):
            return True
        return any(
            number in self._having(item)
            and self._can_be_its(number, jobs)
            and self._comes_from(build, item, source, family)
            for item, jobs in family.along.items()
            for source in family.sources
        )

    def _took_what_is_forgotten(self, build: Build, family: Family) -> bool:
        """Whether nobody knows what a build took by a job whose build passed something on that is forgotten."""
        return not self._is_older(build) and any(
            name in step.passed and step.resource == resource and resource in self.model.forgotten
            for job, step in self._gets()
            if job == build.job
            for name, resource in family.forgotten
        )

    def _after_forgotten(self, name: str, resource: str) -> set[str]:
        after = self._after({name}, resource)
        return after | self._after(after, None)

    def _made_beside(self) -> set[Item]:
        """What the claiming build made besides locks, and did not take itself."""
        took = {one.version for one in self.model.took[self.claiming.id]}
        made = {(one.resource, one.version) for one in self.model.made[self.claiming.id]}
        return {item for item in made if item[0] not in self._lock_resources() and item[1] not in took}

    def _has_user_elsewhere(self, item: Item) -> bool:
        """Whether a started build of any other job took a version that only the claiming build can have made."""
        builds = [self.model.builds[number] for number in self._having(item)]
        others = [build for build in builds if build.job != self.claiming.job and not self._is_older(build)]
        return any(build.is_active and build.start_time is not None for build in others)

    def _comes_from(self, build: Build, item: Item, source: int, family: Family) -> bool:
        """Whether all that the build's job takes by a job before it can have come from that one build of it."""
        steps = [step for name, step in self._gets() if name == build.job]
        job = self.model.builds[source].job
        if item not in family.sources[source] or not any(
            job in one.passed and one.resource == item[0] for one in steps
        ):
            return False
        took = {other for other in {self.own(), *family.along} if build.id in self._having(other)}
        for step in steps:
            brought = {one for one in family.sources[source] if one[0] == step.resource and job in step.passed}
            if brought and not brought & took:
                return False
        return True

    def _can_be_its(self, number: int, jobs: set[str]) -> bool:
        """Whether a build is in one of the jobs, and did not start before the claiming one."""
        build = self.model.builds[number]
        return build.job in jobs and not self._is_older(build)

    def _is_older(self, build: Build) -> bool:
        since = self.claiming.start_time
        return None not in (build.start_time, since) and (build.start_time or 0) < (since or 0)

    def _downstream(self) -> set[str]:
        return self._after({str(self.claiming.job)}, None)

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

    def _lock_resources(self) -> set[str]:
        """The lock's resource; where nobody knows it any more, any that the claiming job puts to can be it."""
        puts = [step for step in self.model.steps[str(self.claiming.job)] if isinstance(step, JobOutput)]
        return {step.resource for step in puts} if self.resource in self.model.forgotten else {self.resource}

    def _gives_back(self, job: str) -> bool:
        ways = {job} | self._after({job}, None)
        return any(
            isinstance(step, JobOutput) and step.resource in self._lock_resources()
            for way in ways
            for step in self.model.steps[way]
        )

    def _takers(self, item: Item, jobs: Collection[str] = (), closed: Collection[str] = ()) -> set[str]:
        """The jobs that have not taken a version and still can: the least set that the rule allows.

        Of `jobs`, which come after the claiming one, only builds since then count. The `closed` ones cannot.
        """
        taken = {
            self.model.builds[number].job
            for number in self._having(item)
            if item == self.own() or not self._is_older(self.model.builds[number])
        }
        takers: set[str] = set()
        while True:
            more = {
                name
                for name, step in self._gets()
                if name not in taken
                and name not in closed
                and step.resource == item[0]
                and step.passed
                and all(one in takers or self._has_placed(one, item, since=one in jobs) for one in step.passed)
                and not self._has_gone_on(name, step, item)
            }
            if more <= takers:
                return takers
            takers |= more

    def _has_gone_on(self, job: str, step: JobInput, item: Item) -> bool:
        """Whether a job is past a version for good; while it is paused, what it took counts, not what it would take."""
        following = self.model.next.get(job, {}).get(step.step)
        if following is not None:
            if not self._is_later(following, job, step, item):
                return False
            if not step.passed or not (self.model.paused or job in self.model.paused_jobs):
                return True
        taken = self._taken(job, step)
        if not taken or not self._is_later(taken[0], job, step, item):
            return False
        order = self.model.order[step.resource]
        newer = [one for one in taken if order.index(one) > order.index(taken[0])]
        return not step.passed or all(self._is_later(one, job, step, item) for one in newer)

    def _is_later(self, other: Version, taker: str, step: JobInput, item: Item) -> bool:
        """Whether later builds passed another version on, or the same one of which the taker has taken that one."""
        order = self.model.order[step.resource]
        if other == item[1]:
            return False
        if not step.passed:
            return order.index(other) > order.index(item[1])
        has_chosen = other in self._taken(taker, step)
        for job in step.passed:
            theirs, own = self._places(job, (step.resource, other)), self._places(job, item)
            if not theirs or not own or min(theirs) < max(own) or (min(theirs) == max(own) and not has_chosen):
                return False
        return True

    def _places(self, job: str, item: Item) -> list[tuple[int, int]]:
        """Where the job's builds that succeeded with a version stand among all its builds."""
        return [
            (build.rerun_of or number, number)
            for number, build in self.model.builds.items()
            if build.job == job and build.status is BuildStatus.SUCCEEDED and item in self._items(number)
        ]

    def _has_placed(self, job: str, item: Item, *, since: bool) -> bool:
        places = [number for _original, number in self._places(job, item)]
        return any(not since or not self._is_older(self.model.builds[number]) for number in places)

    def _taken(self, job: str, step: JobInput) -> list[Version]:
        """What the latest builds of a job took, the latest first."""
        return [
            item.version
            for number, build in sorted(self.model.builds.items(), reverse=True)
            if build.job == job and build.status is not BuildStatus.PENDING
            for item in self.model.took[number]
            if item.step == step.step and item.resource not in self.model.forgotten
        ]

    def _is_active(self, job: str) -> bool:
        builds = [build for build in self.model.builds.values() if build.job == job and build.is_active]
        return any(self.counts_old_reruns or build.rerun_of is None or build.id > self.claiming.id for build in builds)

    def _gets(self) -> list[tuple[str, JobInput]]:
        return [
            (name, step) for name, steps in self.model.steps.items() for step in steps if isinstance(step, JobInput)
        ]

    def _having(self, item: Item) -> set[int]:
        """The builds that took a version, as far as Concourse knows it."""
        if item[0] in self.model.forgotten:
            return set()
        return {
            number
            for number, items in self.model.took.items()
            if any((one.resource, one.version) == item for one in items)
        }

    def _items(self, number: int) -> set[Item]:
        """What a build took and made, as far as Concourse knows it."""
        items = (*self.model.took[number], *self.model.made[number])
        return {(one.resource, one.version) for one in items if one.resource not in self.model.forgotten}
