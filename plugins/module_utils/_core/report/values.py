# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judged locks as values that a module returns."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from collections.abc import Iterable, Sequence

from ..claim.claim import Claim
from ..claim.hold import Hold
from ..claim.holder import Holder, HolderKind
from ..concourse.model import Build
from ..pool.snapshot import Problem
from ..shared.text import printable, printable_value
from ..shared.times import age_minutes, iso_time
from ..verdict.judge import JudgedLock
from .user_value import user_value


def lock_value(judged: JudgedLock, now: int, content: str | None = None) -> dict[str, t.Any]:
    """Return a lock as the modules document it: always with every key, None where it does not apply.

    `now` is in seconds since 1970, UTC; `content` is that of the lock's file if it is to be shown.
    """
    lock, claim, verdict = judged.lock, judged.claim, judged.verdict
    return {
        "pool": printable(lock.pool),
        "name": printable(lock.name),
        "state": lock.state.value,
        "verdict": verdict.name.value,
        "reason": printable(verdict.reason),
        "claimed_at": iso_time(claim.claimed_at) if claim else None,
        "age_minutes": age_minutes(claim.claimed_at, now) if claim else None,
        "holder": _holder_value(judged.holder, verdict.build) if judged.holder else None,
        "hold": _hold_value(judged.holder.hold, claim) if claim and judged.holder and judged.holder.hold else None,
        "build": _build_value(verdict.build) if verdict.build else None,
        "user": user_value(verdict),
        "commit": claim.commit if claim else None,
        "policy": judged.policy.value if judged.policy else None,
        "dead_since": iso_time(verdict.dead_since),
        "releasable": judged.is_releasable(now),
        "releasable_at": iso_time(judged.releasable_at),
        "content": content,
    }


def pool_values(pools: Sequence[str], locks: Iterable[JudgedLock], now: int) -> list[dict[str, t.Any]]:
    """Return the counts of each pool and its oldest claim, in the order of `pools`."""
    by_pool: dict[str, list[JudgedLock]] = {pool: [] for pool in pools}
    for judged in locks:
        by_pool[judged.lock.pool].append(judged)
    return [_pool_value(pool, in_pool, now) for pool, in_pool in by_pool.items()]


def problem_values(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return the problems, in their order."""
    return [{"pool": printable(one.pool), "text": printable(one.text)} for one in problems]


def _pool_value(pool: str, locks: Sequence[JudgedLock], now: int) -> dict[str, t.Any]:
    claims = [judged.claim.claimed_at for judged in locks if judged.claim]
    oldest = min(claims, default=None)
    return {
        "name": printable(pool),
        "claimed": len(claims),
        "unclaimed": len(locks) - len(claims),
        "releasable": sum(judged.is_releasable(now) for judged in locks),
        "verdicts": dict(sorted(Counter(judged.verdict.name.value for judged in locks).items())),
        "oldest_claim_at": iso_time(oldest),
        "oldest_claim_minutes": None if oldest is None else age_minutes(oldest, now),
    }


def _holder_value(holder: Holder, build: Build | None) -> dict[str, t.Any]:
    """Return the holder, with the names that Concourse gives its build now, else those of the claim."""
    current = build if holder.kind is HolderKind.BUILD else None
    claimed = holder.references[0] if holder.references else None
    named = current or claimed
    pipeline = named.pipeline if named else None
    instance_vars = pipeline.instance_vars if pipeline else None
    return {
        "kind": holder.kind.value,
        "text": printable(str(current) if current else holder.text),
        "url": holder.url,
        "team": printable_value(current.team if current else pipeline.team if pipeline else None),
        "pipeline": printable_value(pipeline.name if pipeline else None),
        "instance_vars": printable_value(json.loads(instance_vars)) if instance_vars else None,
        "job": printable_value(named.job if named else None),
        "build": printable_value(named.name if named else None),
    }


def _hold_value(hold: Hold, claim: Claim) -> dict[str, t.Any]:
    return {
        "owner": printable_value(hold.owner or None),
        "reason": printable_value(hold.reason or None),
        "since": iso_time(claim.claimed_at if hold.since is None else hold.since),
        "until": hold.end_value,
    }


def _build_value(build: Build) -> dict[str, t.Any]:
    return {
        "id": build.id,
        "status": build.status.value,
        "start_time": iso_time(build.start_time),
        "end_time": iso_time(build.end_time),
    }
