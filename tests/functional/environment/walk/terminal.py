# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader's terminal: the artifact of the collection is installed, nothing of the checkout is in reach."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.environment.checkout import copy_of, tracked
from ansible_collections.poolboy.concourse.tests.functional.reuse.variables import reuse
from ansible_collections.poolboy.concourse.tests.functional.running import PATIENCE, TOOLS, Run, short_folder
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.scene import Scene

from .blocks import Block
from .scene import claim_of

_COLLECTION = "https://github.com/poolboy/concourse"
# The folders that the guides write to, and their stand-ins in the folder of the reader.
_FOLDERS = {"/var/www/html": "www", "/var/lib/prometheus/node-exporter": "metrics"}
# A virtual environment takes seconds to fill, and the tests have these programs already.
_VENV = ("python3 -m venv", "python3 -m venv --without-pip --system-site-packages")
_INVENTORY = "localhost ansible_connection=local\n"
# Runs after each playbook.
_AFTER = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.raw: "{git} ls-tree -r --name-only main > {left}; {git} update-ref refs/heads/main {tip}"
"""


class Terminal:
    """Runs blocks as printed, except for the texts in `stand_ins`."""

    def __init__(self, folder: Path, scene: Scene) -> None:
        self.folder = folder
        self._git = f"git --git-dir={scene.locks.path}"
        self._tip = scene.locks.tip()
        self._temporary = short_folder(self)
        # Texts of blocks that other pages show as well.
        self.has_run: set[str] = set()
        self.home = folder / "home"
        for name in ("home/.ssh", *_FOLDERS.values()):
            (folder / name).mkdir(parents=True)
        (self.home / ".ssh" / "locks_known_hosts").touch()
        (folder / "hosts").write_text(_INVENTORY, encoding="utf-8")
        self.stand_ins = {
            "git@git.example.com:teams/locks.git": scene.repo,
            "https://ci.example.com": scene.atc.url,
            # Nobody types while the tests run.
            "read -rs CONCOURSE_PASSWORD": "read -rs CONCOURSE_PASSWORD <<<demo",
            "7000aa5c": claim_of(scene, "aws/env-6"),
            **{path: str(folder / name) for path, name in _FOLDERS.items()},
            _VENV[0]: _VENV[1],
        }
        self.login = {
            "POOL_REPO": scene.repo,
            "CONCOURSE_BASE_URL": scene.atc.url,
            "CONCOURSE_USERNAME": "pool-boy",
            "CONCOURSE_PASSWORD": "demo",
        }
        self._variables = {
            "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home),
            "TMPDIR": str(self._temporary),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "ANSIBLE_NOCOLOR": "1",
            **reuse(),
            # Of the tester's environment, which is shared: pip only looks whether all is there.
            "PIP_DRY_RUN": "1",
            "PIP_NO_INDEX": "1",
        }

    def install(self) -> None:
        """Build the artifact into the folder, publish the sources at the collection's address, install the artifact."""
        sources = self.folder / "sources"
        copy_of(tracked(), sources)
        git("init", "--quiet", "--initial-branch=main", folder=sources)
        git("add", "--all", "--force", folder=sources)
        git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "--message=t", folder=sources)
        git("tag", "0.1.0", folder=sources)
        settings = f'[url "file://{sources}"]\n\tinsteadOf = {_COLLECTION}.git\n\tinsteadOf = {_COLLECTION}\n'
        (self.home / ".gitconfig").write_text(settings, encoding="utf-8")
        self._run(["ansible-galaxy", "collection", "build", str(sources), "--output-path", "."]).check()
        self._run(["ansible-galaxy", "collection", "install", "--offline", *self._artifacts()]).check()

    def run_shell(self, blocks: Iterable[Block]) -> Run:
        """Run blocks one after another in one shell, each on the repository as it was at the start."""
        reset = f"{self._git} update-ref refs/heads/main {self._tip}"
        parts = [f"{reset}; echo == block {block.number} >&2\n{self.filled_in(block.text)}" for block in blocks]
        return self._run(["bash", "-e", "-u", "-o", "pipefail", "-c", "\n".join(parts)], self.login)

    def run_playbooks(
        self, playbooks: Mapping[Block, str], options: Sequence[str] = (), login: Mapping[str, str] | None = None
    ) -> tuple[Run, dict[Block, set[str]]]:
        """Run playbooks in one run, with an inventory that contains localhost.

        Each finds the repository as it was at the start. The second value are the files that each left there.
        """
        paths = [self.folder / "start.yml"]
        paths[0].write_text(_AFTER.format(git=self._git, left="/dev/null", tip=self._tip), encoding="utf-8")
        for block, text in playbooks.items():
            playbook = self.folder / f"{Path(block.page).stem}-{block.number}.yml"
            playbook.write_text(self.filled_in(text), encoding="utf-8")
            after = playbook.with_suffix(".after.yml")
            after.write_text(_AFTER.format(git=self._git, left=self._left(block), tip=self._tip), encoding="utf-8")
            paths += [playbook, after]
        command = ["ansible-playbook", "--inventory", "hosts", *options, *map(str, paths)]
        run = self._run(command, self.login if login is None else login)
        lefts = {block: self._left(block) for block in playbooks}
        return run, {block: set(left.read_text().split()) for block, left in lefts.items() if left.exists()}

    def _left(self, block: Block) -> Path:
        return self.folder / f"{block.page}-{block.number}.left"

    def filled_in(self, text: str) -> str:
        """Return a text with the addresses of this scene."""
        for printed, here in self.stand_ins.items():
            text = text.replace(printed, here)
        return text

    def _artifacts(self) -> list[str]:
        return [str(path) for path in self.folder.glob("*.tar.gz")]

    def _run(self, command: Sequence[str], login: Mapping[str, str] | None = None) -> CheckedRun:
        program = shutil.which(command[0], path=self._variables["PATH"]) or command[0]
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.folder,
            env={**self._variables, **(login or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE,
        )
        return CheckedRun(done.returncode, done.stdout, done.stderr)


class CheckedRun(Run):
    """A run of a reader's command."""

    def check(self) -> None:
        assert self.code == 0, self.said
