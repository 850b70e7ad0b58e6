# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error messages for a failed git command: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..process.command import GitFailed, GitTimedOut
from .known_causes import CAUSES

HIDDEN = "***"
_LONGEST = 400  # characters of the output of git
_MESSAGE = re.compile(r"(fatal|error|remote|ssh): ")
_NOISE = re.compile(r"Could not read from remote repository")
_ASKED_FOR = re.compile(r"could not read (?:Username|Password) for '(?P<scheme>https?://)(?:[^/@']*@)?(?P<host>[^/']+)")
_USER_INFORMATION = re.compile(r"(?<=://)[^/@\s'\"]+@")


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


def git_words(stderr: str, secrets: Iterable[str] = (), pattern: str = "(?!)") -> str:
    """Return the error lines of stderr, or those that match, as one line without secrets and control characters."""
    lines = [line.strip(" @\t\r") for line in stderr.splitlines() if line.strip(" @\t\r") and not _NOISE.search(line)]
    chosen = [line for line in lines if _MESSAGE.match(line) or re.search(pattern, line)] or lines[-3:]
    return printable(scrub("; ".join(dict.fromkeys(chosen)), secrets) or "git printed no message", _LONGEST)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without secrets and without the user information of URLs."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _USER_INFORMATION.sub(f"{HIDDEN}@", text)
