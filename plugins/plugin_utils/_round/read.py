# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the fact that the role pool_boy sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ...module_utils._core.concourse.instance_vars import compact_json
from .links import safe_link
from .model import Failure, ReleasedLock, Round, SeenLock, SeenPools, TriggeredPool, TriggerSummary
from .round_fields import RoundFields


def read_round(value: object) -> Round:
    """Return the round that the fact tells of; BadRound with a sentence if it is not one."""
    fact = RoundFields.of(value, "pool_boy_round")
    clean, trigger, status = (fact.section(name) for name in ("clean", "trigger", "status"))
    return Round(
        name=fact.text("name"),
        finished_at=fact.time("finished_at"),
        duration_seconds=fact.number("duration_seconds"),
        ok=fact.flag("ok"),
        check_mode=fact.flag("check_mode"),
        failures=tuple(Failure(one.text("step"), one.text("message")) for one in fact.sections("failures")),
        releases=_releases(clean) if clean else None,
        feeding=_feeding(trigger) if trigger else None,
        look=_look(status) if status else None,
    )


def job_text(job: str, instance_vars: RoundFields | None) -> str:
    """Return `team/pipeline/job`, followed by the pipeline's instance variables as JSON where it has any."""
    return f"{job} {compact_json(_plain(instance_vars.fields))}" if instance_vars and instance_vars.fields else job


def _look(status: RoundFields) -> SeenPools:
    problems = Counter(one.text("pool") for one in status.sections("problems"))
    pools = tuple(one.text("name") for one in status.sections("pools"))
    return SeenPools(pools, tuple(_lock(one) for one in status.sections("locks")), problems)


def _lock(lock: RoundFields) -> SeenLock:
    return SeenLock(
        pool=lock.text("pool"),
        name=lock.text("name"),
        state=lock.text("state"),
        verdict=lock.text("verdict"),
        reason=lock.text("reason"),
        age_minutes=lock.optional_whole("age_minutes") or 0,
        unused_since=lock.optional_time("dead_since"),
        releasable=lock.flag("releasable"),
        commit=lock.optional_text("commit"),
        url=_url(lock),
    )


def _releases(clean: RoundFields) -> tuple[ReleasedLock, ...]:
    urls = {(one.text("pool"), one.text("name")): _url(one) for one in clean.sections("locks")}
    return tuple(
        ReleasedLock(
            pool=one.text("pool"),
            name=one.text("name"),
            to_pool=one.optional_text("to_pool") or one.text("pool"),
            verdict=one.text("verdict"),
            reason=one.text("reason"),
            commit=one.optional_text("commit"),
            url=urls.get((one.text("pool"), one.text("name"))),
        )
        for one in clean.sections("released")
    )


def _feeding(trigger: RoundFields) -> TriggerSummary:
    triggered = [
        (one.text("pool"), job_text("/".join(map(one.text, ("team", "pipeline", "job"))), one.section("instance_vars")))
        for one in trigger.sections("triggered")
    ]
    return TriggerSummary(tuple(_fed_pool(one) for one in trigger.sections("pools")), tuple(triggered))


def _fed_pool(pool: RoundFields) -> TriggeredPool:
    return TriggeredPool(
        pool=pool.text("name"),
        job=job_text(pool.text("job"), pool.section("instance_vars")),
        needed=pool.optional_whole("needed") or 0,
        active=pool.optional_whole("active") or 0,
        state=pool.text("state"),
        reason=pool.optional_text("reason") or "",
        stuck_builds=tuple(filter(None, (safe_link(str(url)) for url in pool.values("stuck_builds")))),
    )


def _url(lock: RoundFields) -> str | None:
    holder = lock.section("holder")
    return safe_link(holder.optional_text("url") or "") if holder else None


def _plain(value: object) -> object:
    """Return nested values without Ansible's own types, which json does not write in a settled way."""
    if isinstance(value, Mapping):
        return {str(name): _plain(value[name]) for name in value}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
