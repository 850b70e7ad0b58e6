# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks for line breaks, quotes and spaces around a login, which are often copied along with it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ..shared.errors import BadOption

_LOGINS = (
    "repo_username",
    "repo_password",
    "concourse_username",
    "concourse_password",
    "concourse_client_id",
    "concourse_client_secret",
)
_QUOTES = ("'", '"')


def check_logins(options: Mapping[str, t.Any]) -> None:
    """Raise BadOption for a login with a line break, which a server takes for a wrong password."""
    for name in _LOGINS:
        value = options.get(name) or ""
        if "\n" in value or "\r" in value:
            where = "contains" if value.strip("\r\n") == value else "begins or ends with"
            raise BadOption(
                f"{name} {where} a line break, which is not part of a login: remove it. In YAML, a block after | ends"
                " with one, and a block after |- does not."
            )


def login_hint(options: Mapping[str, t.Any]) -> str:
    """Return a sentence that names each login with quotes or spaces around it; empty without such a login."""
    return "".join(f" {name} {what}: remove them, unless they are part of it." for name, what in _suspects(options))


def _suspects(options: Mapping[str, t.Any]) -> Iterator[tuple[str, str]]:
    for name in (*_LOGINS, "concourse_token"):
        value = options.get(name) or ""
        if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
            yield name, "begins and ends with quotes"
        elif value != value.strip():
            yield name, "begins or ends with spaces"
