# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets where others can read them."""

from __future__ import annotations

from typing import Any

from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.exposed_secrets import (
    exposed_secrets,
)
from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.settings import read_settings


def found(**settings: Any) -> str:
    return " ".join(exposed_secrets(read_settings({"host": "ci", **settings})))


def test_a_secret_of_the_round_is_named_and_not_shown() -> None:
    told = found(round={"pool_boy_concourse_token": "s3cret", "pool_boy_repo": "https://s3cret@git/locks"})
    assert told.startswith("pool_boy_concourse_token, pool_boy_repo must be in pool_boy_schedule_secrets:")
    assert "s3cret" not in told
    told = found(round={"pool_boy_concourse_url_aliases": ["https://ci", "https://s3cret@ci"]})
    assert told.startswith("pool_boy_concourse_url_aliases must be in pool_boy_schedule_secrets:")


def test_a_secret_in_its_place_is_allowed() -> None:
    assert found(secrets={"pool_boy_concourse_token": "s3cret", "pool_boy_repo": "https://s3cret@git/locks"}) == ""


def test_a_fallback_is_an_exposed_secret_as_well() -> None:
    """A secret fallback is written to the file of secrets, but an address is not one by its name."""
    assert found(fallbacks={"pool_boy_concourse_password": "s3cret"}) == ""
    assert found(fallbacks={"pool_boy_repo": "https://s3cret@git/locks"}).startswith("pool_boy_repo must be in")


def test_a_secret_of_the_environment_is_named() -> None:
    told = found(environment={"HTTP_PROXY": "http://b:s3cret@proxy", "CONCOURSE_PASSWORD": "s3cret", "LANG": "C"})
    assert told.startswith("CONCOURSE_PASSWORD, HTTP_PROXY must be in pool_boy_schedule_secret_environment:")
    assert "s3cret" not in told
    assert found(secret_environment={"CONCOURSE_PASSWORD": "s3cret"}) == ""


def test_an_address_of_a_source_is_named_with_its_remedy() -> None:
    told = found(extra_requirements=["x @ https://s3cret@git.example.com/x.whl"], pip_arguments=["--no-index"])
    assert told.startswith("pool_boy_schedule_extra_requirements must have no address with a user name")
    assert "~root/.netrc on ci" in told
    assert "s3cret" not in told
