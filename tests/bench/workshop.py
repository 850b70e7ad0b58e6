# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the benches: folder, sizes, repositories and transports."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..lockrepo.git_command import git_environment
from ..servers import SshServer, serve_ssh
from .repositories import Generated, generated
from .sizes import Shape, Sizes


class CannotMeasure(Exception):
    """A component that a bench needs is missing; the message names it."""


@dataclass(frozen=True)
class Transport:
    """A transport: addresses of the repositories, options of the modules, and variables for git."""

    name: str
    url: Callable[[Generated], str]
    options: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment for plain git."""
        return git_environment(**self.variables)


class Workshop:
    """`folder` keeps expensive files; everything else is removed when the context ends."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self.sizes = sizes
        self._repositories = folder / "repositories"
        self._repositories.mkdir(parents=True, exist_ok=True)
        self._scratch = tempfile.TemporaryDirectory(prefix="scratch-", dir=folder)
        self._stack = contextlib.ExitStack()
        self._ssh: SshServer | None = None

    def __enter__(self) -> Workshop:
        self._stack.enter_context(self._scratch)
        return self

    def __exit__(self, *_other: object) -> None:
        self._stack.close()

    def repository(self, shape: Shape) -> Generated:
        """Return a generated repository with its files in the page cache, as on a git host in use."""
        repository = generated(self._repositories, shape)
        for file in repository.path.rglob("*"):
            if file.is_file():
                file.read_bytes()
        return repository

    def transports(self) -> Iterator[Transport]:
        """Yield the transports: file:// and ssh through a real sshd; raise CannotMeasure without sshd."""
        yield Transport("file://", lambda repository: f"file://{repository.path}")
        server = self._ssh_server()
        yield Transport(
            "ssh",
            lambda repository: server.url(repository.path.name),
            {"key_file": str(server.key.file), "known_hosts_file": str(server.known_hosts)},
            {"GIT_SSH_COMMAND": server.ssh_command()},
        )

    def fresh_path(self, name: str) -> Path:
        """Return an unused path of that name; remove an existing one."""
        path = Path(self._scratch.name) / name
        path.unlink(missing_ok=True) if path.is_file() else shutil.rmtree(path, ignore_errors=True)
        return path

    def _ssh_server(self) -> SshServer:
        if self._ssh is None:
            try:
                self._ssh = self._stack.enter_context(serve_ssh(self._repositories))
            except pytest.skip.Exception as missing:
                raise CannotMeasure(str(missing)) from None
        return self._ssh
