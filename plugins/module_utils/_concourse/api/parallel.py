# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many requests at the same time."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

_PARALLEL = 8

Item = t.TypeVar("Item")
Found = t.TypeVar("Found")


def in_parallel(ask: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """Return the response for each item, in their order. Raises the first error, without asking for the rest."""
    if len(items) < 2:
        return [ask(item) for item in items]
    threads = ThreadPoolExecutor(min(_PARALLEL, len(items)))
    try:
        return list(threads.map(ask, items))
    finally:
        threads.shutdown(cancel_futures=True)
