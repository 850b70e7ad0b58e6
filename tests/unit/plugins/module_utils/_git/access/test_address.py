# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of lock repositories, good, wrong and hostile."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.address import parse_address


@pytest.mark.parametrize(
    ("repo", "url", "scheme"),
    [
        ("/srv/locks.git", "file:///srv/locks.git", "file"),
        ("/srv/my locks/100%.git", "file:///srv/my%20locks/100%25.git", "file"),
        ("  /srv/locks.git ", "file:///srv/locks.git", "file"),
        ("file:///srv/my%20locks.git", "file:///srv/my%20locks.git", "file"),
        ("ssh://git@host:2222/a/b.git", "ssh://git@host:2222/a/b.git", "ssh"),
        ("SSH://host/a", "ssh://host/a", "ssh"),
        ("git+ssh://git@host/a", "ssh://git@host/a", "ssh"),
        ("git@github.com:org/locks.git", "git@github.com:org/locks.git", "ssh"),
        ("host:locks.git", "host:locks.git", "ssh"),
        ("jdoe@corp.com@host:locks.git", "jdoe@corp.com@host:locks.git", "ssh"),
        ("me@[::1]:locks.git", "me@[::1]:locks.git", "ssh"),
        ("https://host/a b", "https://host/a b", "https"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a", "http"),
        ("git://host/a", "git://host/a", "git"),
        ("./with:colon", None, "file"),
    ],
)
def test_every_kind_of_address(repo: str, url: str | None, scheme: str) -> None:
    address = parse_address(repo)
    assert address.scheme == scheme
    assert address.url == (url or (Path.cwd() / "with%3Acolon").as_uri().replace("%25", "%"))


def test_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert parse_address("~/locks.git").url == "file:///home/me/locks.git"


def test_a_path_that_is_no_utf_8() -> None:
    assert parse_address("/srv/\udcff").url == "file:///srv/%FF"


@pytest.mark.parametrize(
    ("repo", "url", "username", "password"),
    [
        ("https://me:p%40ss%3A@host:8443/a", "https://host:8443/a", "me", "p@ss:"),
        ("https://token@host/a", "https://host/a", "token", None),
        ("https://token:@host/a", "https://host/a", "token", ""),
        ("https://me:p@ss@host/a", "https://host/a", "me", "p@ss"),
        ("git://me@host/a", "git://host/a", "me", None),
        ("ssh://me@host/a", "ssh://me@host/a", "me", None),
    ],
)
def test_credentials_are_taken_out(repo: str, url: str, username: str, password: str | None) -> None:
    address = parse_address(repo)
    assert (address.url, address.username, address.password) == (url, username, password)
    assert password is None or not password or password not in repr(address)
    assert address.shown == url


def test_the_origin_is_what_credentials_are_for() -> None:
    assert parse_address("https://me:x@host:8443/a/b").origin == "https://host:8443"


@pytest.mark.parametrize(
    ("repo", "words"),
    [
        ("", "repo is empty"),
        (" \t", "repo is empty"),
        ("ext::sh -c 'touch /tmp/owned'", "not an address"),
        ("fd::7", "not an address"),
        ("--upload-pack=touch /tmp/owned", "not an address"),
        ("-oProxyCommand=x:y", "not an address"),
        ("https://host/a\nb", "control character"),
        ("/srv/\0", "control character"),
        ("ftp://host/a", "ftp://"),
        ("ext://sh", "ext://"),
        ("ssh://-oProxyCommand=touch/a", "dash"),
        ("ssh://-x@host/a", "dash"),
        ("https://", "has no host"),
        ("https:///a", "has no host"),
        ("https://me:a/b@host/x", "write / as %2F"),
        ("https://me:a#b@host/x", "write / as %2F"),
        ("https://host:99999/a", "has no host"),
        ("https://host:abc/a", "has no host"),
        ("ssh://me:hunter2@host/a", "password"),
    ],
)
def test_what_is_refused(repo: str, words: str) -> None:
    with pytest.raises(BadOption, match=words) as caught:
        parse_address(repo)
    assert "hunter2" not in str(caught.value)
