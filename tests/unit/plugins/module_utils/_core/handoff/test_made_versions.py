# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that took what only the claiming build can have made, in a job without `passed`, comes after it."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    HANDED_OFF,
    LEAKED,
    STARTED,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)


def test_a_started_build_took_a_version_that_the_claiming_build_made() -> None:
    model, _other = claimed()
    model.job("claim", put("envs"), put("info"))
    model.job("use", get("info"), put("envs", step="give-back"))
    claiming = model.build("claim", made={"envs": "v4", "info": "i4"})
    model.build("use", STARTED, took={"info": "i4"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF


def test_the_next_claim_takes_what_the_last_one_made_and_does_not_use_its_lock() -> None:
    """Such as a version that each claim increases: while it waits for a free lock, no lock would become free."""
    model, _other = claimed()
    model.job("claim", get("version"), put("envs"), put("version"))
    claiming = model.build("claim", took={"version": "1"}, made={"envs": "v4", "version": "2"})
    model.build("claim", STARTED, took={"version": "2"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED


def test_what_the_claiming_build_took_itself_can_be_made_by_others() -> None:
    model, _other = claimed()
    model.job("claim", get("src"), put("envs"), put("src"))
    model.job("test", get("src"))
    model.last_updated = START_OF_TIME - 3600
    claiming = model.build("claim", took={"src": "s1"}, made={"envs": "v4", "src": "s1"})
    model.build("test", STARTED, took={"src": "s1"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED


def test_a_build_that_has_ended_keeps_no_lock() -> None:
    model, _other = claimed()
    model.job("claim", put("envs"), put("info"))
    model.job("use", get("info"), put("envs", step="give-back"))
    claiming = model.build("claim", made={"envs": "v4", "info": "i4"})
    model.build("use", took={"info": "i4"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED
