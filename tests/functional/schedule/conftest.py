# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts for the schedule: one with systemd, one with only a cron daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.schedule.host import Host, download_wheels
from ansible_collections.poolboy.concourse.tests.functional.schedule.machine import CRON, SYSTEMD, Machine, obstacle
from ansible_collections.poolboy.concourse.tests.functional.schedule.stage import Stage

# They use the processor for minutes, so only `make long` runs them.
LONG_TESTS = (
    "test_check_mode_on_a_fresh_host_changes_nothing",
    "test_a_failing_round_is_reported_and_not_enabled",
    "test_a_new_time_counts_only_when_the_round_works",
    "test_cron_takes_its_place_and_gives_it_back",
    "test_an_installation_that_fails_leaves_nothing_behind",
    "test_systemd_is_refused_on_a_host_without_it",
    "test_programs_that_the_user_cannot_read_are_mended",
    "test_a_second_time_nothing_changes_though_all_comes_from_the_environment",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip long tests unless POOLBOY_LONG=1 is set."""
    if not LONG:
        left_out = [item for item in items if item.name in LONG_TESTS]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.name not in LONG_TESTS]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All wheels for the virtual environment of a round."""
    reason = obstacle()
    if reason:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("wheels")
    download_wheels(folder)
    return folder


@pytest.fixture(scope="module")
def systemd_host(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("systemd")
    with Machine(folder / "machine", SYSTEMD) as machine, Stage(folder / "stage") as stage:
        yield Host(machine, stage, wheels)
        assert stage.scene.atc.server.errors == []


@pytest.fixture(scope="module")
def cron_host(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("cron")
    with Machine(folder / "machine", CRON) as machine, Stage(folder / "stage") as stage:
        yield Host(machine, stage, wheels)
        assert stage.scene.atc.server.errors == []
