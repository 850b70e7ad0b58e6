# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random pipelines with random histories, for property-based tests."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildStatus,
    JobInput,
    JobOutput,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
    ref,
)

LOCKS, SOURCE, PARTS = "envs", "src", "parts"
VERSIONS = {LOCKS: ["v1", "v2", "v3", "v4"], SOURCE: ["s1", "s2", "s3"], PARTS: ["p1", "p2", "p3"]}
# The lock that is judged; other builds of the claiming job make the versions around it.
COMMIT = "v2"
CLAIM = "job-0"


@dataclass(frozen=True)
class World:
    """A pipeline, and the build in it that claimed a lock as COMMIT."""

    model: PipelineModel
    claiming: Build


@st.composite
def worlds(
    draw: st.DrawFn, statuses: tuple[BuildStatus, ...] = (BuildStatus.SUCCEEDED,), pages: tuple[int, ...] = (1, 2, 100)
) -> World:
    """A pipeline of 2 to 7 jobs; its first job has claimed the lock in a build that now has one of the statuses.

    `pages` are how many builds of a job Concourse lists at once.
    """
    model = PipelineModel()
    for resource, names in VERSIONS.items():
        model.versions(resource, *names)
    count = draw(st.integers(2, 7))
    for number in range(count):
        model.job(f"job-{number}", *draw(_steps(number)))
    builds_before = draw(st.integers(0, 2))
    for _count in range(builds_before):
        _any_build(draw, model, count)
    claiming = model.build(
        CLAIM,
        draw(st.sampled_from(statuses)),
        took=_choice(draw, model, CLAIM),
        made={
            step.step: COMMIT if step.resource == LOCKS else draw(st.sampled_from(VERSIONS[PARTS]))
            for step in model.steps[CLAIM]
            if isinstance(step, JobOutput) and (step.resource == LOCKS or draw(st.booleans()))
        },
    )
    for _count in range(draw(st.integers(0, 7))):
        _any_build(draw, model, count)
    for number in range(1, count):
        if draw(st.booleans()):
            model.next_inputs(f"job-{number}", _next_inputs(draw, model, f"job-{number}", complete=draw(st.booleans())))
    model.forgotten = draw(st.sampled_from([set(), set(), set(), set(), {LOCKS}, {SOURCE}, {LOCKS, SOURCE}]))
    model.archived = draw(st.integers(0, 9)) == 9
    model.paused = draw(st.integers(0, 9)) == 9
    model.paused_jobs = draw(st.sets(st.sampled_from(sorted(model.steps)), max_size=1))
    model.page = draw(st.sampled_from(pages))
    return World(model, claiming)


@st.composite
def _steps(draw: st.DrawFn, number: int) -> list[JobInput | JobOutput]:
    """The steps of a job: names of steps need not be those of resources; `passed` names only jobs before it."""
    before = [f"job-{earlier}" for earlier in range(number)]
    steps: list[JobInput | JobOutput] = []
    for resource in (LOCKS, SOURCE, PARTS):
        if number == 0 and resource == LOCKS:
            steps.append(put(LOCKS, step=draw(st.sampled_from([LOCKS, "claimed", SOURCE]))))
            continue
        if draw(st.booleans()):
            passed = draw(st.sets(st.sampled_from(before), max_size=3)) if before else set()
            steps.append(get(resource, step=draw(st.sampled_from([resource, f"my-{resource}"])), passed=passed))
    if number and draw(st.integers(0, 2)) == 0:
        steps.append(put(LOCKS, step=draw(st.sampled_from([LOCKS, "given-back"]))))
    if draw(st.integers(0, 2)) == 0:
        steps.append(put(PARTS, step=draw(st.sampled_from([PARTS, "made"]))))
    return steps


def _any_build(draw: st.DrawFn, model: PipelineModel, count: int) -> None:
    """A build of any job, or the re-run of an earlier one."""
    pending = {
        build.job for build in model.builds.values() if build.status is BuildStatus.PENDING and not build.rerun_of
    }
    originals = [
        build for build in model.builds.values() if not (build.rerun_of or build.status is BuildStatus.PENDING)
    ]
    status = draw(st.sampled_from(BuildStatus))
    if originals and draw(st.integers(0, 3)) == 0:
        model.rerun(draw(st.sampled_from(originals)), status)
        return
    job = f"job-{draw(st.integers(0, count - 1))}"
    # Concourse starts the pending builds of a job in their order.
    status = BuildStatus.PENDING if job in pending else status
    # A pending build has inputs only in the moment before it starts.
    adopted = status is not BuildStatus.PENDING or draw(st.integers(0, 3)) == 0
    took = _choice(draw, model, job) if adopted else {}
    puts = [step for step in model.steps[job] if isinstance(step, JobOutput)]
    # A put makes a version of its own: never the one that was claimed, nor one that the build took.
    made: dict[str, str] = {}
    for step in puts:
        others = [name for name in VERSIONS[step.resource] if name != COMMIT and name not in took.values()]
        if draw(st.booleans()):
            made[step.step] = draw(st.sampled_from(others))
    model.build(job, status, took=took, made=made)


def _choice(draw: st.DrawFn, model: PipelineModel, job: str, *, complete: bool = True) -> dict[str, str]:
    """A version for each get step of a job, for some of them only unless `complete`."""
    steps = [step for step in model.steps[job] if isinstance(step, JobInput)]
    return {
        step.step: draw(st.sampled_from(VERSIONS[step.resource])) for step in steps if complete or draw(st.booleans())
    }


def _next_inputs(draw: st.DrawFn, model: PipelineModel, job: str, *, complete: bool) -> dict[str, str]:
    """A version for the get steps of a job, of those that every job in `passed` has succeeded with."""
    chosen: dict[str, str] = {}
    for step in model.steps[job]:
        if isinstance(step, JobInput) and (complete or draw(st.booleans())):
            eligible = [
                name
                for name in VERSIONS[step.resource]
                if all(_has_passed(model, before, step.resource, name) for before in step.passed)
            ]
            if eligible:
                chosen[step.step] = draw(st.sampled_from(eligible))
    return chosen


def _has_passed(model: PipelineModel, job: str, resource: str, name: str) -> bool:
    return any(
        (item.resource, item.version) == (resource, ref(name))
        for build in model.builds.values()
        if build.job == job and build.status is BuildStatus.SUCCEEDED
        for item in (*model.took[build.id], *model.made[build.id])
    )
