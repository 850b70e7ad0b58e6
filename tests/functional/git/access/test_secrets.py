# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password or a key never appears in command lines, settings, files and errors."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import SshServer, failing, serve_https

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

PASSWORD = "hunter2-and-more"


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    repository.claim("aws", "env-1")
    return repository


class Watcher:
    """Every command line of the machine, and every file in the folder for temporary files, while it watches."""

    def __init__(self, temporary: Path) -> None:
        self.temporary = temporary
        self.command_lines: set[bytes] = set()
        self.files: set[str] = set()
        self._over = threading.Event()

    def watch(self) -> None:
        while not self._over.wait(0.002):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.command_lines.add((process / "cmdline").read_bytes())
                except OSError:
                    continue
            self.files |= {path.name for path in self.temporary.iterdir()}

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self.watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


@pytest.fixture
def watcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    return Watcher(temporary)


def files_with(folder: Path, secret: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_a_password(
    look: Look, locks: LockRepository, recorder: GitRecorder, watcher: Watcher, own_home: Path, tmp_path: Path
) -> None:
    with serve_https(locks.path.parent, tls=False, user="me", password=PASSWORD) as server, watcher.watching():
        for repo in (server.url("locks.git"), server.url("locks.git").replace("://", f"://me:{PASSWORD}@")):
            look(repo, repo_username="me", repo_password=PASSWORD)
            locks.claim("aws", "env-1") if locks.tree().get(b"aws/unclaimed/env-1") else locks.release("aws", "env-1")
    assert recorder.commands().count("fetch") >= 2
    assert any(b"ls-remote" in line for line in watcher.command_lines)
    assert not [line for line in watcher.command_lines if PASSWORD.encode() in line]
    assert not [arguments for arguments in recorder.calls() if PASSWORD in " ".join(arguments)]
    names = {
        line.partition("=")[0] for text in recorder.environments() for line in text.splitlines() if PASSWORD in line
    }
    assert names == {"POOLBOY_GIT_PASSWORD"}
    assert files_with(look.cache_dir, PASSWORD) == files_with(own_home, PASSWORD) == []


def test_the_text_of_a_key(
    look: Look, locks: LockRepository, ssh_server: SshServer, recorder: GitRecorder, watcher: Watcher, own_home: Path
) -> None:
    text = Path(ssh_server.key.file).read_text()
    secret = text.splitlines()[2]
    with watcher.watching():
        look(ssh_server.url("locks.git"), ssh_private_key=text, known_hosts_file=str(ssh_server.known_hosts))
    assert any(b"/proc/" in line and b"ssh" in line for line in watcher.command_lines)
    assert not [line for line in watcher.command_lines if secret.encode() in line]
    assert not [text for text in recorder.environments() if secret in text]
    assert not watcher.files
    assert files_with(look.cache_dir, secret) == files_with(own_home, secret) == []


def test_errors_at_every_stage(look: Look, locks: LockRepository) -> None:
    """Even if the server itself returns the password."""
    with serve_https(locks.path.parent, tls=False) as server:
        server.answer = failing(500)
        for repo in (server.url(PASSWORD), server.url("x").replace("://", f"://me:{PASSWORD}@")):
            with pytest.raises(RepositoryError) as caught:
                look(repo, repo_username="me", repo_password=PASSWORD)
            said = str(caught.value).partition("(")[2]
            assert PASSWORD not in said


def test_options_do_not_show_their_secrets() -> None:
    options = RepositoryOptions(repo="x", ssh_private_key=PASSWORD, repo_password=PASSWORD)
    assert PASSWORD not in repr(options)
