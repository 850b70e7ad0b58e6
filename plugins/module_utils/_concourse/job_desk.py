# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and their builds, asked from Concourse, and builds asked for. Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse import answers, job_answers
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import Concourse
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.facts import ConcourseFacts
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.inquiry import Inquiry
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.introduction import Version as Release
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.order import placed
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.question import in_pipeline, starting_at
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.unknown_job import no_such_job
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.witness import (
    builds_of_job,
    same_job,
    same_pipeline,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build, BuildResources
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import (
    JobDesk,
    JobFacts,
    PipelineFacts,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_job import JobRef

# No page is too long for Concourse (atc/pagination.go), so a list that was cut off is asked for anew, longer.
_PAGE = 100
_LONGER = 20
_LONGEST = _PAGE * _LONGER**3
_FIRST_WITH_CREATOR: Release = (7, 0, 0)
_CHECK = b'{"from": null, "shallow": false}'


def open_desk(concourse: Concourse) -> ConcourseJobs:
    """Return the desk of a Concourse at which builds are asked for; if nothing answered before, it is tried again."""
    return ConcourseJobs(concourse.inquiry(), concourse.facts(), concourse.address)


class ConcourseJobs(JobDesk):
    """See JobDesk. Threads share it."""

    def __init__(self, inquiry: Inquiry, facts: ConcourseFacts, address: str) -> None:
        self._inquiry = inquiry
        self._facts = facts
        self._address = address

    def job(self, job: JobRef) -> JobFacts:
        told = self._inquiry.ask_if_known(_about(job), job_answers.job_of)
        if told is None:
            raise no_such_job(job, self._facts)
        pipeline, name, facts = told
        return same_job(facts, (pipeline, name), (job.pipeline, job.name))

    def pipeline(self, job: JobRef) -> PipelineFacts:
        found, facts = self._inquiry.ask(in_pipeline(job.pipeline), job_answers.pipeline_of)
        same_pipeline(found, job.pipeline)
        return facts

    def newest_builds(self, job: JobRef, limit: int) -> tuple[Build, ...]:
        return self._builds(job, ("limit", str(limit)))

    def builds_since(self, job: JobRef, build_id: int) -> tuple[Build, ...]:
        start = starting_at(build_id, self._release)
        limit = _PAGE
        while True:
            builds = self._builds(job, start, ("limit", str(limit)))
            if len(builds) < limit:
                return builds
            limit *= _LONGER
            if limit > _LONGEST:
                raise NoCredibleAnswer(f"job {job} has more builds at once than can be counted")

    def resources(self, build: Build) -> BuildResources:
        return self._facts.resources(build)

    def names_this_concourse(self, base: str) -> bool:
        return self._facts.names_this_concourse(base)

    def start(self, job: JobRef) -> Build:
        def made(value: t.Any) -> Build:
            (build,) = builds_of_job((answers.build_of(value),), job.pipeline, job.name)
            return build

        return placed(self._inquiry, _about(job, "builds"), job, made)

    def is_ours(self, build: Build) -> bool:
        if self._release < _FIRST_WITH_CREATOR:
            return True
        identity = self._inquiry.contact().identity
        return identity is not None and build.created_by == identity.name

    def check(self, job: JobRef, resource: str) -> None:
        asked = in_pipeline(job.pipeline, "resources", resource, "check")
        placed(self._inquiry, asked, job, lambda _value: None, _CHECK)

    def page(self, job: JobRef, build: Build) -> str:
        return self._address + _about(job, "builds", build.name).removeprefix("/api/v1")

    @property
    def _release(self) -> Release:
        return self._inquiry.contact().introduction.version

    def _builds(self, job: JobRef, *pairs: tuple[str, str]) -> tuple[Build, ...]:
        builds = self._inquiry.ask(_about(job, "builds", pairs=pairs), answers.builds_of)
        return builds_of_job(builds, job.pipeline, job.name)


def _about(job: JobRef, *segments: str, pairs: t.Iterable[tuple[str, str]] = ()) -> str:
    return in_pipeline(job.pipeline, "jobs", job.name, *segments, pairs=pairs)
