# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fetch for each key, however many threads need it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.single_flight import SingleFlight
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import (
    HiddenResponse,
    NoCredibleResponse,
)

THREADS = 16


def test_sixteen_threads_fetch_once() -> None:
    flight, barrier, calls = SingleFlight(), threading.Barrier(THREADS), []

    def fetch() -> str:
        calls.append(1)
        return "result"

    def one() -> str:
        barrier.wait(10)
        return flight.once("query", fetch)

    with ThreadPoolExecutor(THREADS) as pool:
        results = [future.result(10) for future in [pool.submit(one) for _count in range(THREADS)]]
    assert results == ["result"] * THREADS
    assert len(calls) == 1


def test_failures_are_kept_and_raised_again() -> None:
    flight, calls = SingleFlight(), []

    def fetch() -> str:
        calls.append(1)
        raise NoCredibleResponse("it answered 503")

    errors = []
    for _count in range(3):
        with pytest.raises(NoCredibleResponse, match="it answered 503") as error:
            flight.once("query", fetch)
        errors.append(error.value)
    assert len(calls) == 1
    assert len(set(map(id, errors))) == 3


def test_a_failure_keeps_its_kind() -> None:
    flight = SingleFlight()

    def fetch() -> str:
        raise HiddenResponse("it answered 403")

    for _count in range(2):
        with pytest.raises(HiddenResponse, match="it answered 403"):
            flight.once("query", fetch)


def test_none_is_a_result() -> None:
    flight, calls = SingleFlight(), []
    for _count in range(2):
        assert flight.once("query", lambda: calls.append(1)) is None
    assert len(calls) == 1


def test_again_replaces_the_result() -> None:
    flight, answers = SingleFlight(), iter((1, 2, 3))
    assert flight.once("query", lambda: next(answers)) == 1
    assert flight.once("query", lambda: next(answers), again=True) == 2
    assert flight.once("query", lambda: next(answers)) == 2


def test_an_interrupted_thread_blocks_no_other() -> None:
    flight, waiting, interrupted = SingleFlight(), threading.Event(), threading.Event()

    def fetch() -> str:
        waiting.set()
        interrupted.wait(10)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flight.once, "query", fetch)
        assert waiting.wait(10)
        second = pool.submit(flight.once, "query", fetch)
        interrupted.set()
        for future in (first, second):
            with pytest.raises(KeyboardInterrupt):
                future.result(10)
