# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of the resource types: flat maps of strings, as Concourse stores and compares them."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ..shared.errors import BadOption
from ..shared.text import printable
from .arrivals import Arrival

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NUMBER = re.compile(r"[0-9]{1,18}")
_PUT = "put"


def arrival_version(arrival: Arrival) -> dict[str, str]:
    """Return the version of an arrival; `rewrites` is left out until the history is rewritten.

    >>> arrival_version(Arrival("1f" * 20, "env-1", 2))["rewrites"]
    '2'
    """
    version = {"commit": arrival.commit, "lock": arrival.lock}
    return {**version, "rewrites": str(arrival.rewrites)} if arrival.rewrites else version


def put_version(now: int) -> dict[str, str]:
    """Return the version of a put; Concourse takes it for the latest, and checks with it. `now` is in seconds."""
    return {_PUT: str(now)}


def read_arrival(version: Mapping[str, t.Any]) -> Arrival:
    """Return the arrival that a version names, one without a commit for that of a put. Raises BadOption."""
    if _NUMBER.fullmatch(str(version.get(_PUT))):
        return Arrival("", "", int(str(version[_PUT])))
    commit, lock, rewrites = version.get("commit"), version.get("lock"), version.get("rewrites", "0")
    is_text = isinstance(commit, str) and isinstance(lock, str) and isinstance(rewrites, str)
    if not is_text or not lock or not _COMMIT.fullmatch(str(commit)) or not _NUMBER.fullmatch(str(rewrites)):
        raise BadOption(
            f"version is {printable(str(dict(version)), 200)}: give a commit and a lock, as check prints them."
        )
    return Arrival(str(commit), str(lock), int(str(rewrites)))
