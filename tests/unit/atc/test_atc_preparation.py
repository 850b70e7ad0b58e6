# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What blocks a pending build, as a real Concourse 8.2.5 reported it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

P = "main/p"
NOT_PASSED = "no satisfiable builds from passed jobs found for set of inputs"
PARTS = ("paused_pipeline", "paused_job", "max_running_builds", "inputs_satisfied")


@pytest.fixture
def preparation(atc: Emulator, admin: ApiClient) -> Any:
    """A pipeline; the function triggers a job and returns the blocking parts, the inputs and the reasons."""
    lock = {"name": "lock", "type": "pool"}
    uses = {"name": "use", "plan": [{"get": "lock", "passed": ["claim"]}, {"put": "lock"}]}
    jobs = [{"name": "claim", "plan": [{"put": "lock"}], "max_in_flight": 1}, uses]
    atc.set_pipeline(P, {"resources": [lock], "jobs": jobs})

    def prepared(job: str) -> tuple[list[str], dict[str, str], dict[str, str]]:
        number = atc.trigger(P, job)["id"]
        shown = admin.get(f"builds/{number}/preparation")
        assert shown["build_id"] == number
        return [p for p in PARTS if shown[p] == "blocking"], shown["inputs"], shown["missing_input_reasons"]

    return prepared


def test_an_input_whose_passed_was_never_met(preparation: Any) -> None:
    assert preparation("use") == (["inputs_satisfied"], {"lock": "blocking"}, {"lock": NOT_PASSED})


def test_behind_a_build_at_max_in_flight(preparation: Any) -> None:
    assert preparation("claim") == ([], {}, {})
    assert preparation("claim") == (["max_running_builds"], {}, {})


def test_paused_pipeline_and_paused_job(atc: Emulator, preparation: Any) -> None:
    atc.record_build(P, "claim", outputs=[{"name": "lock", "version": {"ref": "v1"}}])
    atc.pause_pipeline(P)
    assert preparation("use") == (["paused_pipeline"], {"lock": "not_blocking"}, {})
    atc.unpause_pipeline(P)
    atc.pause_job(P, "use")
    assert preparation("use") == (["paused_job"], {"lock": "not_blocking"}, {})


def test_a_started_build_is_not_blocked(preparation: Any) -> None:
    assert preparation("claim") == ([], {}, {})


def test_a_pending_build_of_a_removed_job(atc: Emulator, admin: ApiClient, preparation: Any) -> None:
    preparation("use")
    atc.remove_job(P, "use")
    waiting = atc.list_builds(status="pending")[0]["id"]
    assert admin.get(f"builds/{waiting}")["job_name"] == "use"
    assert admin.status(f"builds/{waiting}/preparation") == 404
