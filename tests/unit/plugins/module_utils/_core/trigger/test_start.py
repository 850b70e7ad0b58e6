# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting one build, and what is known if the response to that is lost."""

# pylint does not see the fields that these classes inherit.
# pylint: disable=redundant-keyword-arg

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import JobReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import (
    CannotTrigger,
    JobState,
    ResponseLost,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.builds import JobBuilds
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import TriggerPool
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.pool_trigger import PoolTrigger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.start import (
    BuildNotFound,
    ConcourseUnavailable,
    check_resources,
    start_build,
)

from .trigger_model import PIPELINE, ModelJobApi, World

JOB = JobReference(PIPELINE, "from-aws")


@dataclass
class LosingApi(ModelJobApi):
    """Loses the response to each start; `others` start builds meanwhile. `failing` are resources without a check."""

    others: tuple[Build, ...] = ()
    silent: bool = False
    failing: dict[str, Exception] = field(default_factory=dict)

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        if self.silent:
            raise NoCredibleResponse("it answered 502")
        return (*self.others, *super().newest_builds(job, limit))

    def check(self, job: JobReference, resource: str) -> None:
        if resource in self.failing:
            raise self.failing[resource]


def a_pool(resource: str | None = None, puts_to: tuple[str, ...] = ()) -> PoolTrigger:
    known = (Build(3, "3", BuildStatus.SUCCEEDED, "main", PIPELINE, "from-aws"),)
    builds = JobBuilds(JobState(puts_to=puts_to), known, is_complete=True, listed_from=0, requested_at=0)
    return PoolTrigger(TriggerPool("aws", JOB, resource), builds)


def a_world() -> World:
    world = World()
    for _number in range(3):
        world.make_build("from-aws")
    return world


def test_a_build_that_follows_the_last_known_one_is_the_only_new_one() -> None:
    trigger, api = a_pool(), LosingApi(a_world())
    assert start_build(api, trigger) is True
    assert [build and build.name for build in trigger.builds] == ["4"]
    assert trigger.job_builds.latest_number == 4


def test_a_gap_in_the_numbers_is_a_build_of_somebody_else() -> None:
    world = a_world()
    world.make_build("from-aws")
    assert start_build(LosingApi(world), a_pool()) is False


def test_after_a_lost_response_the_new_build_of_this_user_is_the_started_one() -> None:
    stranger = Build(90, "9", BuildStatus.PENDING, "main", PIPELINE, "from-aws", created_by="ada")
    rerun = replace(stranger, id=91, created_by="pool-boy", rerun_of=3)
    later = replace(stranger, id=92, name="10", created_by="pool-boy")
    trigger = a_pool()
    assert start_build(LosingApi(a_world(), lambda: "lost", others=(rerun,)), trigger) is True
    assert [build and build.id for build in trigger.builds] == [4]
    trigger = a_pool()
    others = (later, rerun, stranger)
    assert start_build(LosingApi(a_world(), lambda: "lost", others=others), trigger) is False, "others start some too"
    assert [build and build.id for build in trigger.builds] == [4]
    assert trigger.job_builds.latest_number == 10


def test_a_lost_request_that_made_no_build_is_an_error_that_counts_none() -> None:
    trigger = a_pool()
    with pytest.raises(BuildNotFound, match="was requested, but the connection was cut, and no such build is listed"):
        start_build(LosingApi(a_world(), lambda: "not carried out"), trigger)
    assert trigger.builds == []


def test_a_concourse_that_lists_no_builds_leaves_a_lost_start_unknown() -> None:
    with pytest.raises(ConcourseUnavailable, match="whether it was created is unknown, because it answered 502"):
        start_build(LosingApi(a_world(), lambda: "lost", silent=True), a_pool())


def test_all_resources_that_the_job_puts_to_are_checked_unless_the_pool_names_its_own() -> None:
    for trigger, checked in (
        (a_pool(puts_to=("b", "a", "b")), ["a", "b"]),
        (a_pool("envs", puts_to=("a",)), ["envs"]),
        (a_pool(), []),
    ):
        check_resources(LosingApi(a_world()), trigger, pytest.fail)
        assert trigger.checked == checked


@pytest.mark.parametrize("error", [CannotTrigger("no"), ResponseLost("no"), NoCredibleResponse("no")])
def test_a_failed_check_is_a_warning_and_the_next_resource_is_checked(error: Exception) -> None:
    warnings: list[str] = []
    trigger = a_pool(puts_to=("a", "b"))
    check_resources(LosingApi(a_world(), failing={"a": error}), trigger, warnings.append)
    assert trigger.checked == ["b"]
    assert warnings == ["Resource a of pool aws was not checked: no"]
