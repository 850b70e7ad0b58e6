# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers as pytest fixtures, for `pytest_plugins`. All serve the folder `served_folder`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .certificates import CertificateAuthority, new_authority
from .daemon import GitDaemon, serve_git_daemon
from .hanging import HangingServer, serve_nothing
from .https import GitHttpServer, serve_https
from .sshd import SshServer, serve_ssh


@pytest.fixture
def served_folder(tmp_path: Path) -> Path:
    """An empty folder for bare repositories, such as `locks.git`."""
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def certificate_authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """One CA for the whole run, because creating one takes longer than most tests."""
    return new_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ssh_server(served_folder: Path) -> Iterator[SshServer]:
    """A real sshd."""
    with serve_ssh(served_folder) as server:
        yield server


@pytest.fixture
def https_server(served_folder: Path, certificate_authority: CertificateAuthority) -> Iterator[GitHttpServer]:
    """A git server over HTTPS without a password; `serve_https` offers the other kinds."""
    with serve_https(served_folder, authority=certificate_authority) as server:
        yield server


@pytest.fixture
def git_daemon(served_folder: Path) -> Iterator[GitDaemon]:
    """A real git daemon."""
    with serve_git_daemon(served_folder) as server:
        yield server


@pytest.fixture
def hanging_server() -> Iterator[HangingServer]:
    """A server that never responds."""
    with serve_nothing() as server:
        yield server
