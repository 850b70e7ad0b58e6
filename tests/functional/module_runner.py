# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real modules many times, each run in a process of its own that starts with everything imported.

As a program it reads one JSON object a line, as module_process.py writes them, and writes the output of each run.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import runpy
import selectors
import signal
import sys
import time
import traceback
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.requests_library import import_requests

PACKAGE = "ansible_collections.poolboy.concourse.plugins.modules"
MODULES = ("clean", "lock", "status", "trigger")
LONGEST_RUN = 180.0  # seconds


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """Return exit code, `stdout` and `stderr` of one run of a module, or `{"killed": true}`."""
    kill_after: float | None = asked["kill_after"]
    pipes = [os.pipe(), os.pipe()]
    child = os.fork()
    if child == 0:
        _be_the_module(asked, *(writing for _reading, writing in pipes))
    for _reading, writing in pipes:
        os.close(writing)
    printed = _read([reading for reading, _writing in pipes], child, kill_after or LONGEST_RUN)
    _child, status = os.waitpid(child, 0)
    # A run that ended just before it was killed was killed, too: its output is not whole.
    if printed is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        return {"killed": True, "hung": printed is None and kill_after is None}
    stdout, stderr = (text.decode(errors="surrogateescape") for text in printed)
    return {"code": os.waitstatus_to_exitcode(status), "stdout": stdout, "stderr": stderr}


def _be_the_module(asked: dict[str, Any], stdout: int, stderr: int) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no git may read what the next runs are to do
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        given = json.dumps({"ANSIBLE_MODULE_ARGS": asked["options"]}).encode()
        sys.argv = [asked["module"]]
        sys.stdin = io.TextIOWrapper(io.BytesIO(given))
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        module = f"{PACKAGE}.{asked['module']}"
        sys.modules.pop(module, None)
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - the caller shows what was printed
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read(descriptors: list[int], child: int, seconds: float) -> list[bytes] | None:
    """Return what the child writes to each descriptor; None if it was killed after `seconds`."""
    chunks: dict[int, list[bytes]] = {descriptor: [] for descriptor in descriptors}
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, until - time.monotonic()))
            for key, _events in ready:
                chunk = os.read(key.fd, 1 << 16)
                chunks[key.fd].append(chunk)
                if not chunk:
                    selector.unregister(key.fd)
            if not ready:
                os.kill(child, signal.SIGKILL)
                break
        is_whole = not selector.get_map()
    for descriptor in descriptors:
        os.close(descriptor)
    return [b"".join(chunks[descriptor]) for descriptor in descriptors] if is_whole else None


def main() -> None:
    for name in MODULES:
        importlib.import_module(f"{PACKAGE}.concourse_pool_{name}")
    import_requests()
    # Not by sys.stdout: with PYTHONUNBUFFERED=1, it loses the rest of a result whose write a signal interrupts.
    with os.fdopen(1, "w", closefd=False) as results:
        for line in sys.stdin:
            print(json.dumps(run(json.loads(line))), file=results, flush=True)


if __name__ == "__main__":
    main()
