# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of a lock over several builds, after Concourse has forgotten a version on them."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    claimed,
    claimed_with_source,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)


def chain() -> tuple[PipelineModel, Build]:
    """`test` hangs on `claim` by src; `finish` hangs on `test` by report alone, and gives the lock back."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]), put("report"))
    model.job("finish", get("report", passed=["test"]), put("envs"))
    model.build("test", took={"src": "s2"}, made={"report": "r2"})
    return model, claiming


@pytest.mark.parametrize("status", [STARTED, PENDING])
@pytest.mark.parametrize("forgotten", [{"src"}, {"src", "envs"}])
def test_the_last_job_is_active(status: BuildStatus, forgotten: set[str]) -> None:
    model, claiming = chain()
    model.build("finish", status, took={} if status is PENDING else {"report": "r2"})
    model.next_inputs("finish", {"report": "r2"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = forgotten
    assert name(model, claiming) is HANDED_OFF


def test_the_last_job_waits_for_somebody_who_starts_it() -> None:
    """Concourse still knows r2, and offers it to `finish`."""
    model, claiming = chain()
    model.next_inputs("finish", {"report": "r2"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"src"}
    assert name(model, claiming) is HANDED_OFF


def test_the_key_of_src_changed_while_the_last_job_runs() -> None:
    model, claiming = chain()
    user = model.build("finish", STARTED, took={"report": "r2"})
    model.last_updated = (user.start_time or 0) + 30
    model.forgotten = {"src"}
    assert name(model, claiming) is HANDED_OFF


def test_a_version_in_the_middle_is_forgotten() -> None:
    model, claiming = chain()
    model.job("sign", get("report", passed=["test"]), put("final"))
    model.job("finish", get("final", passed=["sign"]), put("envs"))
    model.build("sign", took={"report": "r2"}, made={"final": "f2"})
    model.build("finish", STARTED, took={"final": "f2"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"report"}
    assert name(model, claiming) is HANDED_OFF


def test_after_a_taker_of_a_failed_claim() -> None:
    """`timer` took the lock without `passed`; `destroy` hangs on it by clock."""
    model, claiming = claimed()
    claiming = model.set_status(claiming, FAILED)
    model.job("timer", get("envs"), get("clock"))
    model.job("destroy", get("clock", passed=["timer"]), put("envs"))
    model.build("timer", took={"envs": "v2", "clock": "c1"})
    model.build("destroy", STARTED, took={"clock": "c1"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"clock"}
    assert name(model, claiming) is HANDED_OFF


def test_a_rerun_of_an_old_build_has_taken_what_is_forgotten() -> None:
    model, claiming = claimed()
    model.job("use", get("envs"), put("envs", step="give-back"))
    old = model.build("use", FAILED, took={"envs": "v2"})
    model.page = 2
    for _count in range(4):
        model.build("use", took={"envs": "v3"})
    model.rerun(old, STARTED)
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"envs"}
    assert name(model, claiming) is HANDED_OFF


def test_no_more_builds_are_asked_for_where_the_latest_are_all() -> None:
    model, claiming = claimed()
    model.job("use", get("envs"), put("envs", step="give-back"))
    model.build("use", took={"envs": "v2"})
    model.forgotten = {"envs"}
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert not [query for query in queries.asked if query.method == "builds_since" and "use" in query.about]


def test_a_job_can_take_the_lock_while_another_version_is_forgotten() -> None:
    model, claiming = claimed()
    claiming = model.set_status(claiming, FAILED)
    model.job("timer", get("envs"), get("parts"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs", step="give-back"))
    model.job("report", get("parts", passed=["timer"]), put("envs", step="give-back"))
    model.build("timer", took={"envs": "v2", "parts": "p1"})
    model.forgotten = {"parts"}
    assert name(model, claiming) is HANDED_OFF


def test_a_build_that_lists_what_it_took_does_not_come_after_one_that_lists_nothing() -> None:
    model = PipelineModel()
    model.versions("envs", "v1", "v2")
    model.job("claim", get("src"), put("envs"))
    model.job("test", get("src", passed=["claim"]), put("report"))
    model.job("finish", get("report", passed=["test"]), put("envs"))
    claiming = model.build("claim", made={"envs": "v2"})
    model.build("test", took={"src": "s9"}, made={"report": "r9"})
    model.next_inputs("finish", {"report": "r9"})
    model.last_updated = START_OF_TIME - 3600
    assert name(model, claiming) is LEAKED


def test_the_chain_continues_after_a_build_whose_input_is_forgotten() -> None:
    model, claiming = chain()
    model.job("sign", get("report", passed=["test"]), put("final"))
    model.job("finish", get("final", passed=["sign"]), put("envs"))
    model.build("sign", took={"report": "r2"}, made={"final": "f2"})
    model.next_inputs("finish", {"final": "f2"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"src"}
    assert name(model, claiming) is HANDED_OFF
