# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a lock whose claiming build failed, or is no build of a job: one test for each clause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.rules import ask_for_hand_off
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.state import HandOff, HandOffState
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.use_after_failure import (
    ask_for_use_after_failure,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.search import (
    ARCHIVED_LONG_BEFORE,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    PENDING,
    STARTED,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)

IN_USE, UNUSED = HandOffState.IN_USE, HandOffState.UNUSED


def failed(*, lost: bool = False) -> tuple[PipelineModel, Build]:
    """A build of `claim` that claimed as v2 and failed, and a job `use` that takes any version of the lock."""
    model, claiming = claimed()
    model.job("use", get("envs"))
    if lost:
        model.made[claiming.id] = ()
    return model, model.set_status(claiming, FAILED)


def ask(model: PipelineModel, claiming: Build, *, has_filter: bool = True) -> tuple[HandOff, ModelQueries]:
    """Ask who uses the lock; without the filter as before Concourse 5.5, where no version can be searched for."""
    queries = ModelQueries(model)
    queries.has_filter = has_filter
    return ask_for_use_after_failure(claiming, "v2", queries), queries


@pytest.mark.parametrize("has_filter", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_a_started_build_with_the_lock_uses_it_and_an_ended_one_has_had_it(has_filter: bool, lost: bool) -> None:
    model, claiming = failed(lost=lost)
    assert ask(model, claiming, has_filter=has_filter)[0] == HandOff(UNUSED, "no build has it", claiming.end_time)
    user = model.build("use", STARTED, took={"envs": "v2"})
    expected = HandOff(IN_USE, "ci/use 1 is started with the lock", user=user)
    assert ask(model, claiming, has_filter=has_filter)[0] == expected
    user = model.set_status(user, FAILED)
    assert ask(model, claiming, has_filter=has_filter)[0] == HandOff(UNUSED, "no build has it", user.end_time)


@pytest.mark.parametrize("has_filter", [True, False])
def test_the_reason_names_the_build_that_is_started_and_not_one_that_waits(has_filter: bool) -> None:
    model, claiming = failed()
    user = model.build("use", STARTED, took={"envs": "v2"})
    model.job("later", get("envs"))
    model.build("later", PENDING)
    model.next_inputs("later", {"envs": "v2"})
    assert ask(model, claiming, has_filter=has_filter)[0].user == user


@pytest.mark.parametrize(
    ("lost", "has_filter", "is_among_latest"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_version_that_no_build_lists_is_searched_for_among_the_latest_where_no_other_search_is(
    lost: bool, has_filter: bool, is_among_latest: bool
) -> None:
    model, claiming = failed(lost=lost)
    model.build("use", STARTED, took={"envs": "v2"})
    _use, queries = ask(model, claiming, has_filter=has_filter)
    asked = [query.about[-1] for query in queries.asked if query.method == "version_id"]
    assert set(asked) == {is_among_latest}


def test_of_two_resources_on_one_pool_only_that_of_the_output_is_asked_for() -> None:
    """Before Concourse 5.5; later ones find the version in all resources anyway."""
    model, claiming = failed()
    model.job("claim", put("all-envs"), put("envs"))
    model.versions("all-envs", "v2")
    _use, queries = ask(model, claiming, has_filter=False)
    assert {query.about[1] for query in queries.asked if query.method == "version_id"} == {"envs"}


@pytest.mark.parametrize("has_filter", [True, False])
def test_a_step_was_removed_and_its_version_is_searched_for_in_all_resources(has_filter: bool) -> None:
    model, claiming = failed()
    model.job("claim", put("other", step="new-name"))
    user = model.build("use", STARTED, took={"envs": "v2"})
    assert ask(model, claiming, has_filter=has_filter)[0].user == user


def one_off(model: PipelineModel) -> tuple[Build, ModelQueries]:
    """A one-off build that has ended, in a Concourse whose job `use` can take its version."""
    build = Build(99, "99", FAILED, "main", start_time=START_OF_TIME, end_time=START_OF_TIME + 60)
    return build, ModelQueries(model, one_offs=(build,))


def test_a_lock_of_a_one_off_build_is_used_by_whoever_took_its_version() -> None:
    model, _claiming = failed()
    build, queries = one_off(model)
    unused = "no job runs after a one-off build"
    assert ask_for_use_after_failure(build, "v2", queries) == HandOff(UNUSED, unused, build.end_time)
    user = model.build("use", STARTED, took={"envs": "v2"})
    build, queries = one_off(model)
    for rule in (ask_for_use_after_failure, ask_for_hand_off):
        assert rule(build, "v2", queries) == HandOff(IN_USE, "ci/use 1 is started with the lock", user=user)
    user = model.set_status(user, FAILED)
    build, queries = one_off(model)
    assert ask_for_use_after_failure(build, "v2", queries) == HandOff(UNUSED, unused, user.end_time)


@pytest.mark.parametrize("field", ["pipeline", "job"])
def test_a_build_without_a_job_or_without_a_pipeline_is_followed_by_the_version_alone(field: str) -> None:
    model, claiming = failed()
    claiming = model.change(claiming, **{field: None})
    user = model.build("use", STARTED, took={"envs": "v2"})
    for rule in (ask_for_use_after_failure, ask_for_hand_off):
        queries = ModelQueries(model)
        assert rule(claiming, "v2", queries).user == user
        assert all(query.method != "jobs" for query in queries.asked)


def test_a_build_of_another_pipeline_that_took_the_version_uses_the_lock() -> None:
    model, claiming = failed()
    other = PipelineModel("tests", first_id=100)
    other.job("test", get("locks"))
    user = other.build("test", STARTED, took={"locks": "v2"})
    use = ask_for_use_after_failure(claiming, "v2", ModelQueries(model, other))
    assert use == HandOff(IN_USE, "tests/test 1 is started with the lock", user=user)
    user = other.set_status(user, FAILED)
    use = ask_for_use_after_failure(claiming, "v2", ModelQueries(model, other))
    assert use == HandOff(UNUSED, "no build has it", user.end_time)


def test_the_team_of_the_build_is_searched_first() -> None:
    own, other = PipelineModel(team="main"), PipelineModel(team="others", first_id=100)
    for model in (other, own):
        model.job("claim", put("envs"))
    claiming = own.build("claim", FAILED, made={"envs": "v2"})
    other.versions("envs", "v2")
    queries = ModelQueries(other, own)
    ask_for_use_after_failure(claiming, "v2", queries)
    searched = [query.about[0] for query in queries.asked if query.method == "version_id"]
    assert searched[:2] == [own.ref, other.ref]


@pytest.mark.parametrize(
    ("rule", "is_one_off"),
    [(ask_for_use_after_failure, False), (ask_for_use_after_failure, True), (ask_for_hand_off, True)],
)
def test_pipelines_that_were_archived_long_before_the_claim_are_not_searched(
    rule: Callable[..., HandOff], is_one_off: bool
) -> None:
    model, claiming = failed()
    build, queries = one_off(model) if is_one_off else (claiming, ModelQueries(model))
    claimed_at = START_OF_TIME + 7
    rule(build, "v2", queries, claimed_at)
    searched = {query.about[1] for query in queries.asked if query.method == "resources"}
    assert searched == {claimed_at - ARCHIVED_LONG_BEFORE}


def test_a_lock_of_a_one_off_build_can_be_taken_from_a_build_that_had_it() -> None:
    model, _claiming = failed()
    taker = model.build("use", took={"envs": "v2"})
    model.job("destroy", get("envs", passed=["use"]), put("envs"))
    build, queries = one_off(model)
    reason = "ci/use 1 had it and succeeded; job destroy can still take the lock"
    expected = HandOff(HandOffState.TAKEABLE, reason, taker.end_time)
    assert ask_for_use_after_failure(build, "v2", queries) == expected


def test_a_job_after_a_build_that_had_the_lock_of_a_one_off_build_has_gone_on_to_a_later_one() -> None:
    model, _claiming = failed()
    model.job("destroy", get("envs", passed=["use"]), put("envs"))
    for lock in ("v2", "v2", "v3"):
        model.build("use", took={"envs": lock})
    model.build("destroy", FAILED, took={"envs": "v3"})
    build, queries = one_off(model)
    assert ask_for_use_after_failure(build, "v2", queries).state is UNUSED
