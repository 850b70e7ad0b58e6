# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the settings of a schedule."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.settings import read_settings

FALLBACKS = {
    "pool_boy_repo": "R",
    "pool_boy_pools": "P",
    "pool_boy_concourse_url": "",
    "pool_boy_concourse_username": "U",
    "pool_boy_concourse_password": "W",
    "pool_boy_ssh_private_key": "K",
}


def test_fallbacks_take_the_place_of_what_is_not_set() -> None:
    settings = read_settings({"fallbacks": FALLBACKS})
    assert settings.round_variables == {"pool_boy_repo": "R", "pool_boy_pools": "P", "pool_boy_concourse_username": "U"}
    assert settings.secret_variables == {"pool_boy_ssh_private_key": "K", "pool_boy_concourse_password": "W"}


def test_a_fallback_for_a_login_that_is_not_used_is_ignored() -> None:
    named = {"pool_boy_repo": "mine", "pool_boy_pools": ["aws"], "pool_boy_key_file": "/k"}
    settings = read_settings({"fallbacks": FALLBACKS, "round": named, "secrets": {"pool_boy_concourse_token": "t"}})
    assert settings.round_variables == named
    assert settings.secret_variables == {"pool_boy_concourse_token": "t"}


def test_a_target_replaces_address_and_login() -> None:
    fallbacks = {**FALLBACKS, "pool_boy_concourse_url": "https://ci"}
    settings = read_settings({"fallbacks": fallbacks, "round": {"pool_boy_concourse_target": "ci"}})
    assert [name for name in settings.given if "concourse" in name] == ["pool_boy_concourse_target"]


def test_the_file_of_the_round_has_defaults_of_the_installation() -> None:
    settings = read_settings({"name": "boy", "round": {"pool_boy_repo": "/srv/locks"}})
    assert settings.written_variables == {
        "pool_boy_name": "boy",
        "pool_boy_state_file": "/var/lib/boy/state.json",
        "pool_boy_repo": "/srv/locks",
    }
    named = read_settings({"round": {"pool_boy_name": "locks"}})
    assert named.written_variables["pool_boy_name"] == "locks"


def test_files_outside_the_home_need_their_folders() -> None:
    settings = read_settings(
        {
            "name": "boy",
            "round": {
                "pool_boy_page_file": "/srv/pools/index.html",
                "pool_boy_index_file": "/srv/pools/all.html",
                "pool_boy_metrics_file": "/srv/metrics/pools.prom",
                "pool_boy_state_file": "/var/lib/boy/own.json",
            },
        }
    )
    assert settings.output_files == [
        "/srv/pools/index.html",
        "/srv/pools/all.html",
        "/srv/metrics/pools.prom",
        "/srv/pools/index.json",
    ]
    assert settings.output_folders == ["/srv/pools", "/srv/metrics"]
    assert read_settings({}).output_files == []


def test_a_file_beside_the_home_is_outside() -> None:
    settings = read_settings({"name": "boy", "round": {"pool_boy_state_file": "/var/lib/boys/state.json"}})
    assert settings.output_folders == ["/var/lib/boys"]


def test_a_failure_is_noticed_by_mail_metrics_or_messages() -> None:
    assert not read_settings({"round": {"pool_boy_metrics_file": ""}}).failures_are_noticed
    assert read_settings({"mail_to": "ops@example.com"}).failures_are_noticed
    for name in ("pool_boy_metrics_file", "pool_boy_pushgateway_url"):
        assert read_settings({"round": {name: "x"}}).failures_are_noticed
    assert read_settings({"secrets": {"pool_boy_webhook_url": "x"}}).failures_are_noticed
