# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays that claim a lock, use its data and release it; options of the action group and of the environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...lockrepo import LockRepository
from ..clean.reading import files, locks_in, subjects, tip
from ..running import Workplace
from .holding import CLAIM, LATER

MODULE = "poolboy.concourse.concourse_pool_lock"
OWNER = "tests {{ release }}"


def play(book: Path, found: Path, repo: str) -> Path:
    """Write a play that claims a lock, keeps its data in a file, fails, and still releases the lock."""
    claim = {"pool": "aws", "state": "claimed", "owner": OWNER, "until": "4h", "wait": 60}
    keep = {"content": "{{ claim.lock.data | to_json }}", "dest": str(found)}
    block = [
        {"name": "Claim", MODULE: claim, "register": "claim"},
        {"name": "Claim again", MODULE: claim, "register": "again", "failed_when": "again is changed"},
        {"name": "Use the data", "ansible.builtin.copy": keep},
        {"name": "Break", "ansible.builtin.fail": {"msg": "The tests failed."}},
    ]
    release = {"name": "Release", MODULE: {"pool": "aws", "state": "unclaimed", "owner": OWNER}}
    tasks = [{"name": "Use a lock", "block": block, "always": [release]}]
    defaults = {"group/poolboy.concourse.concourse": {"repo": repo, "git_author": "Ada <ada@example.com>"}}
    book.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}])
    )
    return book


def test_a_play_releases_its_lock_whatever_happens(workplace: Workplace, locks: LockRepository) -> None:
    base, found = tip(locks.path), workplace.folder / "found.json"
    book = play(workplace.folder / "book.yml", found, locks.url)
    run = workplace.ansible("ansible-playbook", str(book), "-e", "release=1.2")
    assert run.code == 2, run.said
    assert "changed=3" in run.stdout, "claim, copy, release"
    name = json.loads(found.read_text())["name"]
    assert subjects(locks.path, base) == [f"claiming: {name}", f"unclaiming: {name}"]
    assert locks_in(files(locks.path))[f"aws/{name}"] == {"unclaimed"}


def test_the_repository_of_the_environment(workplace: Workplace, locks: LockRepository) -> None:
    options: dict[str, Any] = {"pool": "aws", **CLAIM}
    environment = {"POOL_REPO": locks.url}
    checked = workplace.ad_hoc("concourse_pool_lock", options, "--check", "--diff", environment=environment)
    name = checked.values["lock"]["name"]
    assert f"-aws/unclaimed/{name}\n+aws/claimed/{name} (ada until {LATER})\n" in checked.stdout
    run = workplace.ad_hoc("concourse_pool_lock", options, environment=environment)
    assert run.values["lock"] == {**checked.values["lock"], "commit": tip(locks.path)}
