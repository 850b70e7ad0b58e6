# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real `git daemon` that serves a folder of bare repositories for fetch and push."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .processes import start_on_free_port, stop
from .require import require_git_program


@dataclass(frozen=True)
class GitDaemon:
    """A running git daemon. The git:// protocol has no encryption and no login."""

    root: Path
    port: int
    log_file: Path

    def url(self, repository: Path | str) -> str:
        """Return the git:// address of a repository, given its path below the served folder."""
        return f"git://127.0.0.1:{self.port}/{Path(repository).as_posix()}"

    def log(self) -> str:
        """Return the daemon's log."""
        return self.log_file.read_text(errors="replace")


@contextmanager
def serve_git_daemon(root: Path) -> Iterator[GitDaemon]:
    """Serve the bare repositories below `root` over git:// until the context ends."""
    program = require_git_program("git-daemon")
    root = root.resolve()
    options = ["--reuseaddr", "--export-all", "--enable=receive-pack", "--informative-errors", "--verbose"]
    with tempfile.TemporaryDirectory(prefix="poolboy-daemon-") as folder:
        log_file = Path(folder) / "daemon.log"
        port, process = start_on_free_port(
            lambda port: [program, *options, f"--base-path={root}", "--listen=127.0.0.1", f"--port={port}"],
            log_file=log_file,
            ready_line="Ready to rumble",
        )
        try:
            yield GitDaemon(root, port, log_file)
        finally:
            stop(process)
