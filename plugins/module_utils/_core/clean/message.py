# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of the commit that gives a lock back."""

from __future__ import annotations

from ..shared.text import printable
from .plan import Action, LockPlan

RELEASED_BY = "poolboy.concourse.concourse_pool_clean"


def release_message(step: LockPlan) -> str:
    """Return the message: the pool resource's own words, the reason, and trailers for whoever wants to know.

    The first line is what a pool resource writes itself (out/git_lock_handler.go), so that all read it as a release.
    """
    judged = step.judged
    holder = judged.holder.url or judged.holder.text if judged.holder else ""
    trailers = [
        f"Released-By: {RELEASED_BY}",
        *([f"Released-To: {printable(step.target or '')}"] if step.action is Action.MOVE else []),
        f"Verdict: {judged.verdict.name.value}",
        *([f"Forced: yes, for by policy it is kept ({printable(step.overruled)})"] if step.overruled else []),
        f"Holder: {printable(holder, 500)}",
        f"Claim-Commit: {judged.claim.commit if judged.claim else ''}",
    ]
    subject = f"unclaiming: {printable(judged.lock.name)}"
    return "\n".join([subject, "", printable(judged.verdict.reason), "", *trailers, ""])
