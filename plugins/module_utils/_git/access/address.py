# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of the lock repository."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable
from .options import absolute_path

SCHEMES = ("file", "ssh", "https", "http", "git")
_KINDS = "a path, an address that begins with file://, ssh://, https://, http:// or git://, or user@host:path."

_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")  # `ext::sh -c ...` runs a command (gitremote-helpers(7))
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_SCP_LIKE = re.compile(r"(?:(?P<user>[^/:]*)@)?(?P<host>\[[^]]*\]|[^@/:]+):(?P<path>.+)", re.DOTALL)
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\[\]:]+)(?::(?P<port>[0-9]*))?")


@dataclass(frozen=True, slots=True)
class Address:
    """An address for git, without credentials; `username` and `password` are those that `repo` contains.

    The user name of an ssh address stays in `url`, as it is part of the address.
    """

    url: str
    scheme: str
    origin: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_http(self) -> bool:
        return self.scheme in ("http", "https")

    @property
    def host(self) -> str:
        """The host of an http address, without its port and brackets."""
        return urlsplit(self.origin).hostname or ""

    @property
    def shown(self) -> str:
        """The address for error messages."""
        return printable(self.url, 200)


def parse_address(repo: str) -> Address:
    """Return the address in the option `repo`, parsed as by git (urlmatch.c and connect.c).

    Raises BadOption, also for anything that git could take for an option or a command.
    """
    repo = repo.strip()
    if not repo:
        raise BadOption(f"repo is empty: give {_KINDS}")
    if any(character < " " or character == "\x7f" for character in repo):
        raise BadOption("repo contains a control character, such as a line break: remove it.")
    if repo.startswith("-") or _REMOTE_HELPER.match(repo):
        raise BadOption(f"repo is not an address of a lock repository: give {_KINDS}")
    if url := _URL.fullmatch(repo):
        return _parse_url(url["scheme"].lower(), url["authority"], url["rest"])
    if scp := _SCP_LIKE.fullmatch(repo):
        _refuse_options(scp["user"] or "", scp["host"].strip("["))
        return Address(repo, "ssh")
    # git supports a depth for a local path only in a URL.
    return Address(f"file://{quote(os.fsencode(absolute_path(repo, 'repo')))}", "file")


def _parse_url(scheme: str, authority: str, rest: str) -> Address:
    scheme = "ssh" if scheme in ("git+ssh", "ssh+git") else scheme
    if scheme not in SCHEMES:
        raise BadOption(f"repo begins with {scheme}://, which is not supported: give {_KINDS}")
    if scheme == "file":
        return Address(f"file://{authority}{rest}", "file")
    user_information, _separator, host_and_port = authority.rpartition("@")
    host = _HOST_AND_PORT.fullmatch(host_and_port)
    if host is None and "@" in rest:
        raise BadOption(
            "repo contains a user name or a password with a character that must be escaped: write / as %2F, ? as %3F"
            " and # as %23, or give them in repo_username and repo_password."
        )
    if host is None or int(host["port"] or 0) > 65535:
        raise BadOption(f"repo has no host: write {scheme}://host/path or {scheme}://host:port/path.")
    name, separator, secret = user_information.partition(":")
    username, password = unquote(name) or None, unquote(secret) if separator else None
    _refuse_options(username or "", host["host"])
    if scheme == "ssh":
        if password is not None:
            raise BadOption(
                "repo contains a password, which ssh cannot use:"
                " remove it, and give a key in key_file or ssh_private_key."
            )
        return Address(f"ssh://{f'{name}@' if name else ''}{host_and_port}{rest}", "ssh", username=username)
    origin = f"{scheme}://{host_and_port}"
    return Address(f"{origin}{rest}", scheme, origin, username, password)


def _refuse_options(user: str, host: str) -> None:
    """Raise BadOption for a name that ssh would take for an option (CVE-2017-1000117)."""
    if user.startswith("-") or host.startswith("-"):
        raise BadOption("repo has a user or host name that begins with a dash, which ssh would take for an option.")
