# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that runs git."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dependency import git_executable, load_gitpython
from .environment import without_git_variables

if TYPE_CHECKING:
    import git

LOCAL_TIMEOUT = 3600.0  # seconds for a command that only reads our own copy: a bound for the worst disk
_CHUNK = 1 << 20
_KEPT_STDERR = 1 << 16


class GitFailed(Exception):
    """A git command that ended badly. `stderr` is all that it said."""

    def __init__(self, command: str, status: int, stderr: str) -> None:
        super().__init__(f"git {command} ended with {status}: {stderr}")
        self.command = command
        self.status = status
        self.stderr = stderr


class GitTimedOut(GitFailed):
    """A git command that had to be stopped, with everything that it had started, after `seconds`."""

    def __init__(self, command: str, seconds: float, stderr: str) -> None:
        super().__init__(command, -signal.SIGKILL, stderr)
        self.seconds = seconds


class GitProcess:
    """A git command under way, in a process group of its own."""

    def __init__(self, process: git.Git.AutoInterrupt, command: str, timeout: float) -> None:
        self._process: Any = process
        self._command = command
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._stderr = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(process.stdout, selectors.EVENT_READ)
        self._selector.register(process.stderr, selectors.EVENT_READ)

    def chunks(self) -> Iterator[bytes]:
        """Yield what git prints, as it comes. Raises GitFailed at the end if git failed; left early, it stops git."""
        try:
            while chunk := self.read():
                yield chunk
            self._finish()
        finally:
            self.stop()

    def output(self) -> bytes:
        """Wait for the end and return all that git printed. Raises GitFailed."""
        return b"".join(self.chunks())

    def read(self) -> bytes:
        """Wait for more of the output; empty at its end. Raises GitTimedOut."""
        while True:
            for key, _events in self._selector.select(self._remaining()):
                chunk = os.read(key.fd, _CHUNK)
                if key.fileobj is self._process.stdout:
                    return chunk
                if not chunk:
                    self._selector.unregister(key.fileobj)
                self._keep(chunk)

    def write(self, given: bytes) -> None:
        """Give git something to read; a git that has ended shows in the next read."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(given)
            self._process.stdin.flush()

    def end_input(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def stop(self) -> None:
        """End git and all that it started, if it is still there."""
        self._selector.close()
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.proc.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def failure(self) -> GitFailed:
        """Say how a git that stopped talking too early ended."""
        try:
            self._finish()
        except GitFailed as failed:
            return failed
        return GitFailed(self._command, 0, "the output ended too early")

    def _finish(self) -> None:
        """Wait for the end of git itself; a helper that it left behind may hold stderr open for ever."""
        try:
            status = self._process.proc.wait(self._remaining())
        except subprocess.TimeoutExpired:
            raise self._timed_out() from None
        stderr = self._process.stderr.fileno()
        os.set_blocking(stderr, False)
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(stderr, _CHUNK):
                self._keep(chunk)
        if status:
            raise GitFailed(self._command, status, self._said())

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise self._timed_out()
        return remaining

    def _timed_out(self) -> GitTimedOut:
        self.stop()
        return GitTimedOut(self._command, self._timeout, self._said())

    def _keep(self, chunk: bytes) -> None:
        self._stderr += chunk[: _KEPT_STDERR - len(self._stderr)]

    def _said(self) -> str:
        return self._stderr.decode("utf-8", "replace")


class GitCommand:
    """git, with the environment that all its commands share."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.executable = git_executable()
        self._git: git.Git = load_gitpython().Git(os.sep)

    def with_variables(self, variables: Mapping[str, str]) -> GitCommand:
        """The same git with more in its environment."""
        return GitCommand({**self._environment, **variables})

    def start(
        self, *arguments: str, repository: Path | None = None, timeout: float = LOCAL_TIMEOUT, with_input: bool = False
    ) -> GitProcess:
        """Start a command on a bare repository, or on none. `timeout` is in seconds."""
        with without_git_variables():
            process = self._git.execute(
                [self.executable, *arguments],
                istream=subprocess.PIPE if with_input else None,
                as_process=True,
                # Never the repository that the current folder happens to lie in.
                env={**self._environment, "GIT_DIR": str(repository or os.devnull)},
                # A group of its own can be ended whole: git leaves ssh and remote-https behind when it is killed.
                start_new_session=True,
            )
        return GitProcess(process, arguments[0], timeout)

    def run(self, *arguments: str, repository: Path | None = None, timeout: float = LOCAL_TIMEOUT) -> bytes:
        """Run a command to its end and return what it printed. Raises GitFailed."""
        return self.start(*arguments, repository=repository, timeout=timeout).output()
