# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that can still release a lock: after a build that took it without `passed`, and by another resource."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    SUCCEEDED,
    claimed,
    claimed_with_source,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import get, put


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
def test_the_job_after_the_taker_depends_on_it_by_another_resource(status: BuildStatus) -> None:
    model, claiming = claimed()
    claiming = model.set_status(claiming, status)
    model.job("timer", get("envs"), get("clock"))
    model.job("destroy", get("clock", passed=["timer"]), put("envs"))
    model.build("timer", took={"envs": "v2", "clock": "c1"})
    model.next_inputs("destroy", {"clock": "c1"})
    assert name(model, claiming) is HANDED_OFF


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
def test_the_job_after_the_job_after_the_taker(status: BuildStatus) -> None:
    model, claiming = claimed()
    claiming = model.set_status(claiming, status)
    model.job("test", get("envs"), put("report"))
    model.job("sign", get("report", passed=["test"]), put("final"))
    model.job("finish", get("final", passed=["sign"]), get("envs"), put("envs", step="give-back"))
    model.build("test", took={"envs": "v2"}, made={"report": "r1"})
    model.build("sign", took={"report": "r1"}, made={"final": "f1"})
    model.next_inputs("finish", {"final": "f1", "envs": "v3"})
    assert name(model, claiming) is HANDED_OFF


def test_the_last_job_puts_to_another_resource_that_knows_the_version() -> None:
    model, claiming = claimed_with_source()
    model.versions("envs-back", "v1", "v2", "v3")
    model.job("test", get("src", passed=["claim"]))
    model.job("finish", get("src", passed=["test"]), put("envs-back"))
    model.build("test", took={"src": "s2"})
    model.next_inputs("finish", {"src": "s2"})
    assert name(model, claiming) is HANDED_OFF
