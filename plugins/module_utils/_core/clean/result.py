# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What concourse_pool_clean returns, and its warnings."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence

from ..pool.layout import State, lock_path
from ..pool.snapshot import Snapshot
from ..report.columns import AGE, CLAIMED_BY, COMMIT, LOCK, POOL, VERDICT, Column
from ..report.problems import problems_of
from ..report.table import CountedLocks, report_lines
from ..report.values import lock_value, pool_values, problem_values
from ..shared.text import count_text, printable, quoted, some_of
from ..verdict.verdict import VerdictName
from .options import excludes
from .plan import LockPlan
from .reason import Cause, cause_text, reason_text
from .run import CleanRun
from .unasked import unasked_warning

_NAMED = 10  # locks in a warning


def clean_result(
    plan: Sequence[LockPlan], snapshot: Snapshot, pools: Sequence[str], now: int, *, released: Sequence[LockPlan]
) -> dict[str, t.Any]:
    """Return the result of the module.

    `snapshot` is the repository before the releases; `released` is the part of the plan that was pushed, or would be
    outside of check mode: the values are the same in either case. `now` is in seconds since 1970, UTC.
    """
    judged = [lock_plan.judged for lock_plan in plan]
    return {
        "locks": [_lock_value(lock_plan, now) for lock_plan in plan],
        "released": [_release_value(lock_plan) for lock_plan in released],
        "pools": pool_values(pools, judged, now),
        "problems": problem_values(problems_of(snapshot, judged, pools)),
        "report": _report_lines(plan, snapshot, pools, now),
        "commit": snapshot.commit,
    }


def failure_result(run: CleanRun, snapshot: Snapshot, pools: Sequence[str], now: int) -> dict[str, t.Any]:
    """Return the result of a failed run: without locks if it failed before they were judged."""
    if not run.plan:
        return {"released": []}
    result = clean_result(run.plan, snapshot, pools, now, released=run.released)
    return {**result, "changed": bool(run.released)}


def clean_diff(plan: Sequence[LockPlan]) -> dict[str, str]:
    """Return the paths of the released locks before and after the run, one a line."""
    before, after = "", ""
    for lock_plan in plan:
        if lock_plan.is_release:
            before += f"{printable(lock_plan.judged.lock.path)}\n"
            after += f"{printable(lock_path(lock_plan.target_pool, State.UNCLAIMED, lock_plan.judged.lock.name))}\n"
    return {"before": before, "after": after}


def clean_warnings(plan: Sequence[LockPlan], exclude: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each pattern without a lock, and about locks of builds that Concourse was not asked about."""
    locks = [lock_plan.judged.lock for lock_plan in plan]
    for pattern in dict.fromkeys(exclude):
        if not any(excludes(pattern, lock.pool_and_name) for lock in locks):
            yield (
                f"exclude: the pattern {quoted(pattern, 80)} matches no lock of the chosen pools. "
                "Write patterns as pool/lock, such as aws/env-*."
            )
    count = sum(_is_by_age_alone(lock_plan) for lock_plan in plan)
    if count:
        subject = "1 lock that a build claimed is" if count == 1 else f"{count} locks that builds claimed are"
        yield (
            f"No Concourse is configured, so the state of the builds is unknown: {subject} released by age alone."
            " Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to keep."
        )
    unasked = unasked_warning([lock_plan.judged for lock_plan in plan])
    if unasked is not None:
        yield unasked


def slow_warnings(plan: Sequence[LockPlan]) -> Iterator[str]:
    """Yield a warning that names the locks which could not be judged again in time."""
    slow = [lock_plan.judged.lock for lock_plan in plan if lock_plan.reason.cause is Cause.SLOW_RESPONSES]
    names = some_of([printable(lock.pool_and_name, 80) for lock in slow], _NAMED)
    if slow:
        yield (
            f"Concourse responds too slowly to judge {count_text(len(slow), 'lock')} again before the push, so the run"
            f" keeps what it would have released: {names}."
        )


def _is_by_age_alone(lock_plan: LockPlan) -> bool:
    """Return whether a lock of a build is released although no Concourse is configured to ask about the build."""
    judged = lock_plan.judged
    is_unasked = judged.verdict.name is VerdictName.UNVERIFIED and not judged.pool_policy.has_concourse
    return lock_plan.reason.cause is Cause.POLICY_RELEASES and is_unasked


def _report_lines(plan: Sequence[LockPlan], snapshot: Snapshot, pools: Sequence[str], now: int) -> list[str]:
    """Return the report; its words are true before, after and without the releases."""
    steps = {lock_plan.judged.lock.path: lock_plan for lock_plan in plan}
    action = Column("ACTION", 7, lambda judged, _now: steps[judged.lock.path].action.value)
    counted = CountedLocks(
        label="to release",
        includes=lambda judged: steps[judged.lock.path].is_release,
        heading="The pools before this run:",
        remark=lambda judged: _remark(steps[judged.lock.path]),
    )
    columns = (POOL, LOCK, action, VERDICT, CLAIMED_BY, AGE, COMMIT)
    judged = [lock_plan.judged for lock_plan in plan]
    return report_lines(judged, pools, problems_of(snapshot, judged, pools), now, columns, counted)


def _remark(lock_plan: LockPlan) -> str | None:
    """Return why a lock stays that the policy releases, now or later, or that its release is forced."""
    is_kept_release = not lock_plan.is_release and lock_plan.judged.releasable_at is not None
    return (
        cause_text(lock_plan.reason, lock_plan.judged)
        if is_kept_release or lock_plan.reason.cause is Cause.FORCED
        else None
    )


def _lock_value(lock_plan: LockPlan, now: int) -> dict[str, t.Any]:
    reason = reason_text(lock_plan.reason, lock_plan.judged)
    return {**lock_value(lock_plan.judged, now), "action": lock_plan.action.value, "action_reason": printable(reason)}


def _release_value(lock_plan: LockPlan) -> dict[str, t.Any]:
    judged = lock_plan.judged
    return {
        "pool": printable(judged.lock.pool),
        "name": printable(judged.lock.name),
        "to_pool": printable(lock_plan.target_pool),
        "verdict": judged.verdict.name.value,
        "reason": printable(judged.verdict.reason),
        "commit": judged.claim.commit if judged.claim else None,
    }
