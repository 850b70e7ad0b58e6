# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round never sees files of two installations, such as the new policies with the old repository."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

PLAYBOOK = Path(__file__).with_name("configuration.yml")
FILES = ("etc/round.yml", "etc/secrets.yml", "etc/environment.sh", "etc/ansible.cfg", "opt/bin/round")


@pytest.mark.skipif(os.geteuid() != 0, reason="the files belong to root")
def test_all_files_of_an_installation_replace_the_old_ones_together(tmp_path: Path) -> None:
    place, host = Workplace(tmp_path / "machine"), tmp_path / "host"
    for name in (*FILES, "home/round.lock"):
        (host / name).parent.mkdir(parents=True, exist_ok=True)
        (host / name).write_text("old\n")
    settings = {
        "_pool_boy_schedule_configuration": f"{host}/etc",
        "_pool_boy_schedule_programs": f"{host}/opt",
        "_pool_boy_schedule_home": f"{host}/home",
        "_pool_boy_schedule_variables": {"pool_boy_policy": {"manual": "release"}},
        "_pool_boy_schedule_secrets": {"pool_boy_repo": "https://boy:new@git.example.com/new"},
        "pool_boy_schedule_environment": {},
        "pool_boy_schedule_secret_environment": {"POOLS": "new"},
        "pool_boy_schedule_user": "root",
        "pool_boy_schedule_timeout": 1,
    }
    command = ("ansible-playbook", str(PLAYBOOK), "-e", json.dumps(settings))
    with (host / "home/round.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert place.ansible(*command).code != 0, "a round is running"
        assert {(host / name).read_text() for name in FILES} == {"old\n"}
    run = place.ansible(*command)
    assert run.code == 0, run.said
    assert "old\n" not in {(host / name).read_text() for name in FILES}
    assert "boy:new" not in run.said
    assert sorted(str(path.relative_to(host)) for path in host.rglob("*.*")) == sorted([*FILES[:4], "home/round.lock"])
