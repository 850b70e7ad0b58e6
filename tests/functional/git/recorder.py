# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that runs in place of git and records each call."""

from __future__ import annotations

from pathlib import Path

NETWORK = ("ls-remote", "fetch", "push")

SCRIPT = """\
#!/bin/sh
number=$$.$(date +%s%N)
for argument; do printf '%s\\0' "$argument"; done > '{folder}'/$number.arguments
env > '{folder}'/$number.environment
{before}
exec '{git}' "$@"
"""


class GitRecorder:
    """A `program` that runs in place of git, and the calls that it has recorded in a folder."""

    def __init__(self, folder: Path, git: str) -> None:
        self.folder = folder
        self.program = folder / "git"
        self.git = git
        folder.mkdir()
        self.run_before("")

    def run_before(self, script: str) -> None:
        """Run a shell script before each git from now on; `$1` is the command."""
        program = self.folder / "git.new"
        program.write_text(SCRIPT.format(folder=self.folder, git=self.git, before=script))
        program.chmod(0o755)
        program.rename(self.program)

    def calls(self) -> list[list[str]]:
        """Return the arguments of every git, in the order in which they were started."""
        files = sorted(self.folder.glob("*.arguments"), key=lambda file: int(file.name.split(".")[1]))
        written = (file.read_text("utf-8", "surrogateescape").split("\0")[:-1] for file in files)
        return [arguments for arguments in written if arguments]  # none of a git that was killed at once

    def commands(self) -> list[str]:
        return [arguments[0] for arguments in self.calls()]

    def network(self) -> list[str]:
        """Return the commands that connected to the remote, without copies from one mirror to another."""
        return [
            arguments[0]
            for arguments in self.calls()
            if arguments[0] in NETWORK and not any("/mirror.git" in argument for argument in arguments)
        ]

    def depths(self) -> list[int]:
        """Return the depth of each fetch from the remote."""
        remote = (
            arguments for arguments in self.calls() if not any("/mirror.git" in argument for argument in arguments)
        )
        return [int(word.removeprefix("--depth=")) for words in remote for word in words if word.startswith("--depth=")]

    def environments(self) -> list[str]:
        return [file.read_text(errors="surrogateescape") for file in self.folder.glob("*.environment")]

    def clear(self) -> None:
        for file in (*self.folder.glob("*.arguments"), *self.folder.glob("*.environment")):
            file.unlink()
