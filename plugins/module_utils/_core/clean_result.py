# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of giving locks back. Private to the collection."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.poolboy.concourse.plugins.module_utils._core.cleaning import Cleaning
from ansible_collections.poolboy.concourse.plugins.module_utils._core.locks import Lock, State, lock_path
from ansible_collections.poolboy.concourse.plugins.module_utils._core.release_plan import Action, Step
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report import (
    AGE,
    HOLDER,
    LOCK,
    POOL,
    VERDICT,
    Column,
    Going,
    report_lines,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable, valid_unicode
from ansible_collections.poolboy.concourse.plugins.module_utils._core.values import (
    lock_value,
    pool_values,
    problem_values,
)


def clean_result(
    plan: Sequence[Step], snapshot: Snapshot, pools: Sequence[str], now: int, *, released: bool
) -> dict[str, t.Any]:
    """Return what concourse_pool_clean returns.

    `snapshot` is the repository before the releases, `released` says that they are done, or would be outside of check
    mode; the values are the same in either case. `now` is in seconds since 1970, UTC.
    """
    actions = {step.judged.lock.path: step.action.value for step in plan}
    action = Column("ACTION", 7, lambda judged, _now: actions[judged.lock.path])
    judged = [step.judged for step in plan]
    columns = (POOL, LOCK, action, VERDICT, HOLDER, AGE)
    going = Going("given back", lambda judged: actions[judged.lock.path] != Action.KEEP.value)
    return {
        "locks": [_step_value(step, now) for step in plan],
        "released": [_release_value(step) for step in plan if released and step.is_release],
        "pools": pool_values(pools, judged, now),
        "problems": problem_values(snapshot.problems, pools),
        "report": report_lines(judged, pools, snapshot.problems, now, columns, going),
        "commit": snapshot.commit,
    }


def failure_result(cleaning: Cleaning, snapshot: Snapshot, pools: Sequence[str], now: int) -> dict[str, t.Any]:
    """Return what can be told of a run that failed: nothing of the locks before they were judged."""
    if not cleaning.plan:
        return {"released": []}
    return clean_result(cleaning.plan, snapshot, pools, now, released=cleaning.done)


def clean_diff(plan: Sequence[Step]) -> dict[str, str]:
    """Return where the files of the released locks were, and where they are then."""
    moved = [step for step in plan if step.is_release]
    before = [printable(step.judged.lock.path) for step in moved]
    after = [printable(lock_path(_target(step), State.UNCLAIMED, step.judged.lock.name)) for step in moved]
    return {"before": _lines(before), "after": _lines(after)}


def _step_value(step: Step, now: int) -> dict[str, t.Any]:
    return {**lock_value(step.judged, now), "action": step.action.value, "action_reason": step.reason}


def _release_value(step: Step) -> dict[str, t.Any]:
    lock: Lock = step.judged.lock
    return {
        "pool": valid_unicode(lock.pool),
        "name": valid_unicode(lock.name),
        "to_pool": valid_unicode(_target(step)),
        "verdict": step.judged.verdict.name.value,
        "reason": step.judged.verdict.reason,
        "commit": step.judged.claim.commit if step.judged.claim else None,
    }


def _target(step: Step) -> str:
    return step.target if step.target is not None and step.action is not Action.KEEP else step.judged.lock.pool


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
