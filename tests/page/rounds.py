# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds as the role returns them, built for the tests of the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

MADE = datetime(2026, 11, 22, 3, 0, 4, tzinfo=UTC)
PAGE_OF_BUILD = "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12"


def iso(time: datetime) -> str:
    """Return a time in the modules' format."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def a_holder(**changes: Any) -> dict[str, Any]:
    """Return a holder as concourse_pool_status does: build 12 of ci/deploy."""
    build = {"team": "main", "pipeline": "ci", "instance_vars": None, "job": "deploy", "build": "12"}
    return {"kind": "build", "text": "ci/deploy 12", "url": PAGE_OF_BUILD, **build, **changes}


def a_user(**changes: Any) -> dict[str, Any]:
    """Return who uses a lock now as concourse_pool_status does: build 3 of ci/test."""
    page = "https://ci.example.com/teams/main/pipelines/ci/jobs/test/builds/3"
    names = {"team": "main", "pipeline": "ci", "instance_vars": None, "job": "test", "build": "3"}
    return {"text": "ci/test 3", "url": page, **names, "status": "started", **changes}


def a_claim(pool: str, name: str, verdict: str = "running", *, minutes: int = 30, **changes: Any) -> dict[str, Any]:
    """Return a claimed lock as concourse_pool_status does, claimed `minutes` before MADE."""
    return {
        "pool": pool,
        "name": name,
        "state": "claimed",
        "verdict": verdict,
        "reason": f"ci/deploy 12 is started with {name}",
        "claimed_at": iso(MADE - timedelta(minutes=minutes)),
        "age_minutes": minutes,
        "holder": a_holder(),
        "hold": None,
        "build": {"id": 4711, "status": "started", "start_time": None, "end_time": None},
        "user": None,
        "commit": "d0850b46e5200ff4c85718fad1652bdcdd611339",
        "policy": "keep",
        "dead_since": None,
        "releasable": False,
        "releasable_at": None,
        "content": None,
        **changes,
    }


def a_hold(
    pool: str, name: str, verdict: str = "held", *, owner: str = "ada@workstation", until: str = "never", **changes: Any
) -> dict[str, Any]:
    """Return a lock that somebody holds for a kernel upgrade, as concourse_pool_status does."""
    reason = "kernel upgrade"
    return a_claim(
        pool,
        name,
        verdict,
        reason=f"held by {owner} until {until}: {reason}",
        holder=a_holder(kind="person", text=f"{owner}: {reason}", url=None),
        hold={"owner": owner, "reason": reason, "since": None, "until": until},
        **changes,
    )


def a_free_lock(pool: str, name: str) -> dict[str, Any]:
    """Return a free lock as concourse_pool_status does."""
    nothing = dict.fromkeys(
        (
            "claimed_at",
            "age_minutes",
            "holder",
            "hold",
            "build",
            "user",
            "commit",
            "policy",
            "dead_since",
            "releasable_at",
            "content",
        )
    )
    about = {"pool": pool, "name": name, "state": "unclaimed", "verdict": "free", "reason": "nobody holds it"}
    return {**about, **nothing, "releasable": False}


def a_step(lock: dict[str, Any], action: str, reason: str = "") -> dict[str, Any]:
    """Return a lock as concourse_pool_clean does."""
    return {**lock, "action": action, "action_reason": reason}


def a_release(pool: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return a released lock as concourse_pool_clean does."""
    about = {"pool": pool, "name": name, "to_pool": pool, "verdict": "errored", "commit": "d0850b46"}
    return {**about, "reason": "ci/deploy 12 errored and left it claimed", **changes}


def a_look(*locks: dict[str, Any], pools: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    """Return the result of concourse_pool_status for these locks; `pools` adds pools without locks."""
    names = list(dict.fromkeys([*(lock["pool"] for lock in locks), *pools]))
    values = {"changed": False, "locks": list(locks), "pools": [{"name": name} for name in names]}
    return {**values, "problems": [], "report": [], "commit": "71122d97d3f8a1f5f3f8d3f1c9d7f9e6a2b4c6d8", **changes}


def a_cleaning(*steps: dict[str, Any], released: Sequence[dict[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    """Return the result of concourse_pool_clean."""
    return {"changed": bool(released), "locks": list(steps), "released": list(released), "problems": [], **changes}


def a_round(**changes: Any) -> dict[str, Any]:
    """Return a round with status, clean and trigger, without locks."""
    return {
        "name": "teams/locks",
        "started_at": iso(MADE - timedelta(seconds=4)),
        "finished_at": iso(MADE),
        "duration_seconds": 4.2,
        "ok": True,
        "failures": [],
        "check_mode": False,
        "clean": a_cleaning(),
        "trigger": None,
        "status": a_look(),
        **changes,
    }


def many_locks(count: int) -> list[dict[str, Any]]:
    """Return `count` locks in twenty pools, with all verdicts and realistic reasons."""
    verdicts = ("running", "free", "handed_off", "free", "leaked", "failed", "free", "manual", "errored", "running")
    reason = "ci/deploy 12 succeeded; no build uses the lock, and job give-back took a newer one"
    return [
        a_free_lock(f"pool-{number % 20}", f"env-{number}")
        if verdicts[number % 10] == "free"
        else a_claim(f"pool-{number % 20}", f"env-{number}", verdicts[number % 10], minutes=number, reason=reason)
        for number in range(count)
    ]
