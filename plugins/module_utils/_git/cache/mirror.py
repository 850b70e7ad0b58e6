# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own bare copy of one branch: as much of its history as was needed so far."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from ..objects.errors import BrokenHistory, MissingObject
from ..process.command import GitCommand, GitFailed
from ..remote.remote import FETCH, TRACKED
from .folder import CacheFolder, remove

# What reading a mirror raises that is of no use any more, or whose remote is in trouble.
AT_FAULT = (GitFailed, MissingObject, BrokenHistory, OSError)

DEPTH_TO_KEEP = 64  # commits
_MOST_DEPTH = 512
# One pack for each fetch that brought something: beyond these a fresh copy of the latest commits is cheaper.
_MOST_PACKS = 50
_MOST_LOOSE = 8  # of the 256 folders of loose objects only one is looked at, as `git gc --auto` does

UNFINISHED_PACKS = "pack/tmp_*"
UNFINISHED_OBJECTS = "[0-9a-f][0-9a-f]/tmp_obj_*"

_SHA1 = 40  # hexadecimal digits
_OBJECT_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Mirror:
    """A bare repository of git at `path`. `depth` is how many commits this run had to fetch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.depth = 0

    @classmethod
    def create(cls, path: Path, like_commit: str) -> Mirror:
        """Make an empty bare repository, as `git init` does but without hooks; a commit tells the kind of hash."""
        # The dumb protocol wants the folder for packs to be there.
        for folder in ("objects/pack", "refs"):
            (path / folder).mkdir(parents=True, mode=0o700)
        (path / "HEAD").write_text("ref: refs/heads/none\n")
        (path / "config").write_text(_config(len(like_commit)))
        return cls(path)

    def fits(self, commit: str) -> bool:
        """Whether this is a mirror as create() makes it: settings that somebody else wrote are not to be trusted."""
        try:
            return (self.path / "config").read_text(errors="replace") == _config(len(commit))
        except OSError:
            return False

    def tracked(self) -> str | None:
        """The commit that the branch was at when it was last fetched, None if that cannot be told."""
        try:
            content = (self.path / TRACKED).read_text(errors="replace").strip()
        except OSError:
            return None
        return content if _OBJECT_NAME.fullmatch(content) else None

    def boundary(self) -> frozenset[str]:
        """The commits whose parents were not fetched (gitshallow: one name on each line)."""
        try:
            return frozenset((self.path / "shallow").read_text(errors="replace").split())
        except FileNotFoundError:
            return frozenset()

    def clear_crash_reports(self) -> None:
        """Remove what a `git fast-import` that was cut off, now or in a killed run, wrote about its end."""
        for report in self.path.glob("fast_import_crash_*"):
            report.unlink(missing_ok=True)

    def clear_unfinished(self, *patterns: str) -> None:
        """Remove the files that a git of a killed run was still writing (packfile.c, object-file.c: tmp_...).

        Only for who holds the folder's lock. A git that is still writing one fails, and nobody waits for it any more.
        """
        for pattern in patterns:
            for path in (self.path / "objects").glob(pattern):
                remove(path)

    def is_overgrown(self) -> bool:
        """Whether more is kept than the next look needs: a deep history, or what a year of small fetches brought."""
        objects = self.path / "objects"
        packs = sum(1 for _pack in (objects / "pack").glob("*.pack"))
        loose = sum(1 for _object in (objects / "17").glob("*"))
        return self.depth > _MOST_DEPTH or packs > _MOST_PACKS or loose > _MOST_LOOSE


def keep_slim(git: GitCommand, folder: CacheFolder, mirror: Mirror, commit: str) -> None:
    """Leave no more of a folder's mirror to the next run than it needs. Raises GitFailed, OSError."""
    if mirror.is_overgrown():
        slim = slim_copy(git, mirror, folder.new_path(), commit, depth=DEPTH_TO_KEEP)
        folder.replace_mirror(slim.path)


def slim_copy(git: GitCommand, mirror: Mirror, path: Path, commit: str, *, depth: int) -> Mirror:
    """Make a mirror at `path` with only the latest commits of another one. Raises GitFailed, OSError."""
    slim = Mirror.create(path, commit)
    source = f"file://{quote(os.fsencode(mirror.path))}"
    git.run(*FETCH, f"--depth={depth}", "--update-shallow", "--", source, f"+{TRACKED}:{TRACKED}", repository=path)
    return slim


def _config(name_length: int) -> str:
    lines = ["[core]", "\trepositoryformatversion = 0", "\tfilemode = true", "\tbare = true"]
    if name_length != _SHA1:
        lines[1] = "\trepositoryformatversion = 1"
        lines += ["[extensions]", "\tobjectformat = sha256"]
    return "\n".join([*lines, ""])
