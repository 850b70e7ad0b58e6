# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error messages for a failed git command: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..process.command import GitFailed, GitTimedOut
from .known_causes import CAUSES, PROXY

HIDDEN = "***"
_LONGEST = 400  # characters of the output of git
_MESSAGE = re.compile(r"(?:fatal|error|remote|ssh): ", re.IGNORECASE)
_WRAPPED = re.compile(r"(?:ERROR|FATAL): ")  # a server's own words over ssh, which can have several lines
_NOISE = re.compile(
    r"Could not read from remote repository|Please make sure you have the correct access rights"
    r"|^and the repository exists\.|^remote:[\s=*]*$"
)
_ASKED_FOR = re.compile(r"could not read (?:Username|Password) for '(?P<scheme>https?://)(?:[^/@']*@)?(?P<host>[^/']+)")
# All up to the last @ of a word: curl reads a password with an unescaped / as a host and a path.
_USER_INFORMATION = re.compile(r"(?<=://)\S+@")
_PROXY = re.compile(r"(?<=proxy syntax in ').*(?=')")  # curl quotes the user name and a part of the password
_QUERY = re.compile(r"(://[^\s?'\"]*\?)[^\s'\"]+")  # of a redirect, where it can hold a token


def explain(
    failed: GitFailed, *, where: str, origin: str = "", secrets: Iterable[str] = (), otherwise: str | None = None
) -> RepositoryError:
    """Return the error for a git command that failed at the remote: the cause, the fix and the output of git.

    `origin` is scheme, host and port of an http address, `otherwise` the sentence for output without a known cause.
    """
    if isinstance(failed, GitTimedOut):
        return RepositoryError(
            f"The server of {where} did not complete git {failed.command} within git_timeout,"
            f" {failed.seconds:g} seconds: check the server and the network, or raise git_timeout."
        )
    asked = _ASKED_FOR.search(failed.stderr)
    if asked is not None and _is_proxy(asked["host"]):
        return RepositoryError(f"{PROXY.format(where=where)} ({git_words(failed.stderr, secrets)})")
    if origin and (other := _other_origin(failed.stderr, origin)):
        return RepositoryError(
            f"{where} leads to {other}, which requires a user name and a password, and those for {origin} are never"
            f" sent there: set repo to the address there. ({git_words(failed.stderr, secrets)})"
        )
    for pattern, sentence in CAUSES:
        if found := re.search(pattern, failed.stderr, re.MULTILINE):
            code = found[1] if found.groups() and found[1] else ""
            output = git_words(failed.stderr, secrets, pattern)
            return RepositoryError(f"{sentence.format(where=where, found=code)} ({output})")
    output = git_words(failed.stderr, secrets)
    text = f"{otherwise} ({output})" if otherwise else f"git {failed.command} failed for {where}: {output}"
    return RepositoryError(text)


def _other_origin(stderr: str, origin: str) -> str | None:
    """Return where a redirect, or insteadOf in the settings of git, has led to a server that requires a login."""
    found = _ASKED_FOR.search(stderr)
    if found is None:
        return None
    other = f"{found['scheme']}{found['host']}"
    return None if other.lower() == origin.lower() else printable(other, 200)


def _is_proxy(host: str) -> bool:
    """Return whether a variable such as https_proxy names a host, with its port."""
    from urllib.request import getproxies_environment

    addresses = getproxies_environment().values()
    return host in {address.rpartition("://")[2].rpartition("@")[2].rstrip("/") for address in addresses}


def git_words(stderr: str, secrets: Iterable[str] = (), pattern: str = "(?!)") -> str:
    """Return the error lines of stderr, or those that match, as one line without secrets and control characters."""
    lines = [line.strip(" @\t\r") for line in stderr.splitlines()]
    lines = [line for line in lines if line and not _NOISE.search(line)]
    chosen = list(_messages(lines, pattern)) or lines[-3:]
    return printable(scrub("; ".join(dict.fromkeys(chosen)), secrets) or "git printed no message", _LONGEST)


def _messages(lines: Iterable[str], pattern: str) -> Iterator[str]:
    is_wrapped = False
    for line in lines:
        is_message = bool(_MESSAGE.match(line))
        is_wrapped = bool(_WRAPPED.match(line)) or (is_wrapped and not is_message)
        if is_message or is_wrapped or re.search(pattern, line):
            yield line


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without secrets, and without user information and queries of URLs."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _PROXY.sub(HIDDEN, _USER_INFORMATION.sub(f"{HIDDEN}@", text))
    return _QUERY.sub(rf"\1{HIDDEN}", text)
