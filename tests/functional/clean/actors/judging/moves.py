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
class Change:
    """A commit. `gone` and `come` map the paths of removed and of added files to their modes and objects.

    `at` is its time in seconds since 1970, UTC.
    """

    commit: str
    subject: str
    author: str
    at: int
    trailers: Mapping[str, str]
    gone: Mapping[str, str]
    come: Mapping[str, str]


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


def changes_since(repository: Path, base: str) -> Iterator[Change]:
    """Yield the commits after `base`, oldest first."""
    form = "%x01%H%n%an%n%ct%n%(trailers:only,unfold,separator=%x02)%n%s"
    options = ("--reverse", "--raw", "--no-abbrev", "--no-renames", "--first-parent", f"--format={form}")
    printed = git("log", *options, f"{base}..main", folder=repository).decode()
    for entry in printed.split("\x01")[1:]:
        commit, author, at, trailers, subject, *changes = entry.split("\n")
        pairs = dict(one.split(": ", 1) for one in trailers.split("\x02") if ": " in one)
        gone, come = {}, {}
        for line in (line for line in changes if line.startswith(":")):
            about, path = line.split("\t")
            old_mode, mode, old_object, name, status = about[1:].split()
            assert status in "AD", f"{commit} changes {line}"
            if status == "D":
                gone[path] = f"{old_mode} {old_object}"
            else:
                come[path] = f"{mode} {name}"
        yield Change(commit, subject, author, int(at), pairs, gone, come)


def moves_since(repository: Path, base: str) -> Iterator[Move]:
    """Yield the moves of the commits after `base`, oldest first."""
    for one in changes_since(repository, base):
        assert len(one.gone) == len(one.come) == 1, f"{one.commit} changes {one.gone} and {one.come}"
        ((old, _about),) = one.gone.items()
        ((new, about),) = one.come.items()
        yield Move(one.commit, one.subject, one.author, one.trailers, old, new, about)


def files_of(repository: Path, revision: str) -> Iterator[tuple[str, str]]:
    """Yield every file: its path, and `mode object`."""
    for line in git("ls-tree", "-r", "--full-tree", revision, folder=repository).decode().splitlines():
        about, path = line.split("\t")
        mode, _kind, name = about.split()
        yield path, f"{mode} {name}"
