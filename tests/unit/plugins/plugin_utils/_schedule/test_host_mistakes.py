# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host lacks, or has that must not be replaced."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.host_mistakes import HostFacts, host_mistakes
from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.settings import read_settings

PACKAGES = {"apt": {"git": "git", "venv": "python3-venv"}, "dnf": {"git": "git-core", "venv": "python3-libs"}}
OWN = {"exists": True, "isdir": True, "woth": False, "wusr": True, "wgrp": False, "pw_name": "pool-boy", "gr_name": "x"}
ROOTS = {**OWN, "pw_name": "root", "gr_name": "root"}


def said(settings: dict[str, Any] | None = None, **facts: Any) -> str:
    known = read_settings({"host": "ci", **(settings or {})})
    return " ".join(host_mistakes(known, HostFacts(packages=PACKAGES, **facts)))


def folder(stat: dict[str, Any], path: str = "/srv/pools") -> list[dict[str, Any]]:
    return [{"_pool_boy_item": path, "stat": stat}]


def test_a_host_with_everything() -> None:
    account = ["x", "999", "999", "poolboy.concourse", "/var/lib/pool-boy", "/usr/sbin/nologin"]
    worked = {"rc": 0, "stdout_lines": []}
    assert (
        said(
            calendar=worked,
            groups=worked,
            taken=worked,
            account=account,
            installed_user="pool-boy",
            folders=folder(OWN),
        )
        == ""
    )


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("python", "There is no /usr/bin/python3 on ci: install Python 3.11 or newer"),
        ("old-python", "/usr/bin/python3 on ci is older than 3.11"),
        ("systemd", "systemd does not run on ci, so it cannot start the round"),
    ],
)
def test_what_no_package_manager_installs(missing: str, words: str) -> None:
    assert said(missing=[missing], manager="apt").startswith(words)


def test_missing_packages_are_installed_or_named() -> None:
    names = (
        "ci lacks git, venv: install it (Debian calls the packages git, python3-venv, Red Hat git-core, python3-libs)"
    )
    assert said(missing=["git", "venv"], manager="apt") == ""
    assert said(missing=["git", "venv"], manager="none") == f"{names}."
    told = said({"install_packages": "false"}, missing=["git", "venv"], manager="apt")
    assert told == f"{names}, or set pool_boy_schedule_install_packages to true."


def test_times_that_the_host_cannot_read() -> None:
    moon = {"on_calendar": "every full moon"}
    assert said(moon, calendar={"rc": 1}).startswith(
        "systemd cannot read pool_boy_schedule_on_calendar, every full moon:"
    )
    assert "cannot read" not in said(moon, calendar={"rc": 2}, missing=["systemd"])
    assert said(moon, calendar={"skipped": True}) == ""
    strict = {"cron": "13 13 13 12 5"}
    told = said(strict, cron_entry={"rc": 1, "stdout_lines": ["bad minute", "x"]})
    assert told == "The cron of ci cannot read pool_boy_schedule_cron, 13 13 13 12 5: bad minute."
    assert said(strict, cron_entry={"rc": 1, "stdout_lines": []}).endswith(": it gives no reason.")


def test_a_user_of_somebody_else() -> None:
    assert said(account=["x", "1", "1", "daemon", "/usr/sbin", "x"]).startswith(
        "The user pool-boy of ci is not a user of the round."
    )


def test_the_user_of_an_installation_does_not_change() -> None:
    told = said({"user": "new"}, installed_user="old", account=["x", "1", "1", "daemon", "/usr/sbin", "x"])
    assert told.startswith("The round is installed for the user old on ci.")
    assert "not a user of the round" not in told


def test_groups_and_folders_of_others() -> None:
    told = said({"groups": ["www-data", "nobodys"]}, groups={"rc": 2})
    assert told.startswith("ci lacks a group of pool_boy_schedule_groups (www-data, nobodys):")
    told = said(taken={"rc": 2, "stdout_lines": ["/opt/pool-boy"]})
    assert told.startswith("/opt/pool-boy on ci does not belong to a round:")


@pytest.mark.parametrize(
    ("change", "groups"),
    [
        (OWN, []),
        ({**ROOTS, "woth": True}, []),
        ({**ROOTS, "wgrp": True, "gr_name": "pool-boy"}, []),
        ({**ROOTS, "wgrp": True, "gr_name": "www-data"}, ["www-data"]),
        ({"exists": False}, []),
    ],
)
def test_folders_that_the_round_can_write_to(change: dict[str, Any], groups: list[str]) -> None:
    assert said({"groups": groups}, folders=folder(change)) == ""


@pytest.mark.parametrize(
    "change",
    [
        ROOTS,
        {**OWN, "wusr": False},
        {**OWN, "isdir": False, "woth": True},
        {**ROOTS, "wgrp": True, "gr_name": "www-data"},
        {name: one for name, one in ROOTS.items() if name not in ("pw_name", "gr_name")},
    ],
)
def test_folders_that_the_round_cannot_write_to(change: dict[str, Any]) -> None:
    assert said(folders=folder(change)).startswith("The user pool-boy cannot write to /srv/pools on ci:")


def test_a_missing_folder_needs_its_parent() -> None:
    missing = folder({"exists": False}, "/srv/no/where")
    assert said(folders=missing, upper_folders=folder(OWN, "/srv/no/where")) == ""
    for parent in ({"exists": False}, {**OWN, "isdir": False}):
        told = said(folders=missing, upper_folders=folder(parent, "/srv/no/where"))
        assert told.startswith(
            "The round writes to /srv/no/where on ci, but neither this folder nor its parent exists:"
        )
