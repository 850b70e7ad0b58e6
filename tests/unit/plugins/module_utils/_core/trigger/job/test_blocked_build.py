# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that do not start: when this is worth a word, and which."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import JobApi, Preparation
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.blocked_build import (
    PENDING_LONG,
    SERIAL_LONG,
    BlockedBuild,
    fetch_blocked_build,
    last_movement,
)

NOW = 1_795_000_000
OLD, NEW = (Build(number, str(number), BuildStatus.PENDING, "main") for number in (7, 8))
PAUSED = Preparation(is_paused=True)


@dataclass
class Preparing:
    """What blocks each build; the builds that were asked about."""

    preparation_of_all: Preparation | None
    asked: list[Build] = field(default_factory=list)

    def preparation(self, build: Build) -> Preparation | None:
        self.asked.append(build)
        return self.preparation_of_all


def blocked(preparation: Preparation | None, *, since: int = NOW - PENDING_LONG) -> BlockedBuild | None:
    return fetch_blocked_build(t.cast(JobApi, Preparing(preparation)), [NEW, OLD], since, NOW)


def test_the_oldest_pending_build_is_the_blocked_one() -> None:
    api = Preparing(PAUSED)
    found = fetch_blocked_build(t.cast(JobApi, api), [NEW, OLD], NOW - PENDING_LONG, NOW)
    assert found == BlockedBuild(OLD, PAUSED, NOW - PENDING_LONG)
    assert api.asked == [OLD]


def test_a_build_that_waits_for_less_than_ten_minutes_is_not_asked_about() -> None:
    api = Preparing(PAUSED)
    assert fetch_blocked_build(t.cast(JobApi, api), [OLD], NOW - PENDING_LONG + 1, NOW) is None
    assert fetch_blocked_build(t.cast(JobApi, api), [], 0, NOW) is None
    assert api.asked == []


@pytest.mark.parametrize("preparation", [None, Preparation()])
def test_a_build_that_nothing_blocks_is_no_blocked_build(preparation: Preparation | None) -> None:
    assert blocked(preparation) is None


def test_a_missing_explanation_is_no_error() -> None:
    class Silent:
        def preparation(self, build: Build) -> Preparation:
            raise NoCredibleResponse("Concourse answered 502")

    assert fetch_blocked_build(t.cast(JobApi, Silent()), [OLD], 0, NOW) is None


@pytest.mark.parametrize(
    ("preparation", "reason"),
    [
        (PAUSED, "the job or its pipeline is paused"),
        (
            Preparation(is_max_in_flight=True),
            "the job already runs as many builds as it may (max_in_flight)",
        ),
        (Preparation((("src", ""),)), "input src has no version"),
        (
            Preparation((("src", "not found"), ("envs", "")), is_max_in_flight=True, is_paused=True),
            "input src has no version (not found) and input envs has no version"
            " and the job already runs as many builds as it may (max_in_flight)"
            " and the job or its pipeline is paused",
        ),
    ],
)
def test_the_reason_names_everything_that_blocks_the_build(preparation: Preparation, reason: str) -> None:
    found = BlockedBuild(OLD, preparation, 0)
    assert found.reason == reason
    assert found.clause == f"build 7 has not started, because {reason}; no activity since 1970-01-01T00:00:00Z"


def test_a_missing_input_deserves_a_warning_at_once_and_a_serial_job_after_an_hour() -> None:
    assert BlockedBuild(OLD, Preparation((("src", ""),)), NOW).deserves_warning(NOW)
    assert not BlockedBuild(OLD, PAUSED, NOW - SERIAL_LONG + 1).deserves_warning(NOW)
    assert BlockedBuild(OLD, PAUSED, NOW - SERIAL_LONG).deserves_warning(NOW)


def test_the_last_movement_is_no_time_in_the_future() -> None:
    moved = Build(1, "1", BuildStatus.FAILED, "main", start_time=NOW - 50, end_time=NOW - 20)
    early = Build(2, "2", BuildStatus.STARTED, "main", start_time=NOW + 1)
    assert last_movement(NOW - 90, [moved, early], NOW) == NOW - 20
    assert last_movement(NOW - 10, [moved], NOW) == NOW - 10
    assert last_movement(NOW + 5, [early], NOW) == 0
    assert last_movement(NOW, [], NOW) == NOW
