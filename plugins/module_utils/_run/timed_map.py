# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a function to many items in threads, and leave out what is not done in time."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


def map_for(
    threads: ThreadPoolExecutor, seconds: float | None, function: Callable[[Item], Result], items: Sequence[Item]
) -> list[Result]:
    """Return the results in the order of the items: those that are there after `seconds`, or all if it is None.

    What has begun by then continues in its thread; what has not is never begun. Raises the first exception of a result.
    """
    futures = [threads.submit(function, item) for item in items]
    done, late = wait(futures, seconds, return_when=FIRST_EXCEPTION)
    for future in late:
        future.cancel()
    return [future.result() for future in futures if future in done]
