# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror: a bare, shallow copy of one branch."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..objects.errors import BrokenHistory, MissingObject
from ..process.command import GitCommand, GitFailed
from ..remote.remote import FETCH, TRACKED
from .files import is_own, remove
from .folder import CacheFolder

# Raised by a broken mirror, and by a failing remote: a new mirror shows which of the two it is.
MIRROR_ERRORS = (GitFailed, MissingObject, BrokenHistory, OSError)

KEPT_DEPTH = 64  # commits
_MOST_DEPTH = 512
# Each fetch adds a pack: beyond this many, a new copy of the latest commits is cheaper.
_MOST_PACKS = 50
_MOST_LOOSE = 8  # counted in one of the 256 folders of loose objects, as `git gc --auto` does

UNFINISHED_PACKS = "pack/tmp_*"
UNFINISHED_OBJECTS = "[0-9a-f][0-9a-f]/tmp_obj_*"

_SHA1 = 40  # hexadecimal digits
_OBJECT_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Mirror:
    """A bare repository at `path`. `depth` is the depth of the last fetch of this run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.depth = 0

    @classmethod
    def create(cls, path: Path, like_commit: str) -> Mirror:
        """Create an empty bare repository, as `git init` does, without hooks. A commit gives the hash algorithm."""
        # The dumb protocol needs the folder for packs.
        for folder in ("objects/pack", "refs"):
            (path / folder).mkdir(parents=True, mode=0o700)
        (path / "HEAD").write_text("ref: refs/heads/none\n")
        (path / "config").write_text(_config(len(like_commit)))
        return cls(path)

    def fits(self, commit: str) -> bool:
        """Return whether create() made this mirror, for the hash of a commit: settings of others are not trusted."""
        try:
            return is_own(self.path.lstat()) and (self.path / "config").read_text(errors="replace") == _config(
                len(commit)
            )
        except OSError:
            return False

    def tracked(self) -> str | None:
        """Return the tip of the branch at the last fetch, None if it cannot be read."""
        try:
            content = (self.path / TRACKED).read_text(errors="replace").strip()
        except OSError:
            return None
        return content if _OBJECT_NAME.fullmatch(content) else None

    def boundary(self) -> frozenset[str]:
        """Return the commits whose parents were not fetched (gitshallow: one name on each line)."""
        try:
            return frozenset((self.path / "shallow").read_text(errors="replace").split())
        except FileNotFoundError:
            return frozenset()

    def clear_crash_reports(self) -> None:
        """Remove the crash reports of `git fast-import`, of this run and of killed ones."""
        for report in self.path.glob("fast_import_crash_*"):
            report.unlink(missing_ok=True)

    def clear_unfinished(self, *patterns: str) -> None:
        """Remove the files that the git of a killed run was writing (packfile.c, object-file.c: tmp_...).

        The caller holds the folder's lock: a git that still writes such a file belongs to no run.
        """
        for pattern in patterns:
            for path in (self.path / "objects").glob(pattern):
                remove(path)

    def is_oversized(self) -> bool:
        """Return whether the mirror has more than the next run needs: a deep history, or many small fetches."""
        objects = self.path / "objects"
        packs = sum(1 for _pack in (objects / "pack").glob("*.pack"))
        loose = sum(1 for _object in (objects / "17").glob("*"))
        return self.depth > _MOST_DEPTH or packs > _MOST_PACKS or loose > _MOST_LOOSE


@contextlib.contextmanager
def new_mirror(folder: CacheFolder, like_commit: str) -> Iterator[Mirror]:
    """Give an empty mirror that replaces the folder's one at the end; after an error, the old one stays."""
    path = folder.new_path()
    try:
        mirror = Mirror.create(path, like_commit)
        yield mirror
        folder.replace_mirror(path)
        mirror.path = folder.mirror
    finally:
        remove(path)


def trim_mirror(git: GitCommand, folder: CacheFolder, mirror: Mirror, commit: str) -> None:
    """Replace an oversized mirror by one with the latest commits. Raises GitFailed, OSError."""
    if mirror.is_oversized():
        copy = copy_latest_commits(git, mirror, folder.new_path(), commit, depth=KEPT_DEPTH)
        folder.replace_mirror(copy.path)


def copy_latest_commits(git: GitCommand, mirror: Mirror, path: Path, commit: str, *, depth: int) -> Mirror:
    """Create a mirror at `path` with the latest commits of another one. Raises GitFailed, OSError."""
    copy = Mirror.create(path, commit)
    source = f"file://{quote(os.fsencode(mirror.path))}"
    git.run(*FETCH, f"--depth={depth}", "--update-shallow", "--", source, f"+{TRACKED}:{TRACKED}", repository=path)
    return copy


def _config(name_length: int) -> str:
    lines = ["[core]", "\trepositoryformatversion = 0", "\tfilemode = true", "\tbare = true"]
    if name_length != _SHA1:
        lines[1] = "\trepositoryformatversion = 1"
        lines += ["[extensions]", "\tobjectformat = sha256"]
    return "\n".join([*lines, ""])
