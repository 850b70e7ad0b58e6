# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One `git fast-import` process that writes a whole history."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from ..git_command import git_environment

BUFFER = 1 << 20  # bytes: a history is many small writes


class FastImport:
    """A running import into a bare repository; `write` takes its commands as bytes."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._marks_file, self._words_file = folder / "marks", folder / "words"
        command = ["git", "fast-import", "--quiet", "--force", f"--export-marks={self._marks_file}"]
        with self._words_file.open("wb") as words:
            self._process = subprocess.Popen(
                command, cwd=repository, stdin=subprocess.PIPE, stderr=words, bufsize=BUFFER, env=git_environment()
            )
        self._stream = cast(IO[bytes], self._process.stdin)
        self.write = self._stream.write

    def finish(self, marks: Collection[int]) -> dict[int, str]:
        """Complete the import and return the SHA of each of these marks; raise RuntimeError if git failed."""
        self._stream.close()
        if self._process.wait(600):
            raise RuntimeError(self.words())
        found: dict[int, str] = {}
        with self._marks_file.open() as lines:
            for line in lines:  # there may be a million
                mark, commit = line.split()
                if int(mark[1:]) in marks:
                    found[int(mark[1:])] = commit
        return found

    def words(self) -> str:
        """git's error output."""
        return f"git fast-import failed: {self._words_file.read_text(errors='replace').strip()}"

    def abandon(self) -> None:
        """Kill the import if it still runs."""
        self._process.kill()
        self._process.wait()


@contextmanager
def fast_import(repository: Path) -> Iterator[FastImport]:
    """Start an import; the context must call `finish`, otherwise nothing is written."""
    with tempfile.TemporaryDirectory(prefix="poolboy-import-") as folder:
        stream = FastImport(repository, Path(folder))
        try:
            yield stream
        except BrokenPipeError:
            raise RuntimeError(stream.words()) from None
        finally:
            stream.abandon()
