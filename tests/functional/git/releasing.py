# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release locks, and read the commits with plain git."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import (
    LockChange,
    RepositoryChange,
    moved_lock,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import CommitStore, PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.writer import RepositoryWriter
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.lock_commits import RELEASES
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.lockrepo.history import GitHistory


@dataclass(frozen=True)
class ReleasedCommit:
    """A commit as plain git shows it; `changes` are status and path, in git's order."""

    message: str
    changes: tuple[str, ...]
    author: str
    committer: str


@contextmanager
def open_repository(
    repo: object, cache_dir: Path, *, git_author: str = DEFAULT_AUTHOR, **options: Any
) -> Iterator[RepositoryWriter[RepositoryChange]]:
    """Open a repository to release locks in, as concourse_pool_clean does."""
    author = parse_author(git_author)
    options = {"cache_dir": str(cache_dir), "git_timeout": 30, **options}
    with LockRepository(RepositoryOptions(repo=str(repo), **options)) as repository:
        yield RepositoryWriter(repository, author, RELEASES)


def releases_of(snapshot: Snapshot, *names: str, to: str | None = None) -> list[LockChange]:
    """Return releases of these locks (`pool/lock`), by default of all claimed ones; `to` is another pool."""
    chosen = [lock for lock in snapshot.locks if lock.is_claimed and (not names or lock.pool_and_name in names)]
    assert len(chosen) == len(names) or not names
    return [
        moved_lock(lock, to or lock.pool, State.UNCLAIMED, f"unclaiming: {lock.name}\n\nIt was left.\n")
        for lock in chosen
    ]


def release(store: CommitStore[RepositoryChange], *names: str, to: str | None = None) -> PushOutcome:
    """Make one attempt: snapshot, write, push."""
    return store.push(*write(store, *names, to=to))


def write(store: CommitStore[RepositoryChange], *names: str, to: str | None = None) -> tuple[Snapshot, str]:
    """Take a snapshot and write releases on top; return the snapshot and the last commit."""
    snapshot = store.snapshot()
    return snapshot, store.write(snapshot, releases_of(snapshot, *names, to=to))


def commits_since(repository: GitHistory, base: str) -> list[ReleasedCommit]:
    """Return the commits after `base`, oldest first; a moved file is a deleted and an added one."""
    names = git("rev-list", "--reverse", f"{base}..{repository.branch}", folder=repository.path).decode().split()
    return [_read(repository, name) for name in names]


def is_whole(repository: GitHistory) -> bool:
    """Return whether git fsck finds nothing, not even warnings."""
    return git("fsck", "--strict", "--no-dangling", folder=repository.path) == b""


def set_hook(repository: GitHistory, name: str, script: str) -> Path:
    """Install a hook, given as shell script."""
    hook = repository.path / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)
    return hook


def _read(repository: GitHistory, name: str) -> ReleasedCommit:
    def show(form: str, *options: str) -> Sequence[str]:
        printed = git("show", f"--format={form}", "--no-renames", *options, name, folder=repository.path)
        return printed.decode("utf-8", "surrogateescape").split("\0")

    (message,) = show("%B", "--no-patch")
    (people,) = show("%an <%ae> %at %ad%x0a%cn <%ce> %ct %cd", "--no-patch", "--date=format:%z")
    fields = [field for field in show("", "--name-status", "-z") if field.strip()]
    changes = tuple(f"{status.strip()} {path}" for status, path in zip(fields[::2], fields[1::2], strict=True))
    author, committer = people.strip().split("\n")
    return ReleasedCommit(message.rstrip("\n") + "\n", changes, author, committer)
