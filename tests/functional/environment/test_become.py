# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that `become` runs, with a real su, as a system user without a home."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, short_folder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers.require import require_program

USER = "nobody"
# Lets every user enter the folders from $2 on, such as the home of root with its Python, for one command only: the
# change is in memory, at $1.
OPEN = """
set -e
mount --make-rprivate /
mount -t tmpfs poolboy "$1"
space=$1; shift
while [ "$1" != -- ]; do
  mkdir "$space/changed$#" "$space/work$#"
  mount -t overlay -o "lowerdir=$1,upperdir=$space/changed$#,workdir=$space/work$#" overlay "$1"
  chmod a+rx "$1"; shift
done
shift
exec "$@"
"""


@pytest.fixture
def shared(workplace: Workplace) -> Path:
    """A folder that each user can enter; Ansible runs where each user can start its Python."""
    require_program("su")
    if os.geteuid() != 0:
        pytest.skip("platform: only root becomes another user without a password")
    if closed := closed_folders(Path(sys.prefix), Path(sys.base_prefix)):
        space = workplace.folder / "in_memory"
        space.mkdir()
        workplace.prefix = ("unshare", "--mount", "sh", "-c", OPEN, "sh", str(space), *closed, "--")
        if subprocess.run([*workplace.prefix, "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("platform: root cannot mount file systems on this machine")
    folder = short_folder(workplace)
    folder.chmod(0o755)
    return folder


def closed_folders(*paths: Path) -> list[str]:
    """Return the folders above these that another user cannot enter."""
    above = {parent for path in paths for one in (path, path.resolve()) for parent in (one, *one.parents)}
    return [str(folder) for folder in sorted(above) if not folder.stat().st_mode & 0o001]


def task(name: str, module: str, options: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    return {
        "name": name,
        f"poolboy.concourse.{module}": options,
        "register": name,
        "ignore_errors": True,
        **keywords,
    }


def run_tasks(workplace: Workplace, repo: str, tasks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Run a play, and return the result of each task."""
    found, book = workplace.folder / "found.json", workplace.folder / "book.yml"
    results = ", ".join(f"'{one['name']}': {one['name']}" for one in tasks)
    keep = {
        "name": "Keep",
        "ansible.builtin.copy": {"content": f"{{{{ {{{results}}} | to_json }}}}", "dest": str(found)},
    }
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "become_method": "su",
        "become_user": USER,
        "become_flags": "-s /bin/sh",
        "module_defaults": {"group/poolboy.concourse.concourse": {"repo": repo}},
        "tasks": [*tasks, keep],
    }
    book.write_text(json.dumps([play]))
    run = workplace.ansible("ansible-playbook", str(book))
    assert run.code == 0, run.said
    assert "Traceback" not in run.said
    return dict(json.loads(found.read_text()))


def give(folder: Path, user: str) -> None:
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)


def test_a_system_user_and_root(workplace: Workplace, shared: Path) -> None:
    locks = LockRepository(shared / "locks.git")
    locks.add("aws", "env-1")
    locks.claim("aws", "env-1", message="Robin takes env-1")
    give(locks.path, USER)
    git("config", "--file", str(workplace.home / ".gitconfig"), "safe.directory", "*")
    common, own = shared / "common", shared / "own"
    common.mkdir()
    common.chmod(0o1777)
    own.mkdir()
    shutil.chown(own, USER)
    release = {"pools": ["aws"], "policy": {"manual": "release"}, "cache_dir": str(own)}
    found = run_tasks(
        workplace,
        locks.url,
        [
            task("of_root", "concourse_pool_status", {"cache_dir": str(common)}),
            task("of_another", "concourse_pool_status", {"cache_dir": str(common)}, become=True),
            task("inherited", "concourse_pool_clean", {"pools": ["aws"]}, become=True),
            task("no_home", "concourse_pool_status", {}, become=True, environment={"XDG_CACHE_HOME": ""}),
            task("released", "concourse_pool_clean", release, become=True),
            task("root_again", "concourse_pool_clean", release),
        ],
    )
    assert [lock["name"] for lock in found["of_root"]["locks"]] == ["env-1"]
    home = pwd.getpwnam(USER).pw_dir
    unusable = "poolboy.concourse cannot be used: Permission denied. Let nobody, the user of this run, write to it, set"
    for name, start in {
        "of_another": f"{next(common.iterdir())} belongs to root, who could change the cache of nobody, the user of",
        "inherited": f"The cache folder {workplace.cache}/{unusable} another cache_dir",
        "no_home": f"The cache folder {Path(home, '.cache')}/{unusable} another cache_dir",
        "root_again": f"{next(own.iterdir())} belongs to nobody, who could change the cache of root, the user of",
    }.items():
        assert found[name]["failed"], name
        assert not found[name]["changed"], name
        assert str(found[name]["msg"]).startswith(start), found[name]["msg"]
        assert found[name]["msg"].endswith("set cache to false."), name
    assert [lock["name"] for lock in found["released"]["released"]] == ["env-1"]
    assert {path.owner() for folder in (locks.path, own) for path in folder.rglob("*")} == {USER}
    give(locks.path, "root")
    assert b"aws/unclaimed/env-1" in locks.tree()
