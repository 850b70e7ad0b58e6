# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses in the settings of a round: the one of the commits is published, so it holds no password."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import read_settings
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.mistakes import mistakes as mistakes_in

COMMITS = "git.example.com/teams/locks/commit/{commit}"


def mistakes(address: str) -> list[str]:
    settings = {"name": "infra", "repo": "/srv/locks", "pools": ["aws"], "page_commit_url": address}
    return list(mistakes_in(read_settings(settings), ()))


@pytest.mark.parametrize("address", ["", f"https://{COMMITS}", f"http://{COMMITS}?view=diff"])
def test_an_address_of_commits_without_a_password_is_good(address: str) -> None:
    assert mistakes(address) == []


@pytest.mark.parametrize(
    "address",
    [
        f"https://boy:s3cret@{COMMITS}",
        f"https://T0KEN@{COMMITS}",
        COMMITS,
        "https://git.example.com/teams/locks",
        f"https://a b/{COMMITS}",
    ],
)
def test_any_other_address_of_commits_is_refused_without_being_shown(address: str) -> None:
    (mistake,) = mistakes(address)
    assert mistake.startswith("pool_boy_page_commit_url is not a URL such as ")
    assert "s3cret" not in mistake
    assert "T0KEN" not in mistake


def mistakes_in_request(address: str) -> list[str]:
    settings = {"name": "infra", "repo": "/srv/locks", "pools": ["aws"], "state_file": "/srv/state.json"}
    return list(mistakes_in(read_settings({**settings, "pushgateway_url": address, "webhook_url": address}), ()))


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.com",
        "http://localhost:9091/",
        "http://[::1]:9091/metrics",
        "https://boy:s3cret@hooks.example.com:8443/a@b?c=d#e",
        "https://boy:pass:word@hooks.example.com",
        "https://hooks.example.com?token=s3cret:x",
    ],
)
def test_an_address_for_requests_is_good(address: str) -> None:
    assert mistakes_in_request(address) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://boy:s3cret",
        "http://boy:s3cret/@hooks.example.com",
        "https://s3cret:@",
        "https://hooks.example.com:9091s3cret/x",
        "https://hooks.example.com/s3cret x",
        "https://hooks.example.com/s3cret\n",
        "s3cret",
        "ftp://s3cret",
    ],
)
def test_an_address_that_no_request_can_use_is_refused_without_being_shown(address: str) -> None:
    found = mistakes_in_request(address)
    assert [one.split(" is ")[0] for one in found] == ["pool_boy_pushgateway_url", "pool_boy_webhook_url"]
    assert "s3cret" not in "".join(found)
