# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical form of addresses."""

from __future__ import annotations

import re

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.url import checked_url, normalized_url
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

SAME = [
    ("https://ci.example.com", "https://CI.Example.Com:443/"),
    ("http://ci", "HTTP://ci:80//"),
    ("https://ci/base", "https://ci:443/base/"),
    ("https://ci.", "https://ci"),
    ("http://[::1]:8080", "http://[::1]:8080/"),
    (" https://ci ", "https://ci"),
]
DIFFERENT = [
    ("https://ci", "http://ci"),
    ("https://ci", "https://ci:8443"),
    ("https://ci/base", "https://ci/Base"),
    ("https://ci", "https://ci.evil.com"),
    ("https://ci", "https://evil.com/ci"),
]
NONE = [
    "",
    "ci",
    "ftp://ci",
    "https://",
    "https:///x",
    "https://user@ci",
    "https://ci?x",
    "https://ci#x",
    "http://ci:x",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: str, other: str) -> None:
    assert normalized_url(one) is not None
    assert normalized_url(one) == normalized_url(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert normalized_url(one) != normalized_url(other)


@pytest.mark.parametrize("address", NONE)
def test_none(address: str) -> None:
    assert normalized_url(address) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https:/ci.example.com", "https:/ci.example.com"),
        ("https://ci.example.com:99999", "https://ci.example.com:99999"),
        ("https://boy:s3cret", "https://boy:..."),
        ("boy:s3cret", "boy:..."),
        ("https://boy:12s3cret/x", "https://boy:..."),
        ("https://boy:s3cret:80/x", "https://boy:..."),
    ],
)
def test_message_shows_no_password(address: str, shown: str) -> None:
    with pytest.raises(BadOption, match=re.escape(f"concourse_url is '{shown}', which is not")):
        checked_url(address, "concourse_url")
