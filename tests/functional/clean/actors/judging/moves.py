# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moves in the commits of a lock repository, and when each was pushed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .....lockrepo.git_command import git


@dataclass(frozen=True)
class Move:
    """A commit that moves one file from `old` to `new`; `about` is its mode and object."""

    commit: str
    subject: str
    author: str
    trailers: Mapping[str, str]
    old: str
    new: str
    about: str


def push_times(log: Path) -> dict[str, float]:
    """Return when each accepted push was prepared, by its newest commit."""
    prepared: dict[str, float] = {}
    times: dict[str, float] = {}
    for line in log.read_text().splitlines():
        state, moment, _old, new = line.split()
        if state == "prepared":
            prepared[new] = float(moment)
        elif state == "committed":
            times[new] = prepared[new]
    return times


def moves_since(repository: Path, base: str) -> Iterator[Move]:
    """Yield the moves of the commits after `base`, oldest first."""
    form = "%x01%H%n%an%n%(trailers:only,unfold,separator=%x02)%n%s"
    options = ("--reverse", "--raw", "--no-abbrev", "--no-renames", "--first-parent", f"--format={form}")
    printed = git("log", *options, f"{base}..main", folder=repository).decode()
    for entry in printed.split("\x01")[1:]:
        commit, author, trailers, subject, *changes = entry.split("\n")
        raw = [line for line in changes if line.startswith(":")]
        gone = [line for line in raw if line.split("\t")[0].endswith("D")]
        come = [line for line in raw if line.split("\t")[0].endswith("A")]
        assert len(raw) == 2, f"{commit} changes {raw}"
        assert len(gone) == len(come) == 1, f"{commit} changes {raw}"
        pairs = dict(one.split(": ", 1) for one in trailers.split("\x02") if ": " in one)
        _old_mode, mode, _old_object, name, _status = come[0].split("\t")[0].split()
        yield Move(commit, subject, author, pairs, gone[0].split("\t")[1], come[0].split("\t")[1], f"{mode} {name}")


def files_of(repository: Path, revision: str) -> Iterator[tuple[str, str]]:
    """Yield every file: its path, and `mode object`."""
    for line in git("ls-tree", "-r", "--full-tree", revision, folder=repository).decode().splitlines():
        about, path = line.split("\t")
        mode, _kind, name = about.split()
        yield path, f"{mode} {name}"
