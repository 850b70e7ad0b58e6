# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the fact that the role pool_boy sets."""

from __future__ import annotations

from .links import safe_link
from .model import (
    CleanPart,
    Failure,
    ReleasedLock,
    Round,
    RoundPools,
    StartedBuild,
    TriggeredPool,
    TriggerPart,
)
from .read_lock import read_lock, with_instance_vars
from .round_fields import RoundFields


def read_round(value: object) -> Round:
    """Return the round that the fact holds. Raises BadRound with a sentence if it is not one."""
    fact = RoundFields.of(value, "pool_boy_round")
    clean, trigger, status = (fact.section(name) for name in ("clean", "trigger", "status"))
    return Round(
        name=fact.text("name"),
        repository_url=safe_link(fact.optional_text("repository_url") or ""),
        commit_url=fact.optional_text("commit_url"),
        started_at=fact.optional_time("started_at"),
        finished_at=fact.time("finished_at"),
        duration_seconds=fact.optional_number("duration_seconds"),
        ok=fact.flag("ok"),
        check_mode=fact.flag("check_mode"),
        failures=tuple(Failure(one.text("step"), one.text("message")) for one in fact.sections("failures")),
        clean=_clean(clean) if clean else None,
        trigger=_trigger(trigger) if trigger else None,
        status=_pools(status) if status else None,
    )


def _pools(part: RoundFields) -> RoundPools | None:
    if "locks" not in part.fields:
        return None
    return RoundPools(
        pools=tuple(one.text("name") for one in part.sections("pools")),
        locks=tuple(read_lock(one) for one in part.sections("locks")),
        problems=tuple((one.text("pool"), one.optional_text("text") or "") for one in part.sections("problems")),
        commit=part.optional_text("commit") or "",
    )


def _clean(clean: RoundFields) -> CleanPart:
    seen = _pools(clean)
    urls = {(lock.pool, lock.name): lock.url for lock in seen.locks} if seen else {}
    released = [
        ReleasedLock(
            pool=one.text("pool"),
            name=one.text("name"),
            to_pool=one.optional_text("to_pool") or one.text("pool"),
            verdict=one.text("verdict"),
            reason=one.optional_text("reason") or "",
            commit=one.optional_text("commit"),
            url=urls.get((one.text("pool"), one.text("name"))),
        )
        for one in clean.sections("released")
    ]
    return CleanPart(seen, tuple(released), clean.flag("failed"))


def _trigger(trigger: RoundFields) -> TriggerPart:
    return TriggerPart(
        pools=tuple(_triggered_pool(one) for one in trigger.sections("pools")),
        builds=tuple(_started_build(one) for one in trigger.sections("triggered")),
        has_failed=trigger.flag("failed"),
    )


def _triggered_pool(pool: RoundFields) -> TriggeredPool:
    return TriggeredPool(
        pool=pool.text("name"),
        job=with_instance_vars(pool.optional_text("job") or "", pool),
        job_url=safe_link(pool.optional_text("job_url") or ""),
        needed=pool.optional_whole("needed") or 0,
        active=pool.optional_whole("active") or 0,
        state=pool.optional_text("state") or "",
        reason=pool.optional_text("reason") or "",
        stuck_builds=tuple(filter(None, (safe_link(str(url)) for url in pool.values("stuck_builds")))),
    )


def _started_build(build: RoundFields) -> StartedBuild:
    names = (build.optional_text(name) for name in ("team", "pipeline", "job"))
    return StartedBuild(
        pool=build.optional_text("pool") or "",
        job=with_instance_vars("/".join(filter(None, names)), build),
        build=build.optional_text("build") or "",
        url=safe_link(build.optional_text("url") or ""),
    )
