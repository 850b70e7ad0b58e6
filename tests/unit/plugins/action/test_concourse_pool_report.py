# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.poolboy.concourse.plugins.action.concourse_pool_report import ActionModule, is_for_programs

LINES = ["POOL  LOCK", "aws   env-1", "\tno\u00a0more: \N{WOMAN}\u200d\N{PERSONAL COMPUTER}"]


class Action(ActionModule):
    """The action without a play around it; `shown` is what it prints."""

    def __init__(self, lines: Any, *, no_log: bool = False, **options: Any) -> None:
        self.shown: list[str] = []
        self._task: Any = SimpleNamespace(
            args={"lines": lines, **options}, no_log=no_log, async_val=0, check_mode=False
        )
        self._display: Any = SimpleNamespace(display=self.shown.append)


@pytest.fixture(autouse=True)
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda *_arguments: {})


def use_callback(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible.constants.config.get_config_value", lambda _name: name)


def test_lines_are_printed_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    use_callback("default", monkeypatch)
    action = Action(LINES)
    assert action.run() == {"changed": False, "lines": LINES}
    assert action.shown == ["\n".join(LINES)]


@pytest.mark.parametrize("callback", ["ansible.posix.json", "ansible.posix.jsonl", "community.general.null"])
def test_a_callback_for_programs_gets_them_in_the_result(callback: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_callback(callback, monkeypatch)
    action = Action(LINES)
    assert action.run()["msg"] == LINES
    assert action.shown == []


def test_a_task_with_no_log_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    use_callback("default", monkeypatch)
    action = Action(LINES, no_log=True)
    action.run()
    assert action.shown == []


@pytest.mark.parametrize("line", ["two\nlines", "over\rwritten", "\x1b[31mred", "\x9b31mred", "two\u2028lines"])
def test_a_line_that_a_terminal_acts_on_is_refused(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_callback("default", monkeypatch)
    with pytest.raises(AnsibleActionFail, match="line break or a control character"):
        Action([line]).run()


@pytest.mark.parametrize(
    ("callback", "expected"),
    [("default", False), ("awx_display", False), ("community.general.yaml", False), ("ansible.posix.json", True)],
)
def test_callbacks(callback: str, expected: bool) -> None:
    assert is_for_programs(callback) is expected


@pytest.mark.parametrize("callback", ["default", "ansible.posix.json"])
def test_the_module_fails_after_the_lines(callback: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_callback(callback, monkeypatch)
    action = Action(LINES, failure="The round failed.")
    result = action.run()
    assert (result["failed"], result["msg"]) == (True, "The round failed.")
    assert bool(action.shown) != ("lines" in result), "the lines are there once"
    assert not Action(LINES, failure="").run().get("failed")
