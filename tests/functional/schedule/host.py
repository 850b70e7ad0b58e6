# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for the playbook schedule, and the files that it leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, Run
from ansible_collections.poolboy.concourse.tests.functional.schedule.machine import Machine
from ansible_collections.poolboy.concourse.tests.functional.schedule.stage import Stage

HERE = COLLECTIONS / "ansible_collections/poolboy/concourse"
SYSTEM_PYTHON = "/usr/bin/python3"
PATIENCE = 600.0
# Files that the operating system writes at run time.
PASSING = re.compile(
    r"/var/log/(journal|wtmp|btmp|lastlog)|/var/lib/systemd/|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-|/etc/\.pwd\.lock"
)


def download_wheels(folder: Path) -> None:
    """Download the role's default packages for the system's Python, so that hosts need no network."""
    defaults = yaml.safe_load((HERE / "roles/pool_boy/defaults/main/schedule.yml").read_text(encoding="utf-8"))
    names = {"ansible-core": "ansible_core", "GitPython": "gitpython", "requests": "requests"}
    wanted = [f"{name}=={defaults[f'pool_boy_schedule_{variable}_version']}" for name, variable in names.items()]
    version = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", f"--python-version={version}"]
    subprocess.run([*pip, f"--dest={folder}", *wanted], check=True, timeout=PATIENCE)


class Host:
    """A machine with a copy of the collection and a stage for its rounds."""

    def __init__(self, machine: Machine, stage: Stage, wheels: Path) -> None:
        self.machine = machine
        self.stage = stage
        # A copy, as an installed collection is, so that edits of the checkout do not affect it.
        self.collections = "/tester/collections"
        copy = machine.path(self.collections) / "ansible_collections/poolboy/concourse"
        for part in ("plugins", "roles", "playbooks", "meta"):
            shutil.copytree(HERE / part, copy / part)
        for file in ("galaxy.yml", "README.md"):
            shutil.copy(HERE / file, copy)
        shutil.copytree(wheels, machine.path("/tester/wheels"))
        self.before = self.traces()

    def apply(
        self, *more: str, environment: Mapping[str, str] | None = None, umask: str = "022", **variables: Any
    ) -> Run:
        """Run the playbook with variables without their prefix: `apply(backend="cron")`."""
        given = {f"pool_boy_schedule_{name}": value for name, value in variables.items()}
        offline = {"pool_boy_schedule_pip_arguments": ["--no-index", "--find-links=/tester/wheels"]}
        file = self.machine.put("/tester/variables.yml", self.stage.variables(**{**offline, **given}))
        return self.playbook("--extra-vars", f"@{file}", *more, environment=environment, umask=umask)

    def playbook(self, *arguments: str, environment: Mapping[str, str] | None = None, umask: str = "022") -> Run:
        """Run the playbook with arguments, under a umask of root."""
        own = {"ANSIBLE_COLLECTIONS_PATH": self.collections, **(environment or {})}
        command = ("ansible-playbook", "poolboy.concourse.schedule", *arguments)
        return self.machine.ansible(*command, environment=own, patience=PATIENCE, umask=umask)

    def install(
        self, *more: str, environment: Mapping[str, str] | None = None, umask: str = "022", **variables: Any
    ) -> int:
        """Run the playbook as `apply`, which must succeed; return the number of changes."""
        run = self.apply(*more, environment=environment, umask=umask, **variables)
        assert run.code == 0, run.said
        for secret in self.stage.secrets.values():
            assert secret not in run.said
        return changes(run)

    def traces(self) -> set[str]:
        """Return all files and accounts of the machine, without temporary ones."""
        found = self.machine.run("find", "/etc", "/opt", "/usr", "/var", "/srv", "/home", "-xdev", "-print0").stdout
        accounts = self.machine.run("getent", "passwd").stdout + self.machine.run("getent", "group").stdout
        return {path for path in found.split("\0") if path and not PASSING.match(path)} | set(accounts.splitlines())

    def build_artifact(self) -> str:
        """Build the collection's artifact and return its path."""
        source = f"{self.collections}/ansible_collections/poolboy/concourse"
        built = self.machine.ansible("ansible-galaxy", "collection", "build", source, "--output-path=/tester/built")
        assert built.code == 0, built.said
        (artifact,) = self.machine.path("/tester/built").glob("poolboy-concourse-*.tar.gz")
        return f"/tester/built/{artifact.name}"

    @property
    def leftovers(self) -> list[str]:
        """Return the differences to the state before the installation."""
        return sorted(self.traces() ^ self.before)

    @property
    def log(self) -> str:
        """The output of the rounds, from the journal or the log file."""
        self.machine.run("journalctl", "--sync")  # the latest output may not be in the journal yet
        journal = self.machine.run(
            "journalctl", "--unit=pool-boy.service", "--output=cat", "--no-pager", "--quiet"
        ).stdout
        return journal + self.machine.read("/var/log/pool-boy/round.log")


def changes(run: Run) -> int:
    """Return the number of changed tasks from Ansible's recap."""
    (number,) = re.findall(r"changed=(\d+)", run.stdout)
    return int(number)
