# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules as Ansible sends them, each in a process of its own that starts with Ansible's module_utils imported.

Importing them is half the time of a task. The collection's own files are imported from the archive of the module.
"""

from __future__ import annotations

import array
import atexit
import fcntl
import gc
import importlib
import marshal
import os
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from types import ModuleType

IMPORTED = (
    "ansible.module_utils._internal._ansiballz._loader",
    "ansible.module_utils.basic",
    "ansible.module_utils.urls",
    "base64",
    "runpy",
    "shutil",
    "tempfile",
    "zipfile",
)
IDLE = 60.0  # seconds after which a server ends
TICK = 1.0  # seconds


def serve(address: str) -> None:
    """Run modules until none has come for a while, or the tests have ended and removed the socket."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen(128)
    server.settimeout(TICK)
    # The kernel waits for the modules.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    end = time.monotonic() + IDLE
    while time.monotonic() < end and os.path.exists(address):
        try:
            client, _address = server.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            server.close()
            _be_the_module(client)
        client.close()
        end = time.monotonic() + IDLE
    for path in (address, f"{address}.started"):
        with suppress(FileNotFoundError):
            os.unlink(path)


def _be_the_module(client: socket.socket) -> None:
    """Become the process that the client was, run its module, and tell its exit code."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        script = _take_over(client)
        client.send(b"t")
        _end_with(client)
        code = _run(script)
    except BaseException:  # noqa: BLE001 - the task shows it
        traceback.print_exc()
    finally:
        try:
            _end_as_python_does()
            client.send(bytes([code & 255]))
        finally:
            os._exit(code)


def _take_over(client: socket.socket) -> str:
    """Take the files, folder, mask and variables of the client; return the path of its module."""
    size, messages, _flags, _address = client.recvmsg(8, socket.CMSG_LEN(4 * 4))
    files = array.array("i", messages[0][2])
    told = b""
    while len(told) < int.from_bytes(size, "big"):
        told += client.recv(1 << 20)
    script, path, variables, mask = marshal.loads(told)
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    os.fchdir(files[3])
    for file in files:
        os.close(file)
    os.umask(mask)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    sys.dont_write_bytecode = bool(variables.get("PYTHONDONTWRITEBYTECODE"))
    sys.argv, sys.path = [script], [os.path.dirname(script), *path]
    return str(script)


def _end_with(client: socket.socket) -> None:
    """Let the kernel kill this process if the client is killed."""
    fcntl.fcntl(client, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(client, fcntl.F_SETFL, fcntl.fcntl(client, fcntl.F_GETFL) | os.O_ASYNC)


def _end_as_python_does() -> None:
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads of the module
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()


def _run(script: str) -> int:
    program = ModuleType("__main__")
    program.__file__ = script
    sys.modules["__main__"] = program
    try:
        with open(script, encoding="utf-8") as file:
            exec(compile(file.read(), script, "exec"), vars(program))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
