# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web pages of repositories and commits by the address of the repository."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.web_addresses import (
    commit_template,
    repository_page,
)


@pytest.mark.parametrize(
    ("repo", "page", "commits"),
    [
        ("git@github.com:teams/locks.git", "https://github.com/teams/locks", "commit"),
        ("https://github.com/teams/locks", "https://github.com/teams/locks", "commit"),
        ("https://bot:s3cret@github.com/teams/locks.git/", "https://github.com/teams/locks", "commit"),
        ("ssh://git@github.example.com:2222/teams/locks.git", "https://github.example.com/teams/locks", "commit"),
        ("https://gitlab.example.com:8443/a/b/locks.git", "https://gitlab.example.com:8443/a/b/locks", "-/commit"),
        ("git@gitlab.com:/a/b/locks.git", "https://gitlab.com/a/b/locks", "-/commit"),
        ("ssh://git@gitea.example.com/teams/locks.git", "https://gitea.example.com/teams/locks", "commit"),
        ("https://codeberg.org/teams/locks.git", "https://codeberg.org/teams/locks", "commit"),
        ("git@bitbucket.org:teams/locks.git", "https://bitbucket.org/teams/locks", "commits"),
        ('https://github.com/teams/l o"cks', "https://github.com/teams/l%20o%22cks", "commit"),
    ],
)
def test_a_known_forge(repo: str, page: str, commits: str) -> None:
    assert repository_page(repo) == page
    assert commit_template(repo) == f"{page}/{commits}/{{commit}}"


@pytest.mark.parametrize(
    "repo",
    [
        "",
        "/srv/git/github.com/locks.git",
        "file:///srv/git/locks.git",
        "git@git.example.com:teams/locks.git",
        "https://git.example.com/teams/locks.git",
        "https://bitbucket.example.com/scm/teams/locks.git",
        "https://mygithub.com/teams/locks.git",
        "https://github.com/",
        "https://github.com:port/teams/locks.git",
        "https://[github.com/teams/locks.git",
    ],
)
def test_an_address_that_has_no_web_page(repo: str) -> None:
    assert repository_page(repo) is None
    assert commit_template(repo) is None
