# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds as concourse_pool_lock and people write them, and the times that they end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..running import ModuleRun

Lock = Callable[..., ModuleRun]
HOUR = 3600


def iso(seconds: float) -> str:
    """Return a time in seconds since 1970, UTC, as trailers and results have it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SOON, LATER, MUCH_LATER = (iso(time.time() + hours * HOUR) for hours in (2, 4, 8))
CLAIM: dict[str, Any] = {"state": "claimed", "owner": "ada", "until": LATER}


def held(lock: str, owner: str, until: str) -> str:
    """Return the message of a claim that is a hold."""
    return f"claiming: {lock}\n\nHeld-By: {owner}\nHold-Until: {until}\n"


def result(run: ModuleRun) -> dict[str, Any]:
    """Return the result of a run without its options, and without the report, which shows how long holds still last."""
    return {key: value for key, value in run.values.items() if key not in ("invocation", "report")}


def unchanged(run: ModuleRun) -> dict[str, Any]:
    """Return the result that the same run has when there is nothing to do."""
    return {**result(run), "changed": False}
