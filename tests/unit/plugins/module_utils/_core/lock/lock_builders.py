# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, and snapshots with free locks, holds and claims of builds."""

from __future__ import annotations

from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    LockRequest,
    WantedState,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import LockChange, RepositoryChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State, lock_path
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import iso_time

NOW = 1_790_000_000  # 2026-09-21T14:13:20Z
HOUR = 3600
FOUR_HOURS = Until(span=4 * HOUR)
RUN = "5f0c9a1e"
BUILD_URL = "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12"


def request(state: str, pool: str = "aws", **options: Any) -> LockRequest:
    return LockRequest(WantedState(state), pool, **options)


def claiming(**options: Any) -> LockRequest:
    """A request of ada for a lock of pool aws, for four hours."""
    return request("claimed", **{"owner": "ada", "until": FOUR_HOURS, **options})


def held(owner: str, until: int | str = NOW + 4 * HOUR, *, at: int = NOW, more: str = "") -> Claim:
    """The claim of an owner; `until` is a time in seconds since 1970, or a text."""
    end = iso_time(until) if isinstance(until, int) else until
    message = f"claiming: x\n\n{more}Held-By: {owner}\nHold-Until: {end}\n"
    return Claim(f"{owner}-".encode().hex().ljust(40, "0")[:40], at, "a <a@b>", message)


def by_build(name: str, at: int = NOW) -> Claim:
    return Claim("b" * 40, at, "CI Pool Resource", f"claiming: {name}\nBuild URL: {BUILD_URL}\n")


def snapshot(*locks: str, obstacles: tuple[str, ...] = (), twice: tuple[str, ...] = (), **claims: Claim) -> Snapshot:
    """A snapshot of these locks (`pool/name`), free unless `claims` has a claim by the name with `_` for `-`."""
    given = []
    for one in sorted(locks):
        pool, _slash, name = one.rpartition("/")
        is_claimed = name.replace("-", "_") in claims
        state = State.CLAIMED if is_claimed else State.UNCLAIMED
        given.append(Lock(pool, name, state, "100644", f"blob of {name}", is_in_both_states=name in twice))
    pools = sorted({lock.pool for lock in given} | {"aws", "broken"})
    by_path = {lock.path: claims[lock.name.replace("-", "_")] for lock in given if lock.is_claimed}
    return Snapshot("c0ffee", "main", tuple(pools), tuple(given), by_path, obstacles=obstacles)


def lock_of(state: Snapshot, name: str) -> Lock:
    return next(lock for lock in state.locks if lock.name == name)


def subjects(changes: tuple[RepositoryChange, ...]) -> list[str]:
    """The first lines of the messages."""
    return [change.message.partition("\n")[0] for change in changes]


def paths(change: RepositoryChange) -> tuple[str | None, str | None]:
    """Where a change takes a file from, and where it puts it."""
    assert isinstance(change, LockChange)
    return change.source_path, change.target_path


def claimed_path(name: str, pool: str = "aws") -> str:
    return lock_path(pool, State.CLAIMED, name)
