# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a round reads the pools again: the condition in tasks/status.yml, evaluated by Ansible."""

from __future__ import annotations

import json
from typing import Any

import yaml

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE, Workplace

TASKS = COLLECTIONS.joinpath(*PACKAGE.split("."), "roles", "pool_boy", "tasks", "status.yml")
CLEAN: dict[str, Any] = {"changed": False, "released": []}
SKIPPED: dict[str, Any] = {"changed": False, "skipped": True}
FAILED: dict[str, Any] = {"changed": False, "failed": True, "msg": "It broke"}
# The results of clean and trigger, and whether the pools are read again.
CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    (CLEAN, {}, False),
    (CLEAN, SKIPPED, False),
    (CLEAN, {"changed": False, "triggered": []}, False),
    (SKIPPED, {}, True),
    ({**FAILED, "released": []}, {}, True),
    ({"changed": True, "released": [{}]}, {}, True),
    (CLEAN, {**FAILED, "triggered": []}, True),
    (CLEAN, {"changed": True, "triggered": [{}]}, True),
]


def test_the_pools_are_read_again_after_a_change(workplace: Workplace) -> None:
    (task,) = yaml.safe_load(TASKS.read_text(encoding="utf-8"))
    tasks = [
        {
            "ansible.builtin.debug": {"msg": "case {{ number }}"},
            "vars": {"number": number, "_pool_boy_clean_result": clean, "_pool_boy_trigger_result": trigger},
            "when": task["when"],
        }
        for number, (clean, trigger, _expected) in enumerate(CASES)
    ]
    play = workplace.folder / "play.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    run = workplace.ansible("ansible-playbook", str(play))
    assert run.code == 0, run.said
    assert [f'"msg": "case {number}"' in run.stdout for number in range(len(CASES))] == [case[2] for case in CASES]
    for given, count in (
        ("pool_boy_fail_on: [leaked]", len(CASES)),
        ("pool_boy_show_content: 'yes'", len(CASES)),
        ("pool_boy_fail_on: [], pool_boy_show_content: false", 5),
        ("pool_boy_fail_on: null, pool_boy_show_content: null", 5),
    ):
        checked = workplace.ansible("ansible-playbook", str(play), "-e", f"{{{given}}}")
        assert checked.stdout.count('"msg": "case ') == count, given
