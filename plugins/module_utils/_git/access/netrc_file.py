# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins in ~/.netrc, which curl prefers to those that git knows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

_COMMENTS = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_MACROS = re.compile(r"^[ \t]*macdef\b.*?(?:\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)
_WORDS = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')


def has_netrc() -> bool:
    """Return whether curl finds a file with logins for this user."""
    return os.path.exists(_path()) or "NETRC" in os.environ


def netrc_password(host: str, username: str) -> str | None:
    """Return the password of a user on a host; None if the file does not have it. The file's default is ignored."""
    try:
        with open(_path(), encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError:
        return None
    for machine, login, password in _entries(text):
        if (machine, login) == (host.lower(), username):
            return password
    return None


def _path() -> str:
    return os.path.expanduser("~/.netrc")


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield machine, login and password of each complete entry, see netrc(5)."""
    words = (
        re.sub(r"\\(.)", r"\1", quoted) if quoted else word
        for quoted, word in _WORDS.findall(_MACROS.sub("", _COMMENTS.sub("", text)))
    )
    entry: dict[str, str] = {}
    for word in words:
        if word in ("machine", "default"):
            entry = {"machine": next(words, "").lower() if word == "machine" else ""}
        elif word in ("login", "password", "account"):
            if word in entry:  # another login on the same machine
                entry = {"machine": entry.get("machine", "")}
            entry[word] = next(words, "")
            if entry.keys() >= {"machine", "login", "password"}:
                yield entry["machine"], entry["login"], entry["password"]
