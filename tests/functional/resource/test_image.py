# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images: each step of the Containerfile in a folder, the same with docker where it is, and the change of user."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.recipe import Image, carry_out, instructions
from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import CHECKOUT, TYPES
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, short_folder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

TARGETS = ("pool-trigger", "pool-boy")


@pytest.fixture(scope="module", params=TARGETS)
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return carry_out(str(request.param), tmp_path_factory.mktemp(str(request.param)))


def test_each_step_works_and_its_scripts_run(image: Image, locks: LockRepository, tmp_path: Path) -> None:
    """With the files and packages of the image alone: no Ansible is among them."""
    scripts = image.scripts(tmp_path / "home")
    scripts.python = ["env", f"PYTHONUSERBASE={tmp_path}", sys.executable, "-s"]
    source = {"uri": locks.url, "branch": "main", "pool": "aws"}
    found = scripts.check(source)
    (tmp_path / "folder").mkdir()
    if "trigger" in image.root.name:
        assert found == [{"commit": locks.tip(), "lock": "env-1"}]
    else:
        assert found == []
        scripts.run("in", {"source": source, "version": {"digest": "x"}}, str(tmp_path / "folder"))
        assert "env-1" in (tmp_path / "folder" / "page.html").read_text()
    assert {path.name for path in (image.root / "opt/resource").iterdir()} == {"check", "in", "out"}
    assert all(path.stat().st_mode & 0o111 for path in (image.root / "opt/resource").iterdir())
    assert not (image.root / "site" / "ansible").exists()
    compiled = [*(image.root / "usr/share/ansible/collections").rglob("*.pyc")]
    assert len(compiled) >= len([*(image.root / "usr/share/ansible/collections").rglob("*.py")])


def test_the_steps_that_only_a_real_build_carries_out(image: Image) -> None:
    useradd, update, install = image.recorded
    assert useradd.endswith(" pool-boy")
    assert update == "apt-get update"
    assert install.endswith("--no-install-recommends ca-certificates git openssh-client")
    assert image.bases == ["${BASE}"]
    assert image.user == ("pool-boy" if "trigger" in image.root.name else "root")


@pytest.mark.parametrize("target", TARGETS)
def test_docker_gets_the_files_that_the_steps_copy(target: str) -> None:
    copied = {rest.split()[-2] for name, rest in instructions(target) if name == "COPY"}
    assert [source for source in copied if not (CHECKOUT / source).exists()] == []
    ignored = (TYPES / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied <= {line[1:] for line in ignored if line[:1] == "!"}


def test_the_packages_are_those_of_the_task() -> None:
    """The same lines, so that a pin changes in both images."""
    of_types, of_task = (
        (CHECKOUT / "concourse" / name).read_text() for name in ("resource/requirements.txt", "requirements.txt")
    )
    pins = re.findall(r"^[\w.-]+==\S+ \\\n(?:    --hash=.*\n)+", of_types, flags=re.MULTILINE)
    assert len(pins) == 10
    assert [pin for pin in pins if pin not in of_task] == []


@pytest.mark.parametrize("target", TARGETS)
def test_docker_builds_the_image(target: str) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False, timeout=60).returncode:
        pytest.skip("platform: no docker daemon answers here")
    command = [docker, "build", "--file", str(TYPES / "Containerfile"), "--target", target, "--quiet", str(CHECKOUT)]
    image = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout.strip()
    check = [docker, "run", "--rm", "--interactive", image, "/opt/resource/check"]
    done = subprocess.run(check, input="{}", capture_output=True, text=True, check=False, timeout=120)
    subprocess.run([docker, "image", "rm", image], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "source is missing" in done.stderr


def test_a_script_that_starts_as_root_continues_as_another_user(request: pytest.FixtureRequest) -> None:
    """It gets the folder first."""
    if os.geteuid() != 0:
        pytest.skip("platform: not root")
    user = pwd.getpwnam("nobody")
    above = short_folder(request)
    above.chmod(0o755)
    folder, root_home = above / "folder", above / "root"
    folder.mkdir()
    root_home.mkdir(mode=0o755)
    program = (
        "import os, sys\n"
        "from ansible_collections.poolboy.concourse.plugins.module_utils._resource.user import *\n"
        "os.setgroups([0])\n"
        "leave_root('no-such-user-here', sys.argv[1])\n"
        "print(os.getuid(), os.stat(sys.argv[1]).st_uid)\n"
        "leave_root('nobody', sys.argv[1])\n"
        "use_own_home(os.environ)\n"
        "print(os.getuid(), os.stat(sys.argv[1]).st_uid, os.environ['HOME'])\n"
        "leave_root('root', None)\n"
        "print(os.getuid(), 0 in os.getgroups())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env={"PYTHONPATH": str(COLLECTIONS), "HOME": str(root_home)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third = (line.split() for line in done.stdout.splitlines())
    assert first == ["0", "0"]
    assert second == [str(user.pw_uid), str(user.pw_uid), user.pw_dir]
    assert third == [str(user.pw_uid), "False"]


def test_only_the_script_that_writes_takes_its_folder() -> None:
    calls = {path.parent.name + "/" + path.name: path.read_text().splitlines()[-1] for path in TYPES.glob("pool-*/*")}
    assert {name for name, call in calls.items() if "writes=True" in call} == {"pool-boy/in"}
