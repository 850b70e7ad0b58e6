# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse that has lost its builds: the round fails, and page, metrics and news show it."""

from __future__ import annotations

import re

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import (
    PIPELINE,
    Machine,
    leave_behind,
    report_variables,
    work,
)
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver
from ansible_collections.poolboy.concourse.tests.scene import Scene


def test_all_reports_tell_that_builds_are_lost(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    for lock in ("aws/env-3", "aws/env-4"):
        scene.locks.add("aws", lock.rpartition("/")[2], at=scene.now)
        leave_behind(scene, lock)
    scene.atc.follow_wall_clock()
    scene.atc.destroy_pipeline(PIPELINE)
    due = {"pool_boy_policy": {"gone": "release"}, "pool_boy_grace": 0, "pool_boy_trigger": False}
    hosts = {"shop": work(scene, **due, **report_variables(machine, receiver))}
    run = machine.rounds(hosts)
    assert run.run.code == 2
    fact = run.facts["shop"]
    (failure,) = fact["failures"]
    assert failure["step"] == "clean"
    assert failure["message"].startswith("3 of the 3 builds that hold locks are gone at once")
    assert (fact["clean"]["failed"], fact["clean"]["released"]) == (True, [])
    assert {lock["name"] for lock in fact["clean"]["locks"] if lock["verdict"] == "gone"} == {"env-1", "env-3", "env-4"}
    reports = machine.reports()
    assert "3 of the 3 builds that hold locks are gone at once" in reports["locks.html"]
    assert "env-4" in reports["locks.html"]
    assert 'poolboy_step_ok{repository="shop",step="clean"} 0' in reports["locks.prom"]
    assert re.search(r'poolboy_locks\{.*verdict="gone".*\} 3\n', reports["locks.prom"])
    news = receiver.take("POST")[-1].json["news"]
    assert "failed" in {one["kind"] for one in news}

    accepted = re.findall(r'"([0-9a-f]{7,})"', failure["message"])
    again = machine.rounds({"shop": hosts["shop"] | {"pool_boy_accept_gone": accepted}})
    assert again.run.code == 0, again.run.said
    assert {one["name"] for one in again.facts["shop"]["clean"]["released"]} == {"env-1", "env-3", "env-4"}
