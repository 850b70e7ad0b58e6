# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round never sees files of two installations, such as the new policies with the old repository."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, short_folder

PLAYBOOK = Path(__file__).with_name("configuration.yml")
FILES = ("etc/round.yml", "etc/secrets.yml", "etc/environment.sh", "etc/ansible.cfg", "opt/bin/round")


def paths(host: Path) -> dict[str, Any]:
    """Return the variables of an installation below a folder."""
    return {
        "_pool_boy_schedule_configuration": f"{host}/etc",
        "_pool_boy_schedule_programs": f"{host}/opt",
        "_pool_boy_schedule_home": f"{host}/home",
        "_pool_boy_schedule_variables": {"pool_boy_policy": {"manual": "release"}},
        "_pool_boy_schedule_secrets": {"pool_boy_repo": "https://boy:new@git.example.com/new"},
        "pool_boy_schedule_environment": {},
        "pool_boy_schedule_secret_environment": {},
        "pool_boy_schedule_user": "root",
        "pool_boy_schedule_timeout": 1,
    }


def installation(settings: dict[str, Any]) -> tuple[str, ...]:
    return ("ansible-playbook", str(PLAYBOOK), "-e", json.dumps(settings))


@pytest.mark.skipif(os.geteuid() != 0, reason="the files belong to root")
def test_all_files_of_an_installation_replace_the_old_ones_together(tmp_path: Path) -> None:
    place, host = Workplace(tmp_path / "machine"), tmp_path / "host"
    for name in (*FILES, "home/round.lock"):
        (host / name).parent.mkdir(parents=True, exist_ok=True)
        (host / name).write_text("old\n")
    settings = {**paths(host), "pool_boy_schedule_secret_environment": {"POOLS": "new"}}
    command = installation(settings)
    with (host / "home/round.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert place.ansible(*command).code != 0, "a round is running"
        assert {(host / name).read_text() for name in FILES} == {"old\n"}
    run = place.ansible(*command)
    assert run.code == 0, run.said
    assert "old\n" not in {(host / name).read_text() for name in FILES}
    assert "boy:new" not in run.said
    assert sorted(str(path.relative_to(host)) for path in host.rglob("*.*")) == sorted([*FILES[:4], "home/round.lock"])


@pytest.mark.skipif(os.geteuid() != 0, reason="the files belong to root")
def test_a_round_that_waits_for_an_update_runs_the_new_command(workplace: Workplace) -> None:
    """The environment in the command can name the repository."""
    host = short_folder(workplace)
    host.chmod(0o755)
    program, lock, command = host / "opt/venv/bin/ansible-playbook", host / "home/round.lock", host / "opt/bin/round"
    for path in (program, lock, host / "etc/round.yml"):
        path.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "repository $POOL_REPO, arguments $*"\n')
    program.chmod(0o755)
    lock.touch()
    lock.chmod(0o666)
    texts = {}
    for repository in ("old", "new"):
        settings = {**paths(host), "pool_boy_schedule_environment": {"POOL_REPO": repository}}
        run = workplace.ansible(*installation({**settings, "pool_boy_schedule_user": "daemon"}))
        assert run.code == 0, run.said
        texts[repository] = command.read_text()
    command.write_text(texts["old"])
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        variables = {"PATH": os.environ["PATH"], "POOL_BOY_WAIT": "30"}
        waiting = subprocess.Popen(
            [command, "--check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables
        )
        assert waiting.stdout
        assert waiting.stdout.readline().startswith("Round of ")
        update = host / "opt/bin/round.new"
        update.write_text(texts["new"])
        update.chmod(0o755)
        update.replace(command)
    said, _errors = waiting.communicate(timeout=30)
    assert "repository new, arguments " in said
    assert said.rstrip().endswith(" --check")
    assert waiting.returncode == 0
