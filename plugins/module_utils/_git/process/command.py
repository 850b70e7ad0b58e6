# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts git, and reads its output before a deadline."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from .dependency import MissingDependency, git_executable
from .environment import inherited_environment

LOCAL_TIMEOUT = 3600.0  # seconds for a command that only reads the mirror: a bound for the slowest disk
_CHUNK = 1 << 20
_KEPT_STDERR = 1 << 16


class GitFailed(Exception):
    """A git command failed. `stderr` is what it printed there."""

    def __init__(self, command: str, status: int, stderr: str) -> None:
        super().__init__(f"git {command} failed with {status}: {stderr}")
        self.command = command
        self.status = status
        self.stderr = stderr


class GitTimedOut(GitFailed):
    """A git command was killed, with everything that it had started, after `seconds`."""

    def __init__(self, command: str, seconds: float, stderr: str) -> None:
        super().__init__(command, -signal.SIGKILL, stderr)
        self.seconds = seconds


class GitProcess:
    """A running git command, in a process group of its own."""

    def __init__(self, process: subprocess.Popen[bytes], command: str, timeout: float) -> None:
        self._process = process
        self._stdout = _pipe(process.stdout)
        self._stderr = _pipe(process.stderr)
        self._command = command
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._printed_errors = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)

    def chunks(self) -> Iterator[bytes]:
        """Yield the output of git as it arrives. Raises GitFailed at the end; stops git when left early."""
        try:
            while chunk := self.read():
                yield chunk
            self._finish()
        finally:
            self.stop()

    def output(self) -> bytes:
        """Wait for the end and return the whole output. Raises GitFailed."""
        return b"".join(self.chunks())

    def read(self) -> bytes:
        """Wait for more output; return nothing at its end. Raises GitTimedOut."""
        while True:
            for key, _events in self._selector.select(self._remaining()):
                chunk = os.read(key.fd, _CHUNK)
                if key.fileobj is self._stdout:
                    return chunk
                if not chunk:
                    self._selector.unregister(key.fileobj)
                self._keep(chunk)

    def write(self, content: bytes) -> None:
        """Write to the input of git. If git has ended, the next read shows it."""
        stdin = _pipe(self._process.stdin)
        with contextlib.suppress(BrokenPipeError):
            stdin.write(content)
            stdin.flush()

    def end_input(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()

    def stop(self) -> None:
        """Kill git and everything that it started, if it still runs."""
        self._selector.close()
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for stream in (self._process.stdin, self._stdout, self._stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def failure(self) -> GitFailed:
        """Return the error for a git whose output ended too early."""
        try:
            self._finish()
        except GitFailed as failed:
            return failed
        return GitFailed(self._command, 0, "the output ended too early")

    def _finish(self) -> None:
        """Wait for git itself to end: a helper that it left behind can hold stderr open forever."""
        try:
            status = self._process.wait(self._remaining())
        except subprocess.TimeoutExpired:
            raise self._timed_out() from None
        stderr = self._stderr.fileno()
        os.set_blocking(stderr, False)
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(stderr, _CHUNK):
                self._keep(chunk)
        if status:
            raise GitFailed(self._command, status, self._error_text())

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise self._timed_out()
        return remaining

    def _timed_out(self) -> GitTimedOut:
        self.stop()
        return GitTimedOut(self._command, self._timeout, self._error_text())

    def _keep(self, chunk: bytes) -> None:
        self._printed_errors += chunk[: _KEPT_STDERR - len(self._printed_errors)]

    def _error_text(self) -> str:
        return self._printed_errors.decode("utf-8", "replace")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("git was started without this pipe")
    return stream


class GitCommand:
    """Starts git commands with the same environment.

    By subprocess: GitPython (3.2.1) has no deadline for a command whose output is read as it arrives, and its import
    takes 0.1 s of every run.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.executable = git_executable()

    def with_variables(self, variables: Mapping[str, str]) -> GitCommand:
        """Return the same git with more variables in its environment."""
        return GitCommand({**self._environment, **variables})

    def start(
        self, *arguments: str, repository: Path | None = None, timeout: float = LOCAL_TIMEOUT, with_input: bool = False
    ) -> GitProcess:
        """Start a command in a bare repository, or in none. `timeout` is in seconds. Raises MissingDependency."""
        # Never the repository of the current folder.
        environment = {**inherited_environment(), **self._environment, "GIT_DIR": str(repository or os.devnull)}
        try:
            # run_command of ansible-core returns the output only at the end, and has no deadline.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                [self.executable, *arguments],
                stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=os.sep,
                # A group can be killed as a whole: a killed git leaves ssh and remote-https behind.
                start_new_session=True,
                # Python ignores SIGXFSZ: so does git then, and names the limit on file sizes instead of dying silently.
                restore_signals=False,
            )
        except OSError as error:
            raise MissingDependency(f"The program {self.executable} cannot be started: {error.strerror}.") from error
        return GitProcess(process, arguments[0], timeout)

    def run(self, *arguments: str, repository: Path | None = None, timeout: float = LOCAL_TIMEOUT) -> bytes:
        """Run a command to its end and return its output. Raises GitFailed."""
        return self.start(*arguments, repository=repository, timeout=timeout).output()
