# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the mirror, read one after the other by one git process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..process.command import GitCommand, GitProcess
from .errors import MissingObject

_MISSING = b" missing"


class ObjectReader:
    """Reads objects from a running `git cat-file --batch`.

    Not by GitPython (3.2.1): it cannot read SHA-256 repositories, replaces bytes that are not UTF-8, reads a commit of
    200 MB into memory, and is not faster.
    """

    def __init__(self, process: GitProcess) -> None:
        self._process = process
        self._buffer = bytearray()

    def read(self, name: str, kind: str, *, limit: int | None = None) -> bytes:
        """Return the content of an object, or its first `limit` bytes. Raises MissingObject, GitFailed."""
        found, size = self.header(name)
        content = self._take(size, size if limit is None else limit)
        self._take(1, 0)
        if found != kind.encode():
            raise MissingObject(f"{name} is no {kind}")
        return content

    def header(self, name: str) -> tuple[bytes, int]:
        """Ask for an object; return its kind and its size in bytes. Raises MissingObject, GitFailed."""
        self._process.write(f"{name}\n".encode())
        header = self._line()
        parts = header.split()
        if len(parts) != 3 or header.endswith(_MISSING):
            raise MissingObject(f"{name} is missing")
        return parts[1], int(parts[2])

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._fill()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, size: int, keep: int) -> bytes:
        """Take `size` bytes off the stream and return the first `keep` of them."""
        kept = bytearray()
        while size:
            if not self._buffer:
                self._fill()
            part = self._buffer[:size]
            del self._buffer[:size]
            size -= len(part)
            kept += part[: max(0, keep - len(kept))]
        return bytes(kept)

    def _fill(self) -> None:
        chunk = self._process.read()
        if not chunk:
            raise self._process.failure()
        self._buffer += chunk


def read_sizes(git: GitCommand, repository: Path, names: Iterable[str]) -> dict[str, int]:
    """Return the sizes of objects in bytes, without reading them. Raises MissingObject, GitFailed.

    Uses a process of its own: `git cat-file --batch-command`, which returns sizes too, is newer than the oldest git.
    """
    process = git.start("cat-file", "--batch-check", repository=repository, with_input=True)
    try:
        reader = ObjectReader(process)
        return {name: reader.header(name)[1] for name in names}
    finally:
        process.stop()


@contextlib.contextmanager
def read_objects(git: GitCommand, repository: Path) -> Iterator[ObjectReader]:
    """Give a reader for the objects of a repository."""
    process = git.start("cat-file", "--batch", repository=repository, with_input=True)
    try:
        yield ObjectReader(process)
    finally:
        process.stop()
