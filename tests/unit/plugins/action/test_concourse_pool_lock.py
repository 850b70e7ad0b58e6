# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.action.concourse_pool_lock import (
    REPORT_INTERVAL,
    ActionModule,
    default_owner,
)

NOT_AVAILABLE = {"failed": True, "not_available": True, "msg": "Pool aws has no free lock."}


class Action(ActionModule):
    """The action with a module that answers with `results`, one after the other, and takes as long as it waits."""

    def __init__(
        self,
        args: dict[str, Any],
        *results: dict[str, Any],
        check_mode: bool = False,
        async_val: int = 0,
        no_log: bool = False,
        timeout: int = 0,
    ) -> None:
        self._task: Any = SimpleNamespace(
            args=args, check_mode=check_mode, async_val=async_val, no_log=no_log, timeout=timeout
        )
        self.shown: list[str] = []
        self._display: Any = SimpleNamespace(display=self.shown.append)
        self.results = list(results)
        self.given: list[dict[str, Any]] = []
        self.now = 1000.0

    def _execute_module(self, *_names: Any, module_args: Any = None, **_more: Any) -> dict[str, Any]:
        self.given.append(module_args)
        result = self.results.pop(0)
        self.now += int(module_args["wait"]) if result is NOT_AVAILABLE else 1
        return result


@pytest.fixture(autouse=True)
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda *_arguments: {})


def run(action: Action, monkeypatch: pytest.MonkeyPatch, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    monkeypatch.setattr("time.monotonic", lambda: action.now)
    return action.run(task_vars=variables or {})


def test_a_task_that_does_not_wait_runs_the_module_once(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"pool": "aws", "wait": 0}, NOT_AVAILABLE)
    assert run(action, monkeypatch) == NOT_AVAILABLE
    assert action.given == [{"pool": "aws", "wait": 0}]
    assert action.shown == []


def test_a_long_wait_is_reported_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"wait": "130"}, NOT_AVAILABLE, NOT_AVAILABLE, {"changed": True})
    assert run(action, monkeypatch) == {"changed": True}
    assert [one["wait"] for one in action.given] == [REPORT_INTERVAL, REPORT_INTERVAL, 10]
    assert action.shown == [
        "Waiting for 60 of 130 seconds: Pool aws has no free lock.",
        "Waiting for 120 of 130 seconds: Pool aws has no free lock.",
    ]


def test_a_task_with_no_log_reports_nothing_of_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"wait": 70}, NOT_AVAILABLE, {"changed": True}, no_log=True)
    run(action, monkeypatch)
    assert action.shown == ["Waiting for 60 of 70 seconds."]


def test_a_wait_that_is_over_fails_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"wait": 70}, NOT_AVAILABLE, NOT_AVAILABLE)
    assert run(action, monkeypatch)["msg"] == "Pool aws has no free lock. The task waited for 70 seconds."
    assert [one["wait"] for one in action.given] == [60, 10]


@pytest.mark.parametrize(
    ("timeout", "waits"),
    [(100, [60, 30]), (15, [5]), (3, [1]), (0, [60, 60]), (600, [60, 60])],
)
def test_the_module_ends_before_the_timeout_of_the_task(
    timeout: int, waits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    action = Action({"wait": 120}, NOT_AVAILABLE, NOT_AVAILABLE, timeout=timeout)
    message = str(run(action, monkeypatch)["msg"])
    assert [one["wait"] for one in action.given] == waits
    waited = sum(waits)
    reason = "" if waited == 120 else f", because its timeout is {timeout}"
    assert message == f"Pool aws has no free lock. The task waited for {waited} seconds{reason}."


def test_another_failure_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"failed": True, "msg": "The branch is protected."}
    action = Action({"wait": 300}, NOT_AVAILABLE, refused)
    assert run(action, monkeypatch) == refused


@pytest.mark.parametrize("wait", ["-1", "soon", None, {"a": 1}, "9" * 20])
def test_the_module_refuses_a_wrong_wait(wait: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"failed": True, "msg": "wait is wrong"}
    action = Action({"wait": wait}, refused)
    assert run(action, monkeypatch) == refused
    assert action.given == [{"wait": wait}]


def test_an_asynchronous_task_waits_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"wait": 300}, {"started": 1}, async_val=600)
    assert run(action, monkeypatch) == {"started": 1}
    assert action.given == [{"wait": 300}]


@pytest.mark.parametrize(
    ("variables", "environment", "owner"),
    [
        ({}, {}, None),
        ({"awx_job_id": 7}, {}, "AWX job 7"),
        ({"tower_job_id": 7}, {"AWX_HOST": "https://awx.example.com"}, "AWX job 7 of https://awx.example.com"),
        ({"awx_job_id": ""}, {"AWX_HOST": "https://awx.example.com"}, None),
    ],
)
def test_the_default_owner_is_the_job_of_awx(
    variables: dict[str, Any], environment: dict[str, str], owner: str | None
) -> None:
    assert default_owner(variables, environment) == owner


def test_an_owner_that_is_given_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({"owner": "ada", "wait": 0}, {"changed": False})
    run(action, monkeypatch, {"awx_job_id": 7})
    assert action.given[0]["owner"] == "ada"
