# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences for what a run decides on a pool."""

from __future__ import annotations

from ..concourse.references import JobReference
from ..shared.text import count_text, printable


def archived(job: JobReference) -> str:
    """Return the error for a job of an archived pipeline."""
    return (
        f"Pipeline {printable(str(job.pipeline), 120)} is archived, so no build of its job {printable(job.name, 80)} "
        "can be started: set the pipeline again, or name another job."
    )


def manual_trigger_disabled(job: JobReference) -> str:
    """Return the error for a job whose builds cannot be started by a request."""
    return (
        f"Job {printable(str(job), 120)} has disable_manual_trigger set, so its builds cannot be started: "
        "remove that from the pipeline, or name another job."
    )


def paused_reason(paused: str) -> str:
    """Return why builds that are started now wait; `paused` names the paused job or pipeline."""
    return f"they have to wait, because {paused} is paused"


def pending_reason(pending: int, unclaimed: int, paused: str) -> str:
    """Return the reason for a pool whose builds wait for a paused job or pipeline."""
    return (
        f"{count_text(pending, 'build')} waiting for {count_text(unclaimed, 'free lock')}, because {paused} is paused"
    )


def satisfied_reason(unclaimed: int, active: int, pending: int) -> str:
    """Return the reason for a pool that needs no build."""
    if unclaimed == 0:
        return "no lock is free"
    waiting = f", {pending} of them pending" if pending else ""
    return f"{count_text(unclaimed, 'free lock')} and {count_text(active, 'build')} to claim them{waiting}"


def start_reason(needed: int, unclaimed: int, active: int, paused: str | None) -> str:
    """Return the reason for a pool that needs builds."""
    existing = f" besides {count_text(active, 'active build')}" if active else ""
    text = f"{count_text(needed, 'build')} for {count_text(unclaimed, 'free lock')}{existing}"
    return f"{text}; {paused_reason(paused)}" if paused else text


def limited_reason(reason: str, start: int) -> str:
    """Return a reason with what `max_triggers` leaves of it."""
    return f"{reason}; max_triggers allows {start} of them in this run"


def slow_reason(reason: str, left: int) -> str:
    """Return a reason for a run that leaves `left` builds to the next one, because it took too long."""
    return f"{reason}; the run took so long that it leaves {count_text(left, 'build')} to the next run"


def retry_reason(failed: int, attempt: int, retry: int, next_attempt: str | None) -> str:
    """Return the reason for a pool whose next attempt is due later."""
    return (
        f"the last {count_text(failed, 'build')} ended without a claim (attempt {attempt} of {retry}); the next attempt"
        f" is due at {next_attempt}"
    )


def stuck_reason(failed: int) -> str:
    """Return the reason for a pool whose builds keep ending without a claim."""
    return (
        f"{count_text(failed, 'build')} ended without a claim since the last lock became free; no more are started "
        "until a build of the job claims a lock, another lock becomes free or the pipeline is set again"
    )
