# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a host with a stage for Molecule: `python -m ...tests.functional.schedule.standing FOLDER systemd|cron`.

It returns as soon as the host runs. FOLDER/host.json contains the role's variables, and FOLDER/enter replaces
ssh. The host stops when that JSON file is removed, or after an hour.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.schedule.host import Host, download_wheels
from ansible_collections.poolboy.concourse.tests.functional.schedule.machine import CRON, SYSTEMD, Machine, obstacle
from ansible_collections.poolboy.concourse.tests.functional.schedule.stage import Stage

PATIENCE, LIFE, TICK = 300.0, 3600.0, 0.2  # seconds
# The last argument is the command, as for ssh; ssh options and the host name come before it.
ENTER = """#!/bin/sh
for command; do :; done
exec nsenter --target {leader} --all env --ignore-environment --chdir=/root HOME=/root LC_ALL=C.UTF-8 \\
  PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "$command"
"""


def keep(folder: Path, program: str) -> None:
    """Run the host until its file is removed."""
    ready = folder / "host.json"
    wheels = folder / "wheels"
    wheels.mkdir()
    download_wheels(wheels)
    machine = Machine(folder / "machine", {"systemd": SYSTEMD, "cron": CRON}[program])
    with machine, Stage(folder / "stage") as stage:
        Host(machine, stage, wheels)
        stage.leave("env-1")
        enter = folder / "enter"
        enter.write_text(ENTER.format(leader=machine.leader), encoding="utf-8")
        enter.chmod(0o700)
        draft = folder / "host.json.new"
        draft.write_text(json.dumps({"round": stage.round, "secrets": stage.secrets}), encoding="utf-8")
        draft.rename(ready)
        end = time.monotonic() + LIFE
        while ready.exists() and time.monotonic() < end:
            time.sleep(TICK)


def start(folder: Path, program: str) -> int:
    """Start the host in a background process and wait until it runs."""
    folder.mkdir(parents=True, mode=0o700)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", __spec__.name, str(folder), program, "--keep"]
        keeper = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + PATIENCE
    while not (folder / "host.json").exists():
        if keeper.poll() is not None or time.monotonic() > end:
            print((folder / "log").read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
            return 1
        time.sleep(TICK)
    return 0


def main() -> int:
    folder, program, *keeping = sys.argv[1:]
    reason = obstacle()
    if reason:
        print(reason, file=sys.stderr)
        return 1
    if not keeping:
        return start(Path(folder), program)
    keep(Path(folder), program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
