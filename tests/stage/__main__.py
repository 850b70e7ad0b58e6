# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a Concourse and a lock repository with every kind of holder: `python -m tests.stage FOLDER`.

For Molecule and other tests from a shell. With --detach it returns as soon as it is ready. FOLDER/stage.json then
contains `repo`, `concourse_url`, `concourse_username`, `concourse_password`, and the
`port` of the Concourse. The process exits when that file is removed, on SIGTERM, or after --for seconds.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from ..demo.story import LENGTH, simulate_day
from ..scene import Scene

USER, PASSWORD = "pool-boy", "demo"
PATIENCE = 60.0  # seconds to wait until it is ready
TICK = 0.2  # seconds between two checks of a file


def main() -> int:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    ready = options.folder / "stage.json"
    ready.unlink(missing_ok=True)
    return _detach(options, ready) if options.detach else _serve(options, ready)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stage", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=lambda path: Path(path).resolve(), help="created if missing")
    parser.add_argument("--detach", action="store_true", help="continue in the background when ready")
    parser.add_argument("--for", type=int, default=3600, dest="seconds", help="exit after this many seconds (3600)")
    return parser.parse_args()


def _serve(options: argparse.Namespace, ready: Path) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_other: ended.set())
    with Scene(options.folder, now=int(time.time()) - LENGTH) as scene:
        simulate_day(scene)
        scene.atc.follow_wall_clock()
        _write(ready, scene)
        until = time.monotonic() + options.seconds
        while ready.exists() and time.monotonic() < until and not ended.wait(TICK):
            pass
    ready.unlink(missing_ok=True)
    return 0


def _write(ready: Path, scene: Scene) -> None:
    """Write the file atomically, so that readers see all of it."""
    known = {
        "repo": scene.repo,
        "concourse_url": scene.atc.url,
        "concourse_username": USER,
        "concourse_password": PASSWORD,
        "port": int(scene.atc.url.rpartition(":")[2]),
    }
    unfinished = ready.with_suffix(".new")
    unfinished.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(ready)


def _detach(options: argparse.Namespace, ready: Path) -> int:
    command = [sys.executable, "-m", str(__package__), str(options.folder), "--for", str(options.seconds)]
    with (options.folder / "stage.log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True
        )
    until = time.monotonic() + PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            print(f"The stage did not start: {(options.folder / 'stage.log').read_text()}", file=sys.stderr)
            return 1
        time.sleep(TICK)
    print(ready)
    return 0


if __name__ == "__main__":
    sys.exit(main())
