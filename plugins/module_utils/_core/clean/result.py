# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of giving locks back."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from ..claim.holder import HolderKind
from ..pool.layout import State, lock_path
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..report.table import AGE, HOLDER, LOCK, POOL, VERDICT, Column, CountedLocks, report_lines
from ..report.values import lock_value, pool_values, problem_values
from ..shared.text import printable, valid_unicode
from ..verdict.verdict import VerdictName
from .plan import FORCED, Action, LockPlan
from .run import CleanRun


def clean_result(
    plan: Sequence[LockPlan], snapshot: Snapshot, pools: Sequence[str], now: int, *, released: bool
) -> dict[str, t.Any]:
    """Return what concourse_pool_clean returns.

    `snapshot` is the repository before the releases, `released` says that they are done, or would be outside of check
    mode; the values are the same in either case. `now` is in seconds since 1970, UTC.
    """
    steps = {step.judged.lock.path: step for step in plan}
    action = Column("ACTION", 7, lambda judged, _now: steps[judged.lock.path].action.value)
    judged = [step.judged for step in plan]
    columns = (POOL, LOCK, action, VERDICT, HOLDER, AGE)
    # In words that are true before, after and instead of the releases.
    going = CountedLocks(
        words="to give back",
        applies=lambda judged: steps[judged.lock.path].is_release,
        heading="The pools before this run:",
        remark=lambda judged: _remark(steps[judged.lock.path]),
    )
    return {
        "locks": [_step_value(step, now) for step in plan],
        "released": [_release_value(step) for step in plan if released and step.is_release],
        "pools": pool_values(pools, judged, now),
        "problems": problem_values(snapshot.problems, pools),
        "report": report_lines(judged, pools, snapshot.problems, now, columns, going),
        "commit": snapshot.commit,
    }


def failure_result(cleaning: CleanRun, snapshot: Snapshot, pools: Sequence[str], now: int) -> dict[str, t.Any]:
    """Return what can be told of a run that failed: nothing of the locks before they were judged."""
    if not cleaning.plan:
        return {"released": []}
    return clean_result(cleaning.plan, snapshot, pools, now, released=cleaning.done)


def clean_warnings(plan: Sequence[LockPlan], exclude: Sequence[str]) -> Iterator[str]:
    """Yield what an operator has to be told of a plan that is about to be carried out, or would be in check mode."""
    locks = [step.judged.lock for step in plan]
    for pattern in dict.fromkeys(exclude):
        if not any(fnmatchcase(lock.pool_and_name, pattern) for lock in locks):
            meant = next((lock.pool for lock in locks if fnmatchcase(lock.name, pattern)), None)
            example = "aws/env-*" if meant is None else f"{meant}/{pattern}"
            yield (
                f"exclude: the pattern {printable(pattern, 80)!r} fits no lock of the chosen pools, so it keeps none. "
                f"Write patterns as pool/lock, such as {printable(example, 120)}."
            )
    count = sum(_goes_unasked(step) for step in plan)
    if count:
        going = "1 lock that a build claimed goes" if count == 1 else f"{count} locks that builds claimed go"
        yield (
            f"No Concourse is configured, so nobody could be asked whether builds are alive: {going} back by age alone."
            " Set concourse_url (CONCOURSE_BASE_URL), or policy {unverified: keep}."
        )


def _goes_unasked(step: LockPlan) -> bool:
    """Whether a lock that a build claimed goes by its age: the claim is unverified only if there is no Concourse."""
    judged = step.judged
    by_policy = step.is_release and step.reason != FORCED
    by_build = judged.holder is not None and judged.holder.kind is HolderKind.BUILD
    return by_policy and by_build and judged.verdict.name is VerdictName.UNVERIFIED


def clean_diff(plan: Sequence[LockPlan]) -> dict[str, str]:
    """Return where the files of the released locks were, and where they are then."""
    moved = [step for step in plan if step.is_release]
    before = [printable(step.judged.lock.path) for step in moved]
    after = [printable(lock_path(_target(step), State.UNCLAIMED, step.judged.lock.name)) for step in moved]
    return {"before": _lines(before), "after": _lines(after)}


def _remark(step: LockPlan) -> str | None:
    """Say why a lock stays that the policy lets go, now or later, or that one goes by force; None for all others."""
    if step.reason == FORCED:
        return step.reason
    if step.is_release or step.judged.releasable_at is None:
        return None
    return step.reason.removeprefix(f"{step.judged.verdict.name.value}, and ")


def _step_value(step: LockPlan, now: int) -> dict[str, t.Any]:
    return {**lock_value(step.judged, now), "action": step.action.value, "action_reason": step.reason}


def _release_value(step: LockPlan) -> dict[str, t.Any]:
    lock: Lock = step.judged.lock
    return {
        "pool": valid_unicode(lock.pool),
        "name": valid_unicode(lock.name),
        "to_pool": valid_unicode(_target(step)),
        "verdict": step.judged.verdict.name.value,
        "reason": step.judged.verdict.reason,
        "commit": step.judged.claim.commit if step.judged.claim else None,
    }


def _target(step: LockPlan) -> str:
    return step.target if step.target is not None and step.action is not Action.KEEP else step.judged.lock.pool


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
