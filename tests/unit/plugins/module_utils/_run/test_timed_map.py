# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not done in time is left out, keeps nothing else waiting, and is not begun later."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._run.timed_map import map_for

PATIENCE = 30.0


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Keeps functions waiting until the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def test_results_are_in_the_order_of_the_items(threads: ThreadPoolExecutor) -> None:
    assert map_for(threads, None, lambda number: number * number, [3, 1, 2]) == [9, 1, 4]
    assert map_for(threads, PATIENCE, lambda number: number * number, [3, 1, 2]) == [9, 1, 4]
    assert map_for(threads, PATIENCE, lambda number: number, list[int]()) == []


def test_a_slow_item_is_left_out(threads: ThreadPoolExecutor, gate: threading.Event) -> None:
    started = time.monotonic()
    assert map_for(threads, 0.3, lambda name: name if name != "slow" else gate.wait(PATIENCE), ["a", "slow", "b"]) == [
        "a",
        "b",
    ]
    assert time.monotonic() - started < PATIENCE / 2


def test_it_returns_as_soon_as_all_are_done(threads: ThreadPoolExecutor) -> None:
    started = time.monotonic()
    map_for(threads, PATIENCE, str, range(10))
    assert time.monotonic() - started < PATIENCE / 2


def test_what_has_not_begun_in_time_is_never_begun(threads: ThreadPoolExecutor, gate: threading.Event) -> None:
    begun: list[int] = []

    def wait(number: int) -> int:
        begun.append(number)
        gate.wait(PATIENCE)
        return number

    assert map_for(threads, 0.2, wait, range(6)) == []
    gate.set()
    assert map_for(threads, PATIENCE, str, ["later"]) == ["later"]
    assert len(begun) == 2


def test_an_error_ends_it_at_once(threads: ThreadPoolExecutor, gate: threading.Event) -> None:
    def refuse(name: str) -> None:
        if name == "refused":
            raise PermissionError
        gate.wait(PATIENCE)

    started = time.monotonic()
    with pytest.raises(PermissionError):
        map_for(threads, PATIENCE, refuse, ["slow", "refused", "never"])
    assert time.monotonic() - started < PATIENCE / 2
