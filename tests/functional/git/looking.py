# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a lock repository, with the collection and with plain git for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import (
    ALL_POOLS,
    Snapshot,
    WantedPools,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository_history import RepositoryHistory
from ansible_collections.poolboy.concourse.tests import lockrepo
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.lockrepo.stream import RESOURCE, header, rename


@dataclass
class Look:
    """Opens a repository, takes a snapshot and closes it, as one run of a module does, with a cache of its own."""

    cache_dir: Path
    warnings: list[str] = field(default_factory=list)

    def __call__(self, repo: object, **options: Any) -> Snapshot:
        wanted = options.pop("wanted", None)
        options = {"cache_dir": str(self.cache_dir), "git_timeout": 30, **options}
        pools = WantedPools(frozenset(wanted)) if wanted else ALL_POOLS
        with LockRepository(RepositoryOptions(repo=str(repo), **options), pools, self.warnings.append) as repository:
            return repository.snapshot()

    @property
    def folder(self) -> Path:
        """What is kept of the only repository that was looked at."""
        (folder,) = self.cache_dir.iterdir()
        return folder

    @property
    def mirror(self) -> Path:
        return self.folder / "mirror.git"

    def files(self) -> list[Path]:
        """All files that are kept, in an order of their own."""
        return sorted(path for path in self.cache_dir.rglob("*") if path.is_file())


@contextmanager
def open_history(repo: object, cache_dir: Path) -> Iterator[RepositoryHistory]:
    """Open the history of a repository, as concourse_pool_trigger does."""
    with LockRepository(RepositoryOptions(repo=str(repo), cache_dir=str(cache_dir), git_timeout=30)) as repository:
        yield RepositoryHistory(repository)


def grow(locks: lockrepo.LockRepository, rounds: int, lock: str = "env-2") -> None:
    """Claim and release a free lock of pool aws this number of times: two commits for each round, a minute apart."""
    free, claimed = f"aws/unclaimed/{lock}".encode(), f"aws/claimed/{lock}".encode()
    parents = [locks.tip() or ""]
    commits = []
    for number in range(2 * rounds):
        locks.now += 60
        author = RESOURCE.at(locks.now)
        verb, source, target = ("unclaiming", claimed, free) if number % 2 else ("claiming", free, claimed)
        message = f"{verb}: {lock}"
        commits.append(header(locks.branch, mark=1, message=message, author=author, committer=author, parents=parents))
        commits.append(rename(source, target))
        parents = [":1"]
    git("fast-import", "--quiet", "--force", folder=locks.path, given=b"".join(commits))


def claims_of(snapshot: Snapshot) -> dict[str, str]:
    """The commit of each claim, by path."""
    return {path: claim.commit for path, claim in snapshot.claims.items()}


def states_of(snapshot: Snapshot) -> dict[str, str]:
    """The state of each lock, by pool and name."""
    return {f"{lock.pool}/{lock.name}": lock.state.value for lock in snapshot.locks}


def expected_claims(repository: lockrepo.LockRepository, branch: str | None = None) -> dict[str, str]:
    """The claims according to plain git, one path after the other. Right for histories without merges."""
    tip = repository.commit_of(branch or repository.branch)
    listing = git("ls-tree", "-r", "-z", "--name-only", tip, folder=repository.path)
    paths = [path.decode("utf-8", "surrogateescape") for path in listing.split(b"\0")[:-1] if b"/claimed/" in path]
    claims = {}
    for path in paths:
        if not path.rpartition("/")[2].startswith("."):
            options = ("--diff-filter=A", "--no-renames", "--format=%H")
            printed = git("log", "-1", *options, tip, "--", f":(literal){path}", folder=repository.path)
            claims[path] = printed.decode().strip()
    return claims
