# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web pages of a lock repository and its commits, if the address of the repository shows them."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

PLACE_OF_COMMIT = "{commit}"

# How the web pages of a forge name a commit, by a label of the name of its host.
_COMMITS = {
    "github": "commit",
    "gitlab": "-/commit",
    "gitea": "commit",
    "forgejo": "commit",
    "codeberg": "commit",
}
# On other hosts, Bitbucket has other addresses.
_BITBUCKET = "bitbucket.org"
_SCP_FORM = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>[^/].*|/.+)")


def repository_page(repo: str) -> str | None:
    """Return the web page of a repository on a known forge, without user and password; None if it is unknown.

    >>> repository_page("git@github.com:teams/locks.git")
    'https://github.com/teams/locks'
    >>> repository_page("https://bot:token@gitlab.example.com:8443/teams/locks.git")
    'https://gitlab.example.com:8443/teams/locks'
    >>> repository_page("/srv/git/locks.git")
    """
    host, port, path = _parts(repo)
    path = path.strip("/").removesuffix(".git")
    if _commits_of(host) is None or "/" not in path:
        return None
    return f"https://{host}{port}/{quote(path, safe='/~')}"


def commit_template(repo: str) -> str | None:
    """Return the web page of a commit, with {commit} in its place; None if it is unknown.

    >>> commit_template("ssh://git@gitlab.example.com:2222/teams/locks.git")
    'https://gitlab.example.com/teams/locks/-/commit/{commit}'
    """
    page, commits = repository_page(repo), _commits_of(_parts(repo)[0])
    return f"{page}/{commits}/{PLACE_OF_COMMIT}" if page else None


def _commits_of(host: str) -> str | None:
    if host == _BITBUCKET:
        return "commits"
    return next((_COMMITS[label] for label in host.split(".") if label in _COMMITS), None)


def _parts(repo: str) -> tuple[str, str, str]:
    """Return host, port and path of a repository: `:8443` or "" for the port of its web pages."""
    if "://" not in repo:
        found = _SCP_FORM.fullmatch(repo)
        return (found["host"].lower(), "", found["path"]) if found else ("", "", "")
    try:
        parts = urlsplit(repo)
        port = f":{parts.port}" if parts.scheme == "https" and parts.port else ""
    except ValueError:
        return "", "", ""
    is_remote = parts.scheme in ("https", "ssh", "git+ssh")
    return (parts.hostname or "", port, parts.path) if is_remote else ("", "", "")
