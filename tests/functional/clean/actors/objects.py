# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Git objects and one branch of a bare repository, without a git process for each: 20 teams share two processors."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zlib
from pathlib import Path

from ....lockrepo.git_command import git

Entries = dict[bytes, tuple[bytes, str]]  # name to mode and object
TIMEOUT = 10.0


class Objects:
    """The objects of a bare repository: loose ones are read and written here, packed ones read by git."""

    def __init__(self, repository: Path) -> None:
        self._folder = repository
        self._known: dict[str, bytes] = {}

    def read(self, name: str) -> bytes:
        """The content of an object."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def write(self, kind: str, content: bytes) -> str:
        """Store an object as git does, by a temporary file and a rename; return its name."""
        whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        place = self._folder / "objects" / name[:2] / name[2:]
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            aside = place.with_name(f"tmp_obj_{os.urandom(6).hex()}")
            aside.write_bytes(zlib.compress(whole, 1))
            aside.chmod(0o444)
            aside.rename(place)
        self._known[name] = content
        return name

    def tree(self, name: str) -> Entries:
        """The entries of a tree."""
        content, entries = self.read(name), {}
        while content:
            head, _separator, rest = content.partition(b"\0")
            mode, _separator, entry = head.partition(b" ")
            entries[entry] = (mode, rest[:20].hex())
            content = rest[20:]
        return entries

    def write_tree(self, entries: Entries) -> str:
        """Store a tree; folders sort as if their names ended with a slash."""
        order = sorted(entries.items(), key=lambda item: item[0] + (b"/" if item[1][0] == b"40000" else b""))
        return self.write("tree", b"".join(b"%s %s\0%s" % (m, name, bytes.fromhex(o)) for name, (m, o) in order))

    def _read(self, name: str) -> bytes:
        place = self._folder / "objects" / name[:2] / name[2:]
        try:
            return zlib.decompress(place.read_bytes()).partition(b"\0")[2]
        except FileNotFoundError:
            kind = git("cat-file", "-t", name, folder=self._folder).decode().strip()
            return git("cat-file", kind, name, folder=self._folder)


class Branch:
    """`refs/heads/main`, read and swapped by git's own protocol: a lock file beside it, then a rename."""

    def __init__(self, repository: Path) -> None:
        self._ref = repository / "refs" / "heads" / "main"
        self._lock = self._ref.with_name("main.lock")

    def tip(self) -> str:
        return self._ref.read_text().strip()

    def swap(self, old: str, new: str) -> bool:
        """Move the branch from `old` to `new`; False if somebody else was faster: a rejected push."""
        self._take_lock(f"{new}\n".encode())
        if self.tip() == old:
            self._lock.rename(self._ref)
            return True
        self._lock.unlink()
        return False

    def _take_lock(self, content: bytes) -> None:
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            with contextlib.suppress(FileExistsError):
                descriptor = os.open(self._lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
                os.write(descriptor, content)
                os.close(descriptor)
                return
            time.sleep(0.001)
        raise AssertionError(f"somebody keeps {self._lock}")
