# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks claim and release."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import Hold, read_hold
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import block
from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

YAML_OUTPUT = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    repository = LockRepository(tmp_path / "locks.git")
    for number in (1, 2):
        repository.add("aws", f"env-{number}", entry=f"url: https://env-{number}.example.com\n")
    return repository


def play(workplace: Workplace, locks: LockRepository, *words: str, **environment: str) -> Run:
    """Run a command of the guide on a repository."""
    command, *options = words
    return workplace.ansible(command, *options, environment={**YAML_OUTPUT, "POOL_REPO": locks.url, **environment})


def commands(name: str) -> list[list[str]]:
    """Return the ansible-playbook commands in the first block of docs/docsite/rst/locks.rst after a heading."""
    lines = block("locks.rst", name).splitlines()
    return [shlex.split(line) for line in lines if line.startswith("ansible-playbook")]


def hold_of_tip(locks: LockRepository) -> Hold:
    return read_hold(git("log", "-1", "--format=%B", "main", folder=locks.path).decode())


def test_a_person_claims_a_lock_and_releases_it(workplace: Workplace, locks: LockRepository) -> None:
    (claim,) = commands("At a terminal")
    run = play(workplace, locks, *claim, "-e", "pool_boy_lock=env-2")
    assert run.code == 0, run.said
    hold = hold_of_tip(locks)
    assert hold.reason == "kernel upgrade"
    assert "@" in hold.owner
    assert f"aws/env-2 is held by {hold.owner} until" in run.stdout
    assert "url: https://env-2.example.com" in run.stdout
    tip = locks.tip()
    again = play(workplace, locks, *claim)
    assert again.code == 0, again.said
    assert locks.tip() == tip, "the same owner has the same lock"
    other = play(
        workplace,
        locks,
        "ansible-playbook",
        "poolboy.concourse.release",
        "-e",
        "pool_boy_pool=aws pool_boy_owner=eve pool_boy_lock=env-2",
    )
    assert other.code == 2
    assert f"Lock aws/env-2 is held by {hold.owner} since" in other.said
    assert locks.tip() == tip
    # Variables of a team may have any name, and refer to each other.
    variables = {
        "pool_boy_repo": "file://{{ host }}",
        "pool_boy_pool": "{{ user }}",
        "host": str(locks.path),
        "user": "aws",
    }
    inventory = workplace.folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"localhost": variables}}}))
    back = play(workplace, locks, "ansible-playbook", "poolboy.concourse.release", "-i", str(inventory))
    assert back.code == 0, back.said
    assert "aws/env-2 is free." in back.stdout
    assert locks.tree().keys() >= {b"aws/unclaimed/env-1", b"aws/unclaimed/env-2"}


def test_the_command_of_the_report_releases_the_lock(workplace: Workplace, locks: LockRepository) -> None:
    locks.claim("aws", "env-1", message="claiming: env-1\nBuild URL: https://ci.example.com/builds/12")
    shown = play(workplace, locks, "ansible-playbook", "poolboy.concourse.status")
    assert shown.code == 0, shown.said
    _text, _colon, command = shown.stdout.partition("To release one lock, if nobody uses it: ")
    words = shlex.split(command.splitlines()[0])
    assert words[:2] == ["ansible-playbook", "poolboy.concourse.release"]
    run = play(workplace, locks, *words)
    assert run.code == 0, run.said
    assert b"aws/unclaimed/env-1" in locks.tree()


def test_the_owner_is_the_job_of_awx(workplace: Workplace, locks: LockRepository) -> None:
    options = ("-e", "pool_boy_pool=aws pool_boy_until=1h", "-e", "awx_job_id=4711")
    run = play(
        workplace, locks, "ansible-playbook", "poolboy.concourse.claim", *options, AWX_HOST="https://awx.example.com"
    )
    assert run.code == 0, run.said
    assert hold_of_tip(locks).owner == "AWX job 4711 of https://awx.example.com"
