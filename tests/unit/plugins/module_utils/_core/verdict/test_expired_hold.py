# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hold that has ended, while a build works with the claim's version."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import read_holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    HANDED_OFF,
    STARTED,
    SUCCEEDED,
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

END_OF_HOLD = 1_767_268_800  # 2026-01-01T12:00:00Z


def test_a_started_build_has_the_version_of_a_hold_that_has_ended() -> None:
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("use", get("envs"), put("envs", step="give-back"))
    user = model.build("use", STARTED, took={"envs": "v2"})
    message = "claiming: env-1\n\nHeld-By: ada\nHold-Until: 2026-01-01T00:10:00Z\n"
    claim = Claim("v2", START_OF_TIME, "Ada", message)
    now = START_OF_TIME + 86_400
    verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), ModelQueries(model), now=now)
    at = PoolPolicy().releasable_at(verdict)
    assert at is None or at > now, f"released while {user} is started with it: {verdict.reason}"
    assert (
        verdict.reason
        == "held by ada until 2026-01-01T00:10:00Z, which has passed, but ci/use 1 is started with the lock"
    )


@pytest.mark.parametrize(
    ("policies", "releasable_at"),
    [
        ({VerdictName.HANDED_OFF: Policy.RELEASE, VerdictName.EXPIRED: Policy.KEEP}, None),
        ({VerdictName.HANDED_OFF: Policy.RELEASE, VerdictName.EXPIRED: Policy.STALE}, END_OF_HOLD + 3600),
        ({VerdictName.HANDED_OFF: Policy.KEEP, VerdictName.EXPIRED: Policy.RELEASE}, None),
    ],
)
def test_it_is_released_only_as_both_policies_allow(
    policies: dict[VerdictName, Policy], releasable_at: int | None
) -> None:
    """The build ended long before the hold."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("use", get("envs"))
    model.job("finish", get("envs", passed=["use"]), put("envs", step="give-back"))
    model.build("use", took={"envs": "v2"})
    model.next_inputs("finish", {"envs": "v2"})
    claim = Claim("v2", START_OF_TIME, "Ada", "claiming: env-1\n\nHeld-By: ada\nHold-Until: 2026-01-01T12:00:00Z\n")
    verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), ModelQueries(model), now=START_OF_TIME + 86_400)
    assert verdict.name is HANDED_OFF
    assert PoolPolicy(policies).releasable_at(verdict) == releasable_at


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED])
def test_a_job_took_it_and_the_next_one_gives_it_back(status: BuildStatus) -> None:
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("use", get("envs"))
    model.job("finish", get("envs", passed=["use"]), put("envs", step="give-back"))
    model.build("use", status, took={"envs": "v2"})
    model.next_inputs("finish", {"envs": "v2"})
    claim = Claim("v2", START_OF_TIME, "Ada", "claiming: env-1\n\nHeld-By: ada\nHold-Until: 2026-01-01T00:10:00Z\n")
    verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), ModelQueries(model), now=START_OF_TIME + 86_400)
    assert verdict.name is HANDED_OFF
