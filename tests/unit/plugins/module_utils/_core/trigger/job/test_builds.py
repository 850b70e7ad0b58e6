# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds of a job: how far back they are listed."""

# pylint does not see the fields that these classes inherit.
# pylint: disable=redundant-keyword-arg

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import JobReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import JobState
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.builds import (
    PAGE,
    JobBuilds,
    build_number,
    fetch_job_builds,
    fetch_reruns_of_old_builds,
)

from ..trigger_model import NOW, PIPELINE, ModelJobApi, World

JOB = JobReference(PIPELINE, "from-aws")
LONG = PAGE + 20


@dataclass
class OldBuildApi(ModelJobApi):
    """A job whose oldest active build has the id `next_build`."""

    next_build: int | None = None

    def job(self, job: JobReference) -> JobState:
        return JobState(next_build=self.next_build)

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        assert self.next_build is not None
        assert self.next_build <= len(self.world.builds) - PAGE, "one page is enough"
        return super().builds_since(job, build_id)


def a_world(builds: int = LONG) -> World:
    world = World()
    for _number in range(builds):
        world.change(world.make_build("from-aws"), BuildStatus.FAILED)
    return world


def fetch(next_build: int | None, builds: int = LONG) -> JobBuilds:
    return fetch_job_builds(OldBuildApi(a_world(builds), next_build=next_build), JOB, NOW)


def test_a_short_list_has_all_builds() -> None:
    assert fetch(None, builds=PAGE - 1).is_complete
    assert not fetch(None, builds=PAGE).is_complete


def test_builds_are_listed_back_to_the_oldest_active_one() -> None:
    found = fetch(5)
    assert (found.builds[-1].id, found.listed_from, found.is_complete) == (5, 5, False)
    assert found.requested_at == NOW


@pytest.mark.parametrize(("next_build", "oldest"), [(1, 1), (None, 3)])
def test_a_page_of_reruns_shows_nothing_of_older_builds(next_build: int | None, oldest: int) -> None:
    """Concourse lists re-runs next to their original: a build before it can be pending, and needs no other one."""
    world = World()
    pending = world.make_build("from-aws")
    world.change(world.make_build("from-aws"), BuildStatus.FAILED)
    for number in range(PAGE):
        rerun = world.make_build("from-aws")
        world.builds[-1] = replace(rerun, name=f"2.{number}", status=BuildStatus.FAILED, rerun_of=2)
    found = fetch_job_builds(OldBuildApi(world, next_build=next_build), JOB, NOW)
    assert found.builds[-1].id == oldest
    assert found.pending == ((pending,) if next_build else ())
    assert found.listed_from == (next_build or 0)


@pytest.mark.parametrize("next_build", [None, LONG - PAGE + 1, LONG])
def test_one_page_is_enough_without_an_older_active_build(next_build: int | None) -> None:
    found = fetch(next_build)
    assert (len(found.builds), found.listed_from) == (PAGE, LONG - PAGE + 1)


def test_reruns_of_builds_that_are_not_listed_are_added() -> None:
    world = a_world()
    started = {"status": BuildStatus.STARTED, "rerun_of": 1}
    world.builds += [
        Build(LONG + 1, "1.1", team="main", pipeline=PIPELINE, job="from-aws", start_time=NOW, **started),  # type: ignore[arg-type]
        Build(LONG + 2, "1.2", BuildStatus.FAILED, "main", PIPELINE, "from-aws", NOW - 9, NOW, rerun_of=1),
        Build(LONG + 3, "1.3", BuildStatus.FAILED, "main", PIPELINE, "from-aws", NOW - 999, NOW - 900, rerun_of=1),
        Build(LONG + 4, "1.4", BuildStatus.FAILED, "main", PIPELINE, "from-aws", NOW - 999, NOW - 60, rerun_of=1),
        Build(LONG + 5, "1.5", BuildStatus.FAILED, "main", PIPELINE, "from-aws", NOW - 999, NOW - 61, rerun_of=1),
    ]
    known = JobBuilds(JobState(), tuple(world.builds[20:LONG]), is_complete=False, listed_from=21, requested_at=NOW)
    found = fetch_reruns_of_old_builds(known, ModelJobApi(world), JOB)
    assert [(build.name, build.status) for build in found.builds[:5]] == [
        ("1.5", BuildStatus.FAILED),
        ("1.4", BuildStatus.STARTED),  # clocks can differ by a minute
        ("1.3", BuildStatus.FAILED),
        ("1.2", BuildStatus.STARTED),  # it ended after the repository was read, and can have claimed a lock before
        ("1.1", BuildStatus.STARTED),
    ]


def test_a_job_whose_builds_are_all_listed_is_not_asked_about_again() -> None:
    complete = JobBuilds.empty()
    assert fetch_reruns_of_old_builds(complete, ModelJobApi(World(interrupt=pytest.fail)), JOB) is complete


@pytest.mark.parametrize(
    ("name", "rerun_of", "number"), [("7", None, 7), ("7", 3, None), ("7.1", None, None), ("\u0663", None, None)]
)
def test_only_an_original_build_has_a_number(name: str, rerun_of: int | None, number: int | None) -> None:
    assert build_number(Build(9, name, BuildStatus.FAILED, "main", rerun_of=rerun_of)) == number
