# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of a run: from its own clock and the latest response of Concourse, also if a clock is set meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._run.run_clock import RunClock

NOW, HOUR = 1_767_225_600, 3600


@dataclass
class Machine:
    """A machine whose clock a test sets; `wait` lets time pass."""

    wall: float = NOW + 0.9
    monotonic: float = 7.5
    clock: RunClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = RunClock(lambda: self.wall, lambda: self.monotonic)

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    @property
    def times(self) -> tuple[int, int, int]:
        return self.clock.start(), self.clock.now(), self.clock.latest()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_without_a_response_the_own_clock_counts(machine: Machine) -> None:
    machine.clock.hear(None)
    machine.wait(10)
    assert machine.times == (NOW, NOW + 10, NOW + 10)
    assert machine.clock.warning() is None


def test_the_time_of_concourse_goes_on_after_its_response(machine: Machine) -> None:
    machine.clock.hear(NOW - 6 * HOUR)
    machine.wait(600)
    machine.clock.hear(None)
    assert machine.times == (NOW - 6 * HOUR + 600, NOW - 6 * HOUR + 600, NOW + 600)


def test_the_latest_response_counts(machine: Machine) -> None:
    machine.clock.hear(NOW - 6 * HOUR)
    machine.clock.hear(NOW)
    assert machine.times == (NOW, NOW, NOW)


def test_a_clock_that_is_behind_begins_waits_by_that_of_concourse(machine: Machine) -> None:
    machine.clock.hear(NOW + 6 * HOUR)
    machine.wait(5)
    assert machine.times == (NOW, NOW + 5, NOW + 6 * HOUR + 5)


@pytest.mark.parametrize(("set_by", "now"), [(6 * HOUR, NOW), (-6 * HOUR, NOW - 6 * HOUR)])
def test_a_clock_that_is_set_during_the_run_brings_no_release_forward(machine: Machine, set_by: int, now: int) -> None:
    machine.clock.hear(NOW)
    machine.wall += set_by
    assert machine.times == (now, now, max(NOW, NOW + set_by))


def test_a_run_warns_once(machine: Machine) -> None:
    assert machine.clock.warning() is None
    machine.clock.hear(NOW - 6 * HOUR)
    warning = machine.clock.warning()
    assert warning is not None
    assert warning.startswith("The clock of this machine is 6h 0m ahead of that of Concourse: ")
    machine.wait(HOUR)
    machine.clock.hear(NOW - 6 * HOUR)
    assert machine.clock.warning() is None
