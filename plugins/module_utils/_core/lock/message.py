# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the commits that people and playbooks make: the first line is that of the pool resource.

Facts: out/git_lock_handler.go of pool-resource 1.8.1 (claiming, unclaiming, removing, adding, updating).
"""

from __future__ import annotations

from ..claim.hold import HELD_BY, HELD_SINCE, HOLD_UNTIL, REASON, Hold
from ..pool.layout import State
from ..shared.text import printable
from ..shared.times import iso_time
from .options.request import LockRequest

CHANGED_BY = "poolboy.concourse.concourse_pool_lock"


def claim_message(subject: str, name: str, hold: Hold, until: str, run_id: str) -> str:
    """Return the message of a commit that makes a claim; `subject` is the verb of the resource."""
    return _message(
        f"{subject}: {printable(name)}",
        {
            REASON: printable(hold.reason),
            HELD_BY: hold.owner,
            HOLD_UNTIL: until,
            HELD_SINCE: iso_time(hold.since) or "",
            "Claimed-By": CHANGED_BY,
            "Claim-Run": run_id,
        },
    )


def change_message(
    subject: str, name: str, request: LockRequest, run_id: str, *, holder: str = "", claim_commit: str = ""
) -> str:
    """Return the message of a commit that makes no claim.

    `holder` and `claim_commit` are those of the claim that the commit ends, see holder_name().
    """
    return _message(
        f"{subject}: {printable(name)}",
        {
            REASON: printable(request.reason),
            "Changed-By": CHANGED_BY,
            "Owner": request.owner or "",
            "Holder": printable(holder, 500),
            "Claim-Commit": claim_commit,
            "Change-Run": run_id,
        },
    )


def added(state: State) -> str:
    """Return the verb of the resource for a new lock."""
    return f"adding {state.value}"


def _message(subject: str, trailers: dict[str, str]) -> str:
    return "\n".join([subject, "", *(f"{key}: {value}" for key, value in trailers.items() if value), ""])
