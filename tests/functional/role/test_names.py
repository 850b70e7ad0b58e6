# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook pool_boy accepts options by two names: either name, or both with equal values."""

from __future__ import annotations

import json

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import PIPELINE, Machine, work
from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene


def test_two_rounds_in_one_run_keep_their_options_apart(scene: Scene, machine: Machine) -> None:
    """Two imports of the playbook with other repositories and policies, in both orders, stay independent."""
    other = LockRepository(machine.folder / "other.git")
    other.add("gcp", "vm-1")
    other.claim("gcp", "vm-1", message="manually claim vm-1", at=scene.now)
    first = work(scene, pool_boy_trigger=False, pool_boy_exclude=["aws/*"])
    second = {"pool_boy_repo": other.url, "pool_boy_pools": ["gcp"], "pool_boy_policy": {"manual": "release"}}
    for number, plays in enumerate(((first, second), (second, first))):
        book = machine.folder / f"twice{number}.yml"
        imported = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy"}
        book.write_text(json.dumps([{**imported, "vars": variables} for variables in plays]))
        before = fingerprint(scene.locks.path)
        run = machine.ansible("ansible-playbook", str(book), "--check")
        assert run.code == 0, run.said
        assert "gcp/vm-1 would be released" in run.stdout
        assert "aws/env-2 would be" not in run.stdout, "a person's, in the repository without that policy"
        assert "aws/env-1 would be" not in run.stdout, "excluded"
        assert fingerprint(scene.locks.path) == before


def test_pools_as_json_on_the_command_line(scene: Scene, machine: Machine) -> None:
    """Ansible passes a text; its job is recognized and a build starts."""
    variables = {name: value for name, value in work(scene).items() if name != "pool_boy_pools"}
    pools = json.dumps(["aws", {"name": "cf/fresh", "job": f"{PIPELINE}/claim-big"}], separators=(",", ":"))
    inventory = machine.inventory({"shop": variables})
    more = ["-e", "pool_boy_hosts=locks", "-e", f"pool_boy_pools='{pools}'"]
    run = machine.ansible("ansible-playbook", "poolboy.concourse.pool_boy", "-i", inventory, *more)
    assert run.code == 0, run.said
    assert "aws/env-1 was released" in run.stdout
    assert len(scene.atc.list_builds(pipeline=PIPELINE, job="claim-big")) == 1
