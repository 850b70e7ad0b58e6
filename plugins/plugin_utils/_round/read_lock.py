# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a lock of a round from the values of the modules."""

from __future__ import annotations

from ...module_utils._core.claim.hold import NEVER
from ...module_utils._core.concourse.instance_vars import compact_json
from .links import safe_link
from .lock import RoundHold, RoundLock, RoundUser
from .plain_values import plain_value
from .round_fields import RoundFields


def read_lock(lock: RoundFields) -> RoundLock:
    """Return a lock, a claimed or a free one. Raises BadRound."""
    holder, hold = lock.section("holder"), lock.section("hold")
    return RoundLock(
        pool=lock.text("pool"),
        name=lock.text("name"),
        state=lock.optional_text("state") or "",
        verdict=lock.text("verdict"),
        reason=lock.optional_text("reason") or "",
        holder=with_instance_vars(holder.optional_text("text") or "", holder) if holder else "",
        hold=_hold(hold) if hold else None,
        url=safe_link(holder.optional_text("url") or "") if holder else None,
        user=_user(lock.section("user")),
        job=_job(holder) if holder and not hold else None,
        claimed_at=lock.optional_time("claimed_at"),
        age_minutes=lock.optional_whole("age_minutes") or 0,
        unused_since=lock.optional_time("dead_since"),
        releasable=lock.flag("releasable"),
        releasable_at=lock.optional_time("releasable_at"),
        policy=lock.optional_text("policy"),
        commit=lock.optional_text("commit"),
        action=lock.optional_text("action"),
        action_reason=lock.optional_text("action_reason"),
        content=lock.optional_text("content"),
    )


def _hold(hold: RoundFields) -> RoundHold:
    is_endless = hold.optional_text("until") == NEVER
    return RoundHold(
        owner=hold.optional_text("owner") or "",
        reason=hold.optional_text("reason") or "",
        since=hold.optional_time("since"),
        until=None if is_endless else hold.optional_time("until"),
        is_endless=is_endless,
    )


def _user(user: RoundFields | None) -> RoundUser | None:
    if user is None or not user.optional_text("text"):
        return None
    text = with_instance_vars(user.text("text"), user)
    return RoundUser(text, safe_link(user.optional_text("url") or ""), user.optional_text("build") is not None)


def _job(holder: RoundFields) -> str | None:
    names = [holder.optional_text(name) for name in ("team", "pipeline", "job")]
    return "/".join(filter(None, names)) if names[-1] else None


def with_instance_vars(job: str, section: RoundFields) -> str:
    """Return a job or a build, followed by the instance variables of its pipeline as JSON where it has any."""
    variables = section.section("instance_vars")
    return f"{job} {compact_json(plain_value(variables.fields))}" if variables and variables.fields else job
