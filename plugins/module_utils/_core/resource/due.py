# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the resource pool-boy has a new version: once when there is something to do, and again if it remains undone.

A version has a digest of what is to do, a counter, and the time at which check found it:

| What is to do            | Check returns                                         |
|--------------------------|-------------------------------------------------------|
| nothing                  | the given version                                     |
| what the digest says     | the given version; after `retry_after` minutes the next |
| anything else            | the next version                                      |

Concourse starts nothing by a version that it knows: without the counter and the time, work that a failed build has left
would stay undone. The time is in the version because a container and its files come and go.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ..shared.times import iso_time

_NUMBER = re.compile(r"[0-9]{1,18}")

Result = Mapping[str, t.Any]


def due_work(results: Mapping[str, Result], latest_builds: Mapping[str, int]) -> list[Sequence[object]]:
    """Return what a round would do, from its results with `dry_run`; `latest_builds` are ids by pool.

    Each release has its claim, and each start of builds the free locks and the latest build of the job, so that the
    same work that comes again later is other work.
    """
    clean, trigger = results.get("clean", {}), results.get("trigger", {})
    releases = [
        ("release", one["pool"], one["name"], one["to_pool"], one["commit"]) for one in clean.get("released", ())
    ]
    starts = [
        ("start", pool["name"], pool["job"], pool["instance_vars"], pool["triggered"], latest_builds.get(pool["name"]))
        for pool in trigger.get("pools", ())
        if pool["triggered"]
    ]
    return [*releases, *((*start, *_free_locks(results, str(start[1]))) for start in starts)]


def next_version(version: Result | None, work: Sequence[object], now: int, retry_after: int) -> dict[str, str] | None:
    """Return a new version if there is work for one; `now` is in seconds since 1970, UTC, `retry_after` in minutes."""
    if not work:
        return None
    known = version or {}
    digest = hashlib.sha256(json.dumps(work, sort_keys=True).encode("ascii")).hexdigest()[:16]
    if known.get("digest") == digest and _age(known.get("time"), now) < retry_after * 60:
        return None
    counter = str(known.get("counter", "0"))
    number = int(counter) + 1 if _NUMBER.fullmatch(counter) else 1
    return {"digest": digest, "counter": str(number), "time": iso_time(now) or ""}


def _free_locks(results: Mapping[str, Result], pool: str) -> Iterable[str]:
    seen = results.get("status") or results.get("clean", {})
    return sorted(one["name"] for one in seen.get("locks", ()) if one["pool"] == pool and one["state"] == "unclaimed")


def _age(time: object, now: int) -> float:
    """Return the seconds since a time in a version; a time that cannot be read, or has not come yet, is long ago."""
    try:
        age = now - datetime.fromisoformat(str(time)).timestamp()
    except ValueError:
        return float("inf")
    return age if age >= 0 else float("inf")
