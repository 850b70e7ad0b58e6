# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds for the browser: one with everything that a page can show, and rounds with missing parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    PAGE_OF_BUILD,
    a_claim,
    a_cleaning,
    a_free_lock,
    a_hold,
    a_holder,
    a_look,
    a_release,
    a_round,
    a_step,
    a_user,
    iso,
)

PERSON = a_holder(kind="person", text="Robin: claim env-6 by hand", url=None)


def everything() -> dict[str, Any]:
    """Return a round with all groups of verdicts, a failure, problems, releases, started and stuck builds."""
    soon = iso(MADE + timedelta(minutes=42))
    locks = [
        a_claim("aws", "env-1", "failed", minutes=18, policy="stale", releasable_at=soon),
        a_claim("aws", "env-2", "running", minutes=130, content="address: 10.0.3.7\n" + "region: eu-west-1 " * 20),
        a_claim("aws", "env-10", "handed_off", minutes=2000, user=a_user()),
        a_claim("aws", "env-6", "manual", minutes=400_000, holder=PERSON),
        a_claim("cf/fresh", "big-1", "unreachable", minutes=5),
        a_claim("cf/fresh", "big-2", "leaked", minutes=90, policy="stale", releasable=True, releasable_at=iso(MADE)),
        {**a_free_lock("cf/fresh", "big-3"), "content": "https://big-3.example.com"},
    ]
    released = [a_release("cf/fresh", "big-3"), a_release("cf/fresh", "old", to_pool="quarantine")]
    return a_round(
        repository_url="https://git.example.com/locks",
        commit_url="https://git.example.com/locks/commit/{commit}",
        ok=False,
        failures=[{"step": "notify", "message": "The webhook https://chat.example.com answered 503."}],
        clean=a_cleaning(*(a_step(lock, "keep", "it is excluded") for lock in locks), released=released),
        trigger=a_trigger(),
        status=a_look(*locks, problems=[{"pool": "aws", "text": "lock env-9 is both claimed and unclaimed"}]),
    )


def holds() -> dict[str, Any]:
    """Return a round with locks that somebody holds: until a time, without an end, and until a time that has passed."""
    later, over = (iso(MADE + timedelta(minutes=minutes)) for minutes in (200, -18))
    locks = [
        a_hold("aws", "env-1", minutes=200, until=later),
        a_hold("aws", "env-2", minutes=9000, owner="a-very-long-name-without-a-break" * 4),
        a_hold("aws", "env-3", "expired", minutes=400, until=over, releasable_at=iso(MADE + timedelta(minutes=42))),
    ]
    return a_round(status=a_look(*locks))


def a_trigger() -> dict[str, Any]:
    """Return the result of concourse_pool_trigger with one triggered pool and one stuck pool."""
    build = {"team": "main", "pipeline": "ci", "instance_vars": {"branch": "main"}, "job": "deploy", "build": "13"}
    counts = {"unclaimed": 1, "active": 0, "pending": 0, "needed": 1, "triggered": 1, "instance_vars": None}
    return {
        "triggered": [{"pool": "cf/fresh", **build, "id": 9, "url": PAGE_OF_BUILD}],
        "pools": [
            {
                "name": "cf/fresh",
                "job": "main/ci/deploy",
                **counts,
                "state": "triggered",
                "reason": "",
                "stuck_builds": [],
            },
            {
                "name": "aws",
                "job": "main/ci/claim-env",
                **counts,
                "state": "stuck",
                "reason": "3 builds in a row ended without a claim",
                "stuck_builds": [PAGE_OF_BUILD, "javascript:alert(1)"],
            },
        ],
    }


def rounds() -> dict[str, dict[str, Any]]:
    """Return rounds of every kind by name."""
    leaked = a_claim("aws", "env-1", "leaked", releasable=True, releasable_at=iso(MADE))
    released = [a_release("aws", "env-1", verdict="leaked")]
    failed = [{"step": "status", "message": "The repository cannot be read: Connection refused."}]
    long = "a_very_long_name_without_a_break_" * 6
    return {
        "everything": everything(),
        "nothing known": a_round(ok=False, clean=None, status=None, failures=failed),
        "status failed": a_round(
            ok=False,
            clean=a_cleaning(a_step(leaked, "release"), released=released, commit="71122d97"),
            status=None,
            failures=failed,
        ),
        "Concourse is silent": a_round(
            ok=False,
            failures=[{"step": "trigger", "message": "Concourse cannot be asked: Connection refused."}],
            trigger={"failed": True, "triggered": []},
            status=a_look(a_claim("aws", "env-1", "unreachable"), a_claim("aws", "env-2", "manual")),
        ),
        "holds": holds(),
        "no cleaning": a_round(clean=None, status=a_look(leaked)),
        "check mode": a_round(
            check_mode=True, clean=a_cleaning(a_step(leaked, "release"), released=released), status=a_look(leaked)
        ),
        "no locks": a_round(status=a_look(pools=["aws"])),
        "no pools": a_round(),
        "long names": a_round(name=long, status=a_look(a_claim(long, long, reason=long, holder=a_holder(text=long)))),
    }
