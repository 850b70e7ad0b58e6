# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a commit that releases a lock."""

from __future__ import annotations

from ..shared.text import printable
from .plan import Action, LockPlan
from .reason import reason_text

RELEASED_BY = "poolboy.concourse.concourse_pool_clean"


def release_message(lock_plan: LockPlan, run_id: str) -> str:
    """Return the subject that a pool resource writes, the reason, and the trailers.

    With the subject of the resource (out/git_lock_handler.go) every reader of the history sees a release. With `run_id`
    no two runs write the same commit: otherwise each of them would take a push of the other for its own.
    """
    judged = lock_plan.judged
    holder = judged.holder.url or judged.holder.text if judged.holder else ""
    overruled = printable(reason_text(lock_plan.overruled, judged)) if lock_plan.overruled else ""
    trailers = [
        f"Released-By: {RELEASED_BY}",
        *([f"Released-To: {printable(lock_plan.target_pool)}"] if lock_plan.action is Action.MOVE else []),
        f"Verdict: {judged.verdict.name.value}",
        *([f"Forced: yes, against the policy ({overruled})"] if overruled else []),
        f"Holder: {printable(holder, 500)}",
        f"Claim-Commit: {judged.claim.commit if judged.claim else ''}",
        f"Release-Run: {run_id}",
    ]
    subject = f"unclaiming: {printable(judged.lock.name)}"
    return "\n".join([subject, "", printable(judged.verdict.reason), "", *trailers, ""])
