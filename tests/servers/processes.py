# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server processes for tests: find a free port, wait for a condition with a limit, stop reliably."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ..lockrepo.git_command import git_environment

PATIENCE = 10.0  # seconds to wait for a server
ATTEMPTS = 5  # ports to try: another process may take a free port first


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which no process listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = PATIENCE) -> None:
    """Return when `condition` holds; raise TimeoutError with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:g} seconds still no {what}")
        time.sleep(0.01)


def start(command: Sequence[str], *, log_file: Path, ready_line: str) -> subprocess.Popen[bytes]:
    """Start a server and wait until it logs `ready_line`; raise RuntimeError with its log if it exits first.

    The log is the condition, because another process may listen on the port.
    """
    with log_file.open("ab") as log:
        already = log.tell()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=git_environment(), start_new_session=True
        )

    def said() -> str:
        return log_file.read_bytes()[already:].decode(errors="replace")

    try:
        wait_until(lambda: ready_line in said() or process.poll() is not None, what=f"{ready_line!r} from {command[0]}")
    except BaseException:
        stop(process)
        raise
    if process.poll() is not None:
        raise RuntimeError(f"{command[0]} ended at once: {said().strip()}")
    return process


def start_on_free_port(
    command: Callable[[int], Sequence[str]], *, log_file: Path, ready_line: str
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the server `command(port)` on a free port; retry with another port if it was taken meanwhile."""
    for _attempt in range(ATTEMPTS - 1):
        port = free_port()
        with suppress(RuntimeError):
            return port, start(command(port), log_file=log_file, ready_line=ready_line)
    port = free_port()
    return port, start(command(port), log_file=log_file, ready_line=ready_line)


def stop(process: subprocess.Popen[bytes], *, seconds: float = 5.0) -> None:
    """Terminate the server, kill it if it does not exit, and wait for its end."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
