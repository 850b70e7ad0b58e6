# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which CA certificates webhook and push gateway are trusted by."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import Machine, report_variables, work
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import serve_receiver
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers.certificates import new_authority


def test_the_ca_reaches_webhook_and_push_gateway(scene: Scene, machine: Machine, tmp_path: Path) -> None:
    """That of Concourse and repository, unless the reports have their own."""
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    right, wrong = (new_authority(tmp_path / name) for name in ("right", "wrong"))
    cases = {
        "shared": {"pool_boy_ca_path": str(right.ca_file)},
        "own": {"pool_boy_ca_path": str(wrong.ca_file), "pool_boy_reports_ca_path": str(right.ca_file)},
        "unknown": {},
    }
    with serve_receiver(right.server_context()) as receiver:
        hosts = {}
        for name, variables in cases.items():
            reports = report_variables(machine, receiver)
            del reports["pool_boy_page_file"], reports["pool_boy_metrics_file"]
            reports["pool_boy_state_file"] = str(machine.out / f"{name}.json")
            look = {"pool_boy_clean": False, "pool_boy_trigger": False, "pool_boy_kept_too_long": 1}
            hosts[name] = work(scene, **look, **reports, **variables)
        run = machine.rounds(hosts)
        assert run.run.code == 0, run.run.said
        failures = {name: [one["step"] for one in fact["failures"]] for name, fact in run.facts.items()}
        assert failures == {"shared": [], "own": [], "unknown": ["pushgateway", "notify"]}
        assert "certificate verify failed" in run.facts["unknown"]["failures"][0]["message"]
        assert sorted(one.method for one in receiver.deliveries) == ["POST", "POST", "PUT", "PUT"]
