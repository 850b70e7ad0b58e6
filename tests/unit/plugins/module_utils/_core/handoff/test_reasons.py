# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a lock besides the verdict: why, who uses it, and when its pipeline was last changed.

In all of them the build of `claim` has taken s2 of `src` and made v2 of `envs`, those before and after s1, v1, s3, v3.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.rules import ask_for_hand_off
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.state import HandOff, HandOffState
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    PENDING,
    STARTED,
    claimed_with_source,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
)


def nothing_after(model: PipelineModel) -> None:
    """No job depends on the claiming job."""


def had_last(model: PipelineModel) -> None:
    model.job("deploy", get("envs", passed=["claim"]))
    for _count in range(2):
        model.build("deploy", took={"envs": "v2"})


def one_failed_and_two_moved_on(model: PipelineModel) -> None:
    for job in ("deploy", "smoke", "test"):
        model.job(job, get("envs", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v2"})
    for job in ("smoke", "test"):
        model.next_inputs(job, {"envs": "v3"})


def forgotten(model: PipelineModel) -> None:
    model.job("deploy", get("envs", passed=["claim"]))
    model.forgotten = {"envs"}


def archived(model: PipelineModel) -> None:
    model.archived = True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (nothing_after, "no job takes the lock from it"),
        (had_last, "ci/deploy 2 had it last, and no job takes it from there"),
        (one_failed_and_two_moved_on, "ci/deploy 1 had it and failed; job smoke has moved on to a newer version"),
        (forgotten, "Concourse has forgotten the lock's version, and no job after it has an active build"),
        (archived, "its pipeline is archived"),
    ],
)
def test_the_reason_says_why_nobody_will_release_the_lock(change: Callable[[PipelineModel], None], reason: str) -> None:
    model, claiming = claimed_with_source()
    change(model)
    unused = ask_for_hand_off(claiming, "v2", ModelQueries(model))
    assert (unused.state, unused.reason) == (HandOffState.UNUSED, reason)
    assert (unused.updated, unused.user, unused.taker) == (model.last_updated, None, None)


@pytest.mark.parametrize(
    ("resource", "version", "what", "way"),
    [("envs", "v2", "the lock", ""), ("src", "s2", "its src", ", on the way to releasing the lock")],
)
def test_the_reason_says_with_what_a_job_uses_the_lock(resource: str, version: str, what: str, way: str) -> None:
    model, claiming = claimed_with_source()
    model.job("use", get(resource, passed=["claim"]), put("envs", step="back"))
    takeable = ask_for_hand_off(claiming, "v2", ModelQueries(model))
    expected = HandOff(HandOffState.TAKEABLE, f"job use can still take {what}{way}", claiming.end_time, taker="use")
    assert takeable == expected
    waiting = model.build("use", PENDING)
    in_use = ask_for_hand_off(claiming, "v2", ModelQueries(model))
    assert in_use == HandOff(HandOffState.IN_USE, f"ci/use 1 is pending and may start with {what}", user=waiting)
    del model.builds[waiting.id]
    user = model.build("use", STARTED, took={resource: version})
    in_use = ask_for_hand_off(claiming, "v2", ModelQueries(model))
    assert in_use == HandOff(HandOffState.IN_USE, f"ci/use 1 is started with {what}", user=user)


def test_an_unused_lock_shows_when_its_pipeline_was_last_changed() -> None:
    """A job may be run again with what it had, minutes after a change: until then the lock is kept."""
    model, claiming = claimed_with_source()
    model.last_updated = 12
    assert ask_for_hand_off(claiming, "v2", ModelQueries(model)).updated == 12


def test_a_build_that_takes_the_lock_during_the_last_look_is_named() -> None:
    model, claiming = claimed_with_source()
    model.job("late", get("envs"))
    queries = ModelQueries(model)
    ask_for_hand_off(claiming, "v2", queries)
    last = len(queries.asked)
    started: list[Build] = []

    def start(_query: Query) -> None:
        if len(queries.asked) == last - 1:
            started.append(model.build("late", STARTED, took={"envs": "v2"}))

    queries = ModelQueries(model)
    queries.before_answer = start
    in_use = ask_for_hand_off(claiming, "v2", queries)
    assert in_use == HandOff(HandOffState.IN_USE, "ci/late 1 has just taken it", user=started[0])


def test_nothing_more_is_asked_once_a_user_in_another_pipeline_is_found() -> None:
    model, claiming = claimed_with_source()
    other = PipelineModel("tests", first_id=100)
    other.job("test", get("locks"))
    user = other.build("test", STARTED, took={"locks": "v2"})
    queries = ModelQueries(model, other)
    assert ask_for_hand_off(claiming, "v2", queries).user == user
    assert len(set(queries.asked)) == len(queries.asked), "no list is asked for again"
