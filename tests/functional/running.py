# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the modules as a user does: the module file in a separate process, or through real Ansible."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from .module_process import READ_AT_THE_START, run_new_python, run_prepared_python
from .reuse.variables import reuse

PACKAGE = "ansible_collections.poolboy.concourse"
COLLECTIONS = next(
    folder for folder in map(Path, sys.path) if folder.joinpath(*PACKAGE.split("."), "galaxy.yml").is_file()
)
TOOLS = Path(sys.executable).parent
# Beginnings of ansible-core's own messages about invalid options.
ANSIBLE_SAYS = ("missing required arguments", "value of ", "dictionary requested", "argument '")
# `make coverage` measures the processes that have these variables.
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
PATIENCE = 120.0  # timeout of a run in seconds


@dataclass(frozen=True)
class Run:
    """A finished process: its exit code and output."""

    code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """The complete output."""
        return self.stdout + self.stderr


@dataclass(frozen=True)
class ModuleRun(Run):
    """A run of a module; `values` is its result."""

    values: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        return self.values.get("failed") is True

    @property
    def message(self) -> str:
        return str(self.values.get("msg", ""))

    @property
    def warnings(self) -> list[str]:
        """The texts of the warnings; since ansible-core 2.19 each is wrapped in an event."""
        given = self.values.get("warnings", [])
        return [one if isinstance(one, str) else str(one["event"]["msg"]) for one in given]

    @property
    def locks(self) -> dict[str, dict[str, Any]]:
        """The locks by `pool/name`."""
        return {f"{lock['pool']}/{lock['name']}": lock for lock in self.values["locks"]}

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts by `pool/name`."""
        return {name: lock["verdict"] for name, lock in self.locks.items()}

    @property
    def answer(self) -> dict[str, Any]:
        """The result without ages, which change, and without Ansible's additions."""
        locks = [{**lock, "age_minutes": None} for lock in self.values["locks"]]
        pools = [{**pool, "oldest_claim_minutes": None} for pool in self.values["pools"]]
        same = {key: self.values[key] for key in ("problems", "commit", "changed")}
        return {"locks": locks, "pools": pools, **same}


def short_folder(owner: object) -> Path:
    """Create a folder for temporary files that is removed with its owner."""
    path = Path(tempfile.mkdtemp(prefix="t-"))
    weakref.finalize(owner, shutil.rmtree, path, ignore_errors=True)
    return path


class Workplace:
    """An isolated machine: home and cache are below `folder`, nothing comes from the tester's.

    The temporary folder has a short path, because it contains sockets of Ansible and ssh; this object removes it.

    `variables` are the environment variables of every run, `prefix` is a command that runs each command of Ansible.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.cache = folder / "home", folder / "cache"
        for path in (self.home, self.cache):
            path.mkdir(parents=True, exist_ok=True)
        self.temporary = short_folder(self)
        self.prefix: tuple[str, ...] = ()
        self.variables = {
            "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.cache),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            **reuse(),
            **MEASURED,
        }

    def run_module(
        self,
        name: str,
        options: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
        *,
        check_mode: bool = False,
        python: Sequence[str] = (),
    ) -> ModuleRun:
        """Run a module of the collection without Ansible; `python` is the command of a Python that starts for it."""
        arguments = {**options, "_ansible_check_mode": check_mode}
        variables = {**self.variables, "PYTHONPATH": str(COLLECTIONS), **(environment or {})}
        command = tuple(python) or ((sys.executable,) if READ_AT_THE_START & set(environment or ()) else ())
        run = partial(run_new_python, command) if command else run_prepared_python
        done = Run(**run(name, arguments, environment=variables, folder=self.folder))
        try:
            values = json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"the module printed no JSON: {done.stdout}{done.stderr}") from None
        # ansible-core 2.22 hands the secrets of the options to the controller, which masks them and drops this key.
        if values.pop("_ansible_new_secrets", None):
            done = replace(done, stdout=json.dumps(values))
        assert "Traceback" not in done.stdout + done.stderr
        assert (done.code != 0) == (values.get("failed") is True)
        return ModuleRun(done.code, done.stdout, done.stderr, values)

    def ansible(self, *command: str, environment: Mapping[str, str] | None = None) -> Run:
        """Run a command of Ansible: `ansible("ansible", "localhost", "-m", ...)`."""
        program, *arguments = command
        done = subprocess.run(
            [*self.prefix, str(TOOLS / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            cwd=self.folder,
            env={**self.variables, **(environment or {})},
            timeout=PATIENCE,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def ad_hoc(
        self, module: str, options: Mapping[str, Any], *more: str, environment: Mapping[str, str] | None = None
    ) -> ModuleRun:
        """Run `ansible localhost -m poolboy.concourse.MODULE -a OPTIONS` and return its result."""
        command = ["ansible", "localhost", "-m", f"poolboy.concourse.{module}", "-a", json.dumps(options), *more]
        run = self.ansible(*command, environment=environment)
        _head, found, result = run.stdout.partition(" => ")
        assert found, run.said
        return ModuleRun(run.code, run.stdout, run.stderr, json.loads(result))

    def leftovers(self) -> list[str]:
        """Return the files in the temporary folder."""
        return sorted(str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*"))


def fingerprint(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file below a folder with size and modification time; equal means unchanged."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        found[str(path.relative_to(folder))] = (about.st_size, about.st_mtime_ns)
    return found


def refusal(run: ModuleRun) -> str:
    """Return the message of a failed run, check that it is readable and that nothing changed."""
    message = run.message
    assert run.failed
    assert run.values.get("changed") in (None, False)
    assert not run.values.get("released")
    assert not run.values.get("triggered")
    assert "exception" not in run.values
    assert run.stderr == ""
    assert "defect of poolboy.concourse" not in message
    assert "\n" not in message
    # A command to copy, what a server says, and Ansible's own messages end without a full stop.
    quotes = " It says: " in message or ", or run: ansible-playbook " in message
    assert message[-1] in ".)" or quotes or message.startswith(ANSIBLE_SAYS), message
    assert len(message) < 900, message
    return message
