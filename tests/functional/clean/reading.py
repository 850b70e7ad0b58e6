# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a lock repository, read with plain git as people and pool resources read it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...lockrepo.git_command import git, git_environment, git_text

STATES = ("claimed", "unclaimed")


@dataclass(frozen=True)
class Commit:
    """One commit of the branch; `trailers` as git itself reads them."""

    sha: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str
    trailers: Mapping[str, str]


def tip(repository: Path, branch: str = "main") -> str:
    return git_text("rev-parse", f"refs/heads/{branch}", folder=repository)


def commits_since(repository: Path, base: str, branch: str = "main") -> list[Commit]:
    """Return the commits after `base`, oldest first."""
    form = "%H%n%P%n%an <%ae>%n%cn <%ce>%n%(trailers:only,unfold)%x01%B%x00"
    printed = git("log", "--reverse", f"--format={form}", f"{base}..refs/heads/{branch}", folder=repository).decode()
    return [_commit(entry.lstrip("\n")) for entry in printed.split("\0") if entry.strip()]


def subjects(repository: Path, base: str, branch: str = "main") -> list[str]:
    """Return the first lines of the messages of the commits after `base`, oldest first."""
    return [commit.message.partition("\n")[0] for commit in commits_since(repository, base, branch)]


def _commit(entry: str) -> Commit:
    head, _separator, message = entry.partition("\x01")
    sha, parents, author, committer, *trailers = head.rstrip("\n").split("\n")
    pairs = {name: value for name, _separator, value in (line.partition(": ") for line in trailers if line)}
    return Commit(sha, tuple(parents.split()), author, committer, message, pairs)


def lock_that_get_finds(repository: Path, commit: str, pool: str) -> str:
    """Return the lock that `get` of a pool resource finds in a commit: the first changed file of the pool."""
    printed = git_text("show", "--pretty=format:", "--name-only", commit, "--", pool, folder=repository)
    return printed.partition("\n")[0].rpartition("/")[2]


def changes_of(repository: Path, commit: str) -> list[tuple[str, str, str]]:
    """Return the changes of a commit: status, mode and path, without rename detection."""
    fields = git("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", commit, folder=repository).split(b"\0")
    found = []
    for description, path in zip(fields[0:-1:2], fields[1::2], strict=True):
        _old_mode, new_mode, _old, _new, status = description.decode().split()
        found.append((status, new_mode, path.decode("utf-8", "surrogateescape")))
    return found


def files(repository: Path, revision: str = "main") -> dict[str, str]:
    """Return every file by its path, as `mode object`."""
    found = {}
    for line in git("ls-tree", "-r", "-z", "--full-tree", revision, folder=repository).split(b"\0")[:-1]:
        about, path = line.split(b"\t", 1)
        mode, _kind, name = about.decode().split()
        found[path.decode("utf-8", "surrogateescape")] = f"{mode} {name}"
    return found


def locks_in(tree: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the states of each lock, by `pool/lock`."""
    found: dict[str, set[str]] = {}
    for path in tree:
        match = re.fullmatch(r"(?:(.*)/)?(claimed|unclaimed)/([^/]+)", path)
        if match and not match[3].startswith("."):
            found.setdefault(f"{match[1] or '.'}/{match[3]}", set()).add(match[2])
    return found


def released_tree(tree: Mapping[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    """Return the files after locks moved from claimed paths to other paths, contents and modes unchanged."""
    return {moved.get(path, path): about for path, about in tree.items()}


def check_whole(repository: Path) -> None:
    """Check that git finds no error in a repository, and that no lock file or temporary file is left."""
    git("fsck", "--full", "--strict", "--no-dangling", folder=repository, environment=git_environment())
    # What the server does by itself after a push (git maintenance run --auto) has such files, but not for long. One
    # that was cut off may leave what it had got so far where nobody sees it, until its next gc (tmp-objdir.c).
    until = time.monotonic() + 20
    while left := _left_lying(repository):
        assert time.monotonic() < until, left
        time.sleep(0.1)


def _left_lying(repository: Path) -> list[Path]:
    found = [path for pattern in ("*.lock", "tmp_*") for path in repository.rglob(pattern)]
    return [path for path in found if "tmp_objdir-incoming-" not in str(path.relative_to(repository))]
