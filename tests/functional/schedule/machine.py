# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine for installations: a copy of this one with its own processes, whose disk changes only in memory.

It shares this machine's network, including servers on 127.0.0.1. When it is shut down, or this program is
killed, nothing remains.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ansible_collections.poolboy.concourse.tests.functional.reuse.variables import FOLDER_VARIABLE, reuse
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PATIENCE, TOOLS, Run

SYSTEMD = ("--boot", "--", "--unit=multi-user.target")
CRON = ("--as-pid2", "--", "/usr/sbin/cron", "-f")
"""The machine's first process: systemd, or only a cron daemon."""

START = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 poolboy "$1"
mkdir "$1/changed" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/changed,workdir=$1/work" overlay "$1/root"
# Remove this machine's services and timers, which would use its ports.
for wants in multi-user timers sockets; do rm -rf "$1/root/etc/systemd/system/$wants.target.wants"; done
# Keep cron, which runs on every host.
mkdir "$1/root/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/cron.service "$1/root/etc/systemd/system/multi-user.target.wants/"
rm -f "$1"/root/etc/cron.d/* "$1/root/etc/crontab"
# A minimal host has no sudo, and root needs none.
rm -f "$1/root/usr/bin/sudo" "$1/root/usr/local/bin/sudo"
tr -d - </proc/sys/kernel/random/uuid >"$1/root/etc/machine-id"
shift
exec "$@"
"""
# Outside the folders for temporary files, in which tests look for secrets.
REUSED = "/tester/reuse"
NEEDED = ("unshare", "nsenter", "setpriv", "mount", "systemd-nspawn", "cron", "logrotate", "runuser", "flock")


def obstacle() -> str:
    """Return why this machine cannot run another one; empty if it can."""
    if os.geteuid() != 0:
        return "only root can start a machine for the schedule"
    search = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [name for name in NEEDED if shutil.which(name, path=search) is None]
    if missing:
        return f"{', '.join(missing)} not installed: apt-get install systemd-container cron logrotate util-linux"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        return "root cannot mount file systems on this machine, so it cannot run another one"
    return ""


class Machine:
    """`with Machine(folder, SYSTEMD) as machine:` starts it; commands run in it as root."""

    def __init__(self, folder: Path, program: Sequence[str]) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.program = program
        self._log = (folder.parent / f"{folder.name}.log").open("w+b")

    def __enter__(self) -> Self:
        # A copy of the root does not include other file systems that a test may need.
        needed = {str(path.resolve()) for path in (COLLECTIONS, COLLECTIONS / "ansible_collections/poolboy/concourse")}
        needed |= {sys.prefix, sys.base_prefix}
        spawn = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--machine=poolboy-{os.getpid()}"]
        spawn += [
            f"--directory={self.folder}/root",
            "--resolv-conf=bind-host",
            # Its own: other tests of this machine write there at the same time.
            "--tmpfs=/var/tmp:mode=1777",
            *(f"--bind-ro={path}" for path in needed),
        ]
        shared = os.environ.get(FOLDER_VARIABLE)
        spawn += [f"--bind={shared}:{REUSED}"] if shared else []
        # If this program is killed, the kernel kills the first process of the namespace, and with it the machine.
        numbers = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
        command = ["setpriv", "--pdeathsig", "KILL", *numbers, "sh", "-c", START, "sh", str(self.folder)]
        self._host = subprocess.Popen(
            [*command, *spawn, *self.program], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        try:
            self.leader = self._wait_for_leader()
            self.wait(lambda: self.run(*self._is_up).code == 0, "the machine is up")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # All processes end with the first one; the disk's copy disappears with its last reference.
        for process in self._children(self._host.pid):
            os.kill(process, signal.SIGKILL)
        try:
            self._host.wait(10)
        except subprocess.TimeoutExpired:
            self._host.kill()
            self._host.wait()
        self._log.close()

    def run(self, *command: str, environment: Mapping[str, str] | None = None, patience: float = PATIENCE) -> Run:
        """Run a command in the machine as root and wait for it."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        variables = {"PATH": path, "HOME": "/root", "LC_ALL": "C.UTF-8", **(environment or {})}
        done = subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "env", "--chdir=/", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            env=variables,
            timeout=patience,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def ansible(
        self,
        *command: str,
        environment: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
        umask: str = "022",
    ) -> Run:
        """Run a command of Ansible in the machine; its files have the same paths there, see `put`."""
        passed_on = {
            name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()
        }
        variables = {
            "PATH": f"{TOOLS}:/usr/sbin:/usr/bin:/sbin:/bin",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **reuse(),
            **({FOLDER_VARIABLE: REUSED} if os.environ.get(FOLDER_VARIABLE) else {}),
            **passed_on,
            **(environment or {}),
        }
        program, *arguments = command
        under = ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]
        return self.run(*under, str(TOOLS / program), *arguments, environment=variables, patience=patience)

    def put(self, path: str, content: str) -> str:
        """Write a file into the machine that only root can read."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_text(content, encoding="utf-8")
        return path

    def path(self, path: str) -> Path:
        """Return the path of a machine's file on this host, even for file systems in memory."""
        return Path(f"/proc/{self.leader}/root{path}")

    def read(self, path: str) -> str:
        """Return the text of a machine's file, or an empty text."""
        try:
            return self.path(path).read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""

    @property
    def changed(self) -> Path:
        """The files that differ from this machine, below a folder for the root."""
        return Path(f"/proc/{self._host.pid}/root{self.folder}/changed")

    def processes(self) -> list[int]:
        """The ids of the machine's processes on this host."""
        return self._family(self._host.pid)[1:]

    def wait(self, ready: Callable[[], object], what: str, *, patience: float = 60.0) -> None:
        """Wait until `ready()` is true."""
        end = time.monotonic() + patience
        while not ready():
            assert time.monotonic() < end, f"{what}: not within {patience:.0f} s\n{self._said()}"
            assert self._host.poll() is None, f"the machine has ended\n{self._said()}"
            time.sleep(0.5)

    @property
    def _is_up(self) -> tuple[str, ...]:
        return ("systemctl", "is-active", "multi-user.target") if self.program == SYSTEMD else ("pgrep", "-x", "cron")

    def _wait_for_leader(self) -> int:
        self.wait(lambda: any(map(self._is_leader, self._family(self._host.pid))), "the machine starts")
        return next(filter(self._is_leader, self._family(self._host.pid)))

    def _is_leader(self, process: int) -> bool:
        """Whether a process is the first one of a machine and already has its own root."""
        try:
            numbers = re.findall(r"^NSpid:.*\t1$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
            return bool(numbers) and Path(f"/proc/{process}/root/run/host").is_dir()
        except OSError:
            return False

    def _children(self, process: int) -> list[int]:
        try:
            return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
        except OSError:
            return []

    def _family(self, process: int) -> list[int]:
        return [process, *(one for child in self._children(process) for one in self._family(child))]

    def _said(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")[-3000:]
