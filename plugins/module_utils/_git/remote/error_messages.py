# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what git says to what an operator can do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..process.command import GitFailed, GitTimedOut

HIDDEN = "***"
_LONGEST = 400  # characters of git's own words
_TELLING = re.compile(r"(fatal|error|remote|ssh): ")
_NOISE = re.compile(r"Could not read from remote repository")
_USER_INFORMATION = re.compile(r"(?<=://)[^/@\s'\"]+@")

# What git 2.39, OpenSSH 9.2 and curl (GnuTLS and OpenSSL) print, and what it means; the first that is found counts.
_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The host key of {where} is not the one that is known: the server was made anew, or somebody is in between."
        " Ask its operator; if it was made anew, replace its lines in known_hosts_file.",
    ),
    (
        r"Host key verification failed",
        "The host key of {where} is not known:"
        " add it to known_hosts_file, or set accept_newhostkey to trust it at first sight.",
    ),
    (r"UNPROTECTED PRIVATE KEY FILE", "ssh does not take key_file while others can read it: run chmod 600 on it."),
    (
        r"Load key .*(?:invalid format|libcrypto|unknown or unsupported|not a .*key)",
        "ssh cannot read the private key for {where}: it is cut off, or not a private key."
        " Give it whole, in key_file or ssh_private_key.",
    ),
    (
        r"Permission denied \([a-z,-]*\)|Too many authentication failures",
        "The server of {where} refuses the key: check key_file or ssh_private_key, that the key has no passphrase,"
        " and that its owner may read the repository.",
    ),
    (
        r"Could not resolve host|unable to look up|Name or service not known|name resolution|nodename nor servname",
        "The host of {where} is not known: check its name in repo, and the name service of this machine.",
    ),
    (
        r"Connection refused|Failed to connect to|[Cc]ould ?n[o']t connect to server",
        "No git server answers at {where}, the connection was refused:"
        " check host and port in repo, and that the server runs.",
    ),
    (
        r"timed out|Operation too slow|No route to host|[Nn]etwork is unreachable",
        "The server of {where} cannot be reached: check the network, proxies and firewalls between here and there.",
    ),
    (
        r"error setting certificate|error reading ca cert|problem with the SSL CA cert",
        "ca_path holds no certificates that git can read: name a file, or a folder, of CA certificates in PEM.",
    ),
    (
        r"certificate verification failed|SSL certificate|local issuer|self[- ]signed certificate|has expired"
        r"|no alternative certificate|does not match target host|server verification failed|CAfile",
        "The TLS certificate of {where} is not trusted: name its CA in ca_path, and check that it is for this host and"
        " has not expired.",
    ),
    (
        r"gnutls_handshake|wrong version number|TLS (?:connection|packet)|SSL_ERROR|SSL routines",
        "The server of {where} does not speak TLS as git expects it: check scheme and port in repo.",
    ),
    (
        r"could not read (?:Username|Password)|terminal prompts disabled",
        "The server of {where} asks for a user name and a password: give them in repo_username and repo_password.",
    ),
    (
        r"Authentication failed|HTTP Basic: Access denied|returned error: 401",
        "The server of {where} refuses the user name or the password: check repo_username and repo_password.",
    ),
    (r"returned error: 403", "The server of {where} answers 403: this user may not read the repository."),
    (
        r"returned error: 404|[Rr]epository '?.*'? ?not found",
        "There is no repository at {where}, or this user may not see it: check repo and the credentials.",
    ),
    (r"returned error: (5\d\d)", "The server of {where} answers {found}, it is in trouble: try again later."),
    (r"returned error: (\d+)", "The server of {where} answers {found} instead of a repository: check repo."),
    (
        r"not valid: is this a git repository|invalid server response|invalid content-type",
        "What answers at {where} is not a git repository, it may be a web page: check repo.",
    ),
    (
        r"dubious ownership",
        "git does not read {where}, because another user owns it: run as that user, or add the folder to git's"
        " safe.directory.",
    ),
    (
        r"does not appear to be a git repository|repository not exported|[Nn]ot a git repository|no such repository"
        r"|invalid gitfile format",
        "There is no git repository at {where}: check repo.",
    ),
    (
        r"No space left|[Qq]uota exceeded",
        "There is no space left on the disk to read {where}: make room, or name another cache_dir.",
    ),
    (r"cannot run ssh|ssh: not found", "The program ssh is not installed where this runs, and {where} needs it."),
    (
        r"remote helper for|remote-https?' is not a git",
        "The git that runs here cannot speak the protocol of {where}: install all of git.",
    ),
    (
        r"bad line length character",
        "The server of {where} prints something before git's own words:"
        " take such output out of the account's shell profile there.",
    ),
    (
        r"transport '.*' not allowed|disabled in libcurl",
        "The way to {where} leads to a protocol that is not supported:"
        " check where the server redirects to, and insteadOf in git's own settings.",
    ),
    (
        r"hung up|early EOF|[Cc]onnection (?:was )?reset|[Cc]onnection closed|unexpected disconnect|RPC failed"
        r"|Empty reply|transfer closed",
        "The connection to {where} broke off: try again. If it stays so, look at the server's log.",
    ),
)


def explain(
    failed: GitFailed, *, where: str, secrets: Iterable[str] = (), otherwise: str | None = None
) -> RepositoryError:
    """Return the error for a git command that failed at the remote, with a hint of what to do and git's own words.

    `otherwise` is the sentence for what git's words do not explain.
    """
    if isinstance(failed, GitTimedOut):
        return RepositoryError(
            f"The server of {where} did not finish its answer to git {failed.command} within git_timeout,"
            f" {failed.seconds:g} seconds: check the server and the network, or allow more time."
        )
    for pattern, sentence in _CAUSES:
        if found := re.search(pattern, failed.stderr):
            code = found[1] if found.groups() and found[1] else ""
            said = git_words(failed.stderr, secrets, pattern)
            return RepositoryError(f"{sentence.format(where=where, found=code)} ({said})")
    said = git_words(failed.stderr, secrets)
    return RepositoryError(f"{otherwise} ({said})" if otherwise else f"git {failed.command} failed for {where}: {said}")


def git_words(stderr: str, secrets: Iterable[str] = (), pattern: str = "(?!)") -> str:
    """Return the lines of git's stderr that count, or match, on one line with no secret and no control character."""
    lines = [line.strip(" @\t\r") for line in stderr.splitlines() if line.strip(" @\t\r") and not _NOISE.search(line)]
    telling = [line for line in lines if _TELLING.match(line) or re.search(pattern, line)] or lines[-3:]
    return printable(scrub("; ".join(dict.fromkeys(telling)), secrets) or "git said nothing", _LONGEST)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Take secrets, and whatever stands before the host of a URL, out of a text."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _USER_INFORMATION.sub(f"{HIDDEN}@", text)
