# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether so many builds are gone at once that Concourse itself has probably lost them.

A Concourse whose database was lost or restored knows none of the builds that hold locks now: their locks become `gone`
all at once, although the builds can still use them. Such a run releases nothing, until somebody accepts the claims.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..claim.holder import HolderKind
from ..shared.errors import PoolboyError
from ..verdict.judge import JudgedLock
from ..verdict.verdict import VerdictName
from .options import CleanRules
from .plan import LockPlan
from .reason import Cause

MIN_GONE = 3  # fewer can be gone because one pipeline was destroyed
_LISTED = 20
_DIGITS = 12  # of each commit in the message
# Concourse was not asked about these builds, or did not answer.
_UNKNOWN = frozenset({VerdictName.FOREIGN, VerdictName.HELD, VerdictName.UNVERIFIED, VerdictName.UNREACHABLE})


class BuildsLost(PoolboyError):
    """Most of the builds that hold locks are gone, and the plan would release some of these locks."""


def lost_builds(plan: Sequence[LockPlan], rules: CleanRules, released: Sequence[LockPlan] = ()) -> BuildsLost | None:
    """Return an error if at least MIN_GONE locks held by builds, and more than half of them, are gone.

    None if the plan releases none of these, except by `force` or `accept_gone`. `released` are the locks that the run
    has released already.
    """
    held = [step for step in plan if _is_known_to_be_held_by_build(step.judged)]
    gone = [step for step in held if step.judged.verdict.is_gone]
    if len(gone) < MIN_GONE or 2 * len(gone) <= len(held):
        return None
    commits = [step.judged.claim.commit for step in gone if step.judged.claim and _is_at_risk(step, rules)]
    if not commits:
        return None
    listed = ", ".join(f'"{commit[:_DIGITS]}"' for commit in commits[:_LISTED])
    more = f" and the others of this result ({len(commits)} in all)" if len(commits) > _LISTED else ""
    return BuildsLost(
        f"{len(gone)} of the {len(held)} builds that hold locks are gone at once, as after a loss or restore of"
        f" Concourse's database, so {'no further lock' if released else 'no lock'} is released. Check the address of"
        f" Concourse and whether it still has its builds; if these are gone for good, set accept_gone:"
        f" [{listed}]{more}."
    )


def _is_known_to_be_held_by_build(judged: JudgedLock) -> bool:
    is_of_build = judged.holder is not None and judged.holder.kind is HolderKind.BUILD
    return (is_of_build or judged.verdict.build is not None) and judged.verdict.name not in _UNKNOWN


def _is_at_risk(step: LockPlan, rules: CleanRules) -> bool:
    """Return whether the plan releases a lock because its build is gone, and nobody has accepted that."""
    claim = step.judged.claim
    is_accepted = claim is not None and rules.accepts_gone(claim.commit)
    return step.is_release and step.reason.cause is not Cause.FORCED and not is_accepted
