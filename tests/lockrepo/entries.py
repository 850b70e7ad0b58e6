# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a git tree; names and contents may be any bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Text = str | bytes  # a str is written as UTF-8


@dataclass(frozen=True)
class File:
    """A file of mode 100644, or 100755."""

    content: Text = b""
    executable: bool = False


@dataclass(frozen=True)
class Symlink:
    """A symbolic link (mode 120000) to `target`, which may not exist."""

    target: Text


@dataclass(frozen=True)
class Submodule:
    """A submodule (mode 160000) at a commit of another repository."""

    commit: str = "5" * 40


@dataclass(frozen=True)
class Folder:
    """A tree that replaces the existing entry; its names may be hostile: `..`, `.git`, `a/b`."""

    entries: Mapping[Text, Entry | Text]


@dataclass(frozen=True)
class Existing:
    """An object that is already in the repository: mode in octal, object name in hexadecimal."""

    mode: str
    name: str


Entry = File | Symlink | Submodule | Folder | Existing


def to_bytes(text: Text) -> bytes:
    """Return a name or content as bytes; surrogate escapes become their original bytes."""
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def join(*names: Text) -> bytes:
    """Join the parts of a path in a tree."""
    return b"/".join(to_bytes(name) for name in names)
