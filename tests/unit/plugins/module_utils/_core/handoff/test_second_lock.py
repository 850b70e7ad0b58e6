# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that take a lock of the pool by `passed`, but not the judged one, and still work with that one."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    HANDED_OFF,
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
    verdict_on,
)


def test_one_build_claimed_two_locks_and_the_next_jobs_carry_the_other() -> None:
    """Concourse hands only one of the two to the next job; both are given back at the end of the way of that one."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3", "v4")
    model.job("claim", put("envs", step="one"), put("envs", step="two"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("finish", get("envs", passed=["deploy"]), put("envs", step="one"), put("envs", step="two"))
    claiming = model.build("claim", made={"one": "v2", "two": "v3"})
    model.build("deploy", took={"envs": "v3"})
    model.next_inputs("finish", {"envs": "v3"})
    assert verdict_on(ModelQueries(model), claiming, "v3").name is HANDED_OFF
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF


def test_a_job_waits_for_a_second_lock_of_the_pool() -> None:
    """`migrate` hangs on `claim-source` by info, and takes the lock of `claim-target`, which waits for a free one."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim-source", put("envs"), put("info"))
    model.job("claim-target", put("envs"))
    taken = get("envs", step="target", passed=["claim-target"])
    model.job("migrate", get("info", passed=["claim-source"]), taken, put("envs", step="give-back"))
    claiming = model.build("claim-source", made={"envs": "v2", "info": "i1"})
    model.build("claim-target", STARTED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF


def test_a_job_that_also_takes_any_lock_of_the_pool_can_start_with_what_came_along() -> None:
    """It takes a later lock by `passed`, but nothing says which one it takes without."""
    model, claiming = claimed_with_source()
    by_passed, any_lock = get("envs", step="later", passed=["claim"]), get("envs", step="any")
    model.job("finish", get("src", passed=["claim"]), by_passed, any_lock, put("envs"))
    model.next_inputs("finish", {"src": "s2", "later": "v3", "any": "v3"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
