# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a schedule that cannot work; tests/functional/schedule/test_refusals.py sees them on a host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.mistakes import mistakes
from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.settings import read_settings

ROUND = {
    "pool_boy_repo": "https://git.example.com/locks",
    "pool_boy_pools": ["aws"],
    "pool_boy_concourse_url": "https://ci.example.com",
    "pool_boy_concourse_username": "boy",
}
SECRETS = {"pool_boy_concourse_password": "s3cret"}
VALID = {"round": ROUND, "secrets": SECRETS}


def said(*variables: str, less: str = "", **settings: Any) -> str:
    """Return what is wrong with a valid installation that was changed; `less` is a removed variable."""
    round_variables = {**ROUND, **settings.pop("round", {})}
    secrets = settings.pop("secrets", SECRETS)
    kept = [{name: one for name, one in group.items() if name != less} for group in (round_variables, secrets)]
    return told({"round": kept[0], "secrets": kept[1], **settings}, *variables)


def told(settings: dict[str, Any], *variables: str) -> str:
    return " ".join(mistakes(read_settings({"host": "ci", **settings}), variables))


def test_a_valid_installation_has_no_mistake() -> None:
    assert said() == ""
    # Numbers and addresses as texts, as -e NAME=VALUE passes them.
    assert said(backend="cron", cron="@daily", timeout="900", mail_to="ops@example.com,boy@example.com") == ""


@pytest.mark.parametrize("name", ["Pool Boy", "", "1boy", "b" * 32, "boy\n", "böy"])
def test_a_name_that_no_user_can_have(name: str) -> None:
    assert f"pool_boy_schedule_name is {name}, but must be" in said(name=name)
    assert "but must be" in said(name=name, state="absent")


def test_an_unknown_variable_is_the_first_mistake() -> None:
    assert said("pool_boy_schedule_usr", name="Pool Boy").startswith("There is no variable pool_boy_schedule_usr.")
    assert said("pool_boy_schedule_user") == ""


def test_settings_of_a_round_that_is_removed_do_not_count() -> None:
    assert told({"state": "absent", "round": "x", "timeout": 0}) == ""


def test_a_text_is_no_list_and_no_dictionary() -> None:
    assert told({"groups": "www-data", "round": "x"}).startswith(
        "pool_boy_schedule_groups, pool_boy_schedule_round must be a list or a dictionary, not a text:"
    )


@pytest.mark.parametrize("place", ["round", "secrets", "fallbacks"])
def test_a_variable_that_no_round_has(place: str) -> None:
    assert told({place: {"pool_boy_pooll": "aws"}}).startswith("The round has no variable pool_boy_pooll.")


def test_a_secret_without_a_value() -> None:
    for value in ("", None, ["x"]):
        message = said(secrets={**SECRETS, "pool_boy_repo_password": value}, round={"pool_boy_repo_username": "boy"})
        assert message == "pool_boy_repo_password in pool_boy_schedule_secrets must be a text and not empty."


def test_what_a_round_needs() -> None:
    assert "must have pool_boy_repo: the round on ci" in said(less="pool_boy_repo")
    assert "must have pool_boy_pools: the round" in said(less="pool_boy_pools")
    assert said(less="pool_boy_pools", round={"pool_boy_clean": "no"}) == ""


@pytest.mark.parametrize("repository", ["git@git.example.com:locks.git", "ssh://git@git.example.com/locks"])
def test_a_repository_over_ssh_needs_a_key(repository: str) -> None:
    assert said(round={"pool_boy_repo": repository}).startswith("pool_boy_repo needs an SSH key")
    assert said(round={"pool_boy_repo": repository, "pool_boy_key_file": "/k"}) == ""
    assert said(round={"pool_boy_repo": repository}, secrets={**SECRETS, "pool_boy_ssh_private_key": "k"}) == ""


@pytest.mark.parametrize("repository", ["https://git.example.com/x:y", "/srv/a:b", "git://git.example.com/locks"])
def test_other_repositories_need_no_key(repository: str) -> None:
    assert said(round={"pool_boy_repo": repository}) == ""


@pytest.mark.parametrize(
    ("name", "partner"),
    [
        ("pool_boy_repo_username", "pool_boy_repo_password"),
        ("pool_boy_concourse_client_id", "pool_boy_concourse_client_secret"),
        ("pool_boy_concourse_username", "pool_boy_concourse_password"),
    ],
)
def test_a_user_needs_its_password(name: str, partner: str) -> None:
    message = said(round={name: "boy"}, less=partner)
    assert message == f"{name} needs {partner}: it must be in pool_boy_schedule_secrets."
    assert said(round={name: "boy"}, secrets={**SECRETS, partner: "x"}) == ""


def test_a_concourse_needs_a_login() -> None:
    message = said(less="pool_boy_concourse_username", secrets={})
    assert message.startswith("pool_boy_concourse_url needs a way to log in:")
    assert said(less="pool_boy_concourse_username", secrets={"pool_boy_concourse_token": "t"}) == ""
    assert said(less="pool_boy_concourse_url") == ""


def test_an_expression_counts_for_cron_only() -> None:
    assert "61 * * * * is neither" in said(backend="cron", cron="61 * * * *")
    assert said(backend="systemd", cron="61 * * * *") == ""


@pytest.mark.parametrize("address", ['x" y', "a@example.com, b@example.com", "a@example.com\n", "a,,b"])
def test_addresses_that_cron_would_misread(address: str) -> None:
    assert "pool_boy_schedule_mail_to must be addresses" in said(mail_to=address)


@pytest.mark.parametrize(
    ("name", "value"), [("timeout", 0), ("timeout", "soon"), ("randomized_delay", -1), ("log_rotations", "-1")]
)
def test_numbers_that_are_too_small(name: str, value: object) -> None:
    assert told({**VALID, name: value}).startswith("pool_boy_schedule_timeout must be 1 second or more;")


def test_the_smallest_numbers() -> None:
    assert said(timeout=1, randomized_delay=0, log_rotations="0") == ""


@pytest.mark.parametrize("place", ["environment", "secret_environment"])
def test_names_that_no_environment_has(place: str) -> None:
    assert (
        told({**VALID, place: {"A_1": "x", "1A": "x", "A B": "y"}})
        == "1A, A B cannot be the name of an environment variable."
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"round": {"pool_boy_page_file": "/srv/my pools/page.html"}},
        {"writable_paths": ["/srv/my pools"]},
        {"python": "python3"},
        {"round": {"pool_boy_metrics_file": "x.prom"}},
    ],
)
def test_paths_that_units_cannot_contain(settings: dict[str, Any]) -> None:
    assert "must be an absolute path" in said(**settings)


@pytest.mark.parametrize("source", ["/srv/collection", "./collection", "~/collection"])
def test_a_source_that_is_not_here(source: str) -> None:
    assert f"there is no {source} where Ansible runs" in said(collection_source=source, source_is_here=False)
    assert said(collection_source=source, source_is_here=True) == ""


def test_a_source_that_galaxy_knows() -> None:
    assert said(collection_source="poolboy.concourse", source_is_here=False) == ""


def test_every_mistake_is_named_at_once() -> None:
    message = said(timeout=0, mail_to="x y", less="pool_boy_repo")
    assert all(part in message for part in ("1 second or more", "mail_to must be", "must have pool_boy_repo"))
