# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses with a user name, a password or a token, and others."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.filter.pool_exposed_addresses import pool_exposed_addresses
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.credentials import has_credentials

EXPOSED = (
    "https://T0KEN@git.example.com/locks",
    "https://boy:s3cret@git.example.com",
    "HTTP://boy:@git.example.com",
    "git+https://T0KEN@git.example.com/x.git,main",
    "ssh://boy:s3cret@git.example.com/locks",
    "--index-url=https://boy:s3cret@pypi.example.com/simple",
    "x @ https://boy:p?s#@x@example.com/x.whl",
)
HARMLESS = (
    "https://git.example.com/locks",
    "https://git.example.com:8443/@scope/x@v1",
    "http://proxy.example.com:3128",
    "ssh://git@git.example.com/locks",
    "git+ssh://git@git.example.com:22/locks.git",
    "git@git.example.com:locks.git",
    "x @ git+https://git.example.com/x@v1",
    "/srv/locks",
    "poolboy <boy@example.com>",
)


@pytest.mark.parametrize("address", EXPOSED)
def test_an_address_with_a_secret_is_detected(address: str) -> None:
    assert has_credentials(address)
    assert has_credentials({"aws": ["x", {"y": address}]})
    assert has_credentials({address: "x"})


@pytest.mark.parametrize("address", HARMLESS)
def test_other_addresses_are_allowed(address: str) -> None:
    assert not has_credentials(address)


def test_the_values_with_a_secret_are_named_in_their_order() -> None:
    values = {"b": {"pool_boy_repo": EXPOSED[0]}, "c": "/srv/x", "a": EXPOSED[1]}
    assert pool_exposed_addresses(values) == ["b", "a"]
