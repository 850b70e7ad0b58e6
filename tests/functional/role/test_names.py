# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook pool_boy takes options by two names: one of them, both with one value, but never two that differ."""

from __future__ import annotations

import json

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import PIPELINE, Machine, work
from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.scene import Scene


def test_two_names_of_an_option(scene: Scene, machine: Machine) -> None:
    given = work(scene, pool_boy_pools=["aws", "cf/fresh"], pool_boy_page_file="", pool_boy_stale_timeout=60)
    different = {**given, "pools": "aws", "concourse_password": "wr0ng-s3cret", "stale_timeout": "60"}
    hosts = {"different": different, "alike": {**given, "pools": ["aws", "cf/fresh"]}}
    play = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy"}
    twice = machine.folder / "twice.yml"
    twice.write_text(json.dumps([play, play]))
    before = fingerprint(scene.locks.path)
    more = ["-i", machine.inventory(hosts), "-e", "lock_repos=locks", "--check", "-vv"]
    run = machine.ansible("ansible-playbook", str(twice), *more)
    assert run.code == 2
    said = run.said.replace("\\n", " ")
    assert (
        "concourse_password and pool_boy_concourse_password, pools and pool_boy_pools are given with different" in said
    )
    assert "-e pool_boy_concourse_password=VALUE" in said
    assert "wr0ng-s3cret" not in said
    assert said.count("aws/env-1 would be given back") == 2, "in both rounds of the other host"
    assert fingerprint(scene.locks.path) == before


def test_pools_as_json_on_the_command_line(scene: Scene, machine: Machine) -> None:
    """A text to Ansible, which names a job all the same, so that a build is started."""
    variables = {name: value for name, value in work(scene).items() if name != "pool_boy_pools"}
    pools = json.dumps(["aws", {"name": "cf/fresh", "job": f"{PIPELINE}/claim-big"}], separators=(",", ":"))
    inventory = machine.inventory({"shop": variables})
    more = ["-e", "lock_repos=locks", "-e", f"pools='{pools}'"]
    run = machine.ansible("ansible-playbook", "poolboy.concourse.pool_boy", "-i", inventory, *more)
    assert run.code == 0, run.said
    assert "aws/env-1 was given back" in run.stdout
    assert len(scene.atc.list_builds(pipeline=PIPELINE, job="claim-big")) == 1
