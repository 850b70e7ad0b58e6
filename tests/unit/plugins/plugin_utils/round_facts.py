# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fact of a round as the role pool_boy sets it; what is in it is made by the code of the modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import (
    Holder,
    HolderKind,
    read_holder,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem, Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.status_result import status_result
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import iso_time
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import FREE, Verdict, VerdictName

NOW = 1_790_000_000
PAGE = "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12"
Fact = dict[str, Any]


def free(pool: str, name: str) -> JudgedLock:
    """A lock that nobody holds."""
    return JudgedLock(Lock(pool, name, State.UNCLAIMED), None, None, FREE, PoolPolicy())


def claimed(
    pool: str,
    name: str,
    verdict: str,
    *,
    age: int = 0,
    unused: int | None = None,
    commit: str = "c1",
    url: str = PAGE,
    policy: PoolPolicy | None = None,
) -> JudgedLock:
    """A claimed lock; `age` is in minutes since the claim, `unused` since the last build ended, None for in use."""
    claim = Claim(commit, NOW - age * 60, "ci", f"claiming: {name}")
    holder = Holder(HolderKind.BUILD, "ci/deploy 12", (), url)
    dead_since = None if unused is None else NOW - unused * 60
    judged = Verdict(VerdictName(verdict), f"ci/deploy 12 {verdict}", dead_since)
    return JudgedLock(Lock(pool, name, State.CLAIMED), claim, holder, judged, policy or PoolPolicy())


def held(
    pool: str,
    name: str,
    until: str | None,
    *,
    age: int = 60,
    commit: str = "c1",
    author: str = "Ada Lovelace",
    owner: str | None = "ada@workstation",
    reason: str | None = "kernel upgrade",
    since: str | None = None,
    policy: PoolPolicy | None = None,
) -> JudgedLock:
    """A lock that somebody claimed `age` minutes ago, with these trailers, judged by the rules."""
    trailers = {"Held-By": owner, "Reason": reason, "Held-Since": since, "Hold-Until": until}
    stated = "".join(f"{key}: {value}\n" for key, value in trailers.items() if value is not None)
    claim = Claim(commit, NOW - age * 60, author, f"claiming: {name}\n\n{stated}")
    holder = read_holder(claim, name, "main")
    judged = judge_claim(claim, holder, None, now=NOW)
    return JudgedLock(Lock(pool, name, State.CLAIMED), claim, holder, judged, policy or PoolPolicy())


def in_minutes(minutes: float) -> str:
    """Return the time this number of minutes after NOW."""
    return str(iso_time(NOW + int(minutes * 60)))


def look(*locks: JudgedLock, pools: Sequence[str] = ("aws",), problems: Sequence[str] = ()) -> Fact:
    """What concourse_pool_status returns of these locks; `problems` are the pools of one problem each."""
    found = tuple(Problem(pool, "no .gitkeep in claimed/") for pool in problems)
    snapshot = Snapshot("tip", "main", tuple(pools), problems=found)
    return status_result(snapshot, [PoolOption(pool, PoolPolicy()) for pool in pools], locks, NOW)


def release(pool: str, name: str, verdict: str, *, commit: str = "c1", to_pool: str | None = None) -> Fact:
    """One of the locks that concourse_pool_clean gave back."""
    reason = f"ci/deploy 12 {verdict}"
    target = to_pool or pool
    return {"pool": pool, "name": name, "to_pool": target, "verdict": verdict, "reason": reason, "commit": commit}


def cleaning(*released: Fact, before: Sequence[JudgedLock] = ()) -> Fact:
    """What concourse_pool_clean returns."""
    return {"changed": bool(released), "locks": look(*before)["locks"], "released": list(released), "problems": []}


def feeding(pool: str, state: str, *, needed: int = 0, active: int = 0, started: int = 0, **more: Any) -> Fact:
    """What concourse_pool_trigger returns of one pool, whose job is main/ci/claim."""
    names = {"team": "main", "pipeline": "ci", "job": "claim", "instance_vars": more.get("instance_vars")}
    told = {"name": pool, "job": "main/ci/claim", "needed": needed, "active": active, "state": state, **more}
    return {
        "pools": [{"instance_vars": None, "reason": "3 builds ended", "stuck_builds": [], **told}],
        "triggered": [{"pool": pool, **names, "build": str(one), "id": one} for one in range(started)],
    }


def failure(step: str, message: str = "it did not work.") -> Fact:
    """A step that failed."""
    return {"step": step, "message": message}


def round_fact(
    status: Fact | None = None,
    *,
    clean: Fact | None = None,
    trigger: Fact | None = None,
    failures: Sequence[Fact] = (),
    name: str = "infra",
    after: int = 0,
    check_mode: bool = False,
) -> Fact:
    """A round that ended `after` minutes after NOW."""
    return {
        "name": name,
        "started_at": iso_time(NOW + after * 60 - 7),
        "finished_at": iso_time(NOW + after * 60),
        "duration_seconds": 7.25,
        "ok": not failures,
        "failures": list(failures),
        "check_mode": check_mode,
        "clean": clean,
        "trigger": trigger,
        "status": status,
    }
