# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One question, one request, however many threads ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.single_flight import (
    SingleFlight,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import (
    NoCredibleResponse,
)

THREADS = 16


def test_sixteen_threads_ask_once() -> None:
    memo, barrier, asked = SingleFlight(), threading.Barrier(THREADS), []

    def ask() -> str:
        asked.append(1)
        return "told"

    def one() -> str:
        barrier.wait(10)
        return memo.once("question", ask)

    with ThreadPoolExecutor(THREADS) as pool:
        told = [future.result(10) for future in [pool.submit(one) for _count in range(THREADS)]]
    assert told == ["told"] * THREADS
    assert len(asked) == 1


def test_a_missing_answer_is_remembered_and_raised_anew_each_time() -> None:
    memo, asked = SingleFlight(), []

    def ask() -> str:
        asked.append(1)
        raise NoCredibleResponse("it answered 503")

    errors = []
    for _count in range(3):
        with pytest.raises(NoCredibleResponse, match="it answered 503") as error:
            memo.once("question", ask)
        errors.append(error.value)
    assert len(asked) == 1
    assert len(set(map(id, errors))) == 3


def test_none_is_an_answer() -> None:
    memo, asked = SingleFlight(), []
    for _count in range(2):
        assert memo.once("question", lambda: asked.append(1)) is None
    assert len(asked) == 1


def test_again_asks_anew_and_replaces_the_answer() -> None:
    memo, answers = SingleFlight(), iter((1, 2, 3))
    assert memo.once("question", lambda: next(answers)) == 1
    assert memo.once("question", lambda: next(answers), again=True) == 2
    assert memo.once("question", lambda: next(answers)) == 2


def test_nobody_waits_for_a_thread_that_was_interrupted() -> None:
    memo, waiting, interrupted = SingleFlight(), threading.Event(), threading.Event()

    def ask() -> str:
        waiting.set()
        interrupted.wait(10)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(memo.once, "question", ask)
        assert waiting.wait(10)
        second = pool.submit(memo.once, "question", ask)
        interrupted.set()
        for future in (first, second):
            with pytest.raises(KeyboardInterrupt):
                future.result(10)
