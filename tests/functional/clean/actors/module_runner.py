# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real module many times, each in a process of its own that starts with everything imported.

As a program it runs the module whose name is its argument: it reads one JSON object a line, as runner.py writes them,
and writes the result of the run.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import runpy
import select
import signal
import sys
import traceback
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.requests_library import import_requests

MIN_SECONDS = 180.0


def run(module: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the output of one run of the module, or `{"killed": true}`."""
    kill_after: float | None = asked["kill_after"]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_module(module, asked, writing)
    os.close(writing)
    printed = _read(reading, child, MIN_SECONDS if kill_after is None else kill_after)
    os.close(reading)
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return {"killed": True, "hung": printed is None and kill_after is None}
    try:
        result: dict[str, Any] = json.loads(printed or b"")
    except ValueError:
        return {"failed": True, "msg": f"printed no JSON: {(printed or b'')[-2000:]!r}", "crashed": True}
    return result


def _be_the_module(module: str, asked: dict[str, Any], writing: int) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no git may read what the next runs are to do
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        if asked["environment"] is not None:
            os.environ.clear()
            os.environ.update(asked["environment"])
        if asked["folder"] is not None:
            os.chdir(asked["folder"])
        given = json.dumps({"ANSIBLE_MODULE_ARGS": asked["options"]}).encode()
        sys.stdin = io.TextIOWrapper(io.BytesIO(given))
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.modules.pop(module, None)
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - the caller shows what was printed
        traceback.print_exc(file=sys.stdout)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _read(descriptor: int, child: int, seconds: float) -> bytes | None:
    """Return the output of the child; None if it was killed after `seconds`."""
    chunks: list[bytes] = []
    while select.select([descriptor], [], [], seconds)[0]:
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
    os.kill(child, signal.SIGKILL)
    return None


def main() -> None:
    module = sys.argv.pop()  # a module takes an argument for the file with its options
    importlib.import_module(module)
    import_requests()
    for line in sys.stdin:
        print(json.dumps(run(module, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
