# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a round that failed, each with a sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...module_utils._core.claim.holder import HolderKind
from ...module_utils._core.verdict.verdict import VerdictName
from .model import Failure
from .step_result import StepResult

# What urllib says of a request without an answer. The whole message may hold the address, which may be a secret.
_NETWORK_ERROR = re.compile(r"(?<=open error )[^>]+|timed out")

_PREFIXES = {
    "page": ("page", "The page cannot be written"),
    "index": ("page", "The index cannot be written"),
    "metrics": ("metrics", "The metrics cannot be written"),
    "push": ("pushgateway", "The push gateway did not accept the metrics"),
    "notify": ("notify", "The webhook did not accept the news, which is kept for the next round"),
    "news": ("notify", "The news of this round cannot be determined"),
    "state": ("notify", "The state of the last round cannot be read, so this round starts without it"),
    "save": ("notify", "The state cannot be written"),
}
_REQUESTS = frozenset({"push", "notify"})


def failures_of(
    results: Mapping[str, StepResult],
    seen: StepResult,
    state_error: str | None = None,
    *,
    unreachable_ok: bool = False,
) -> Iterator[Failure]:
    """Yield the failures of a round in the order of its steps.

    `seen` is the result with the locks, `state_error` a clause that says why the state file cannot be understood. With
    `unreachable_ok`, a Concourse that cannot be asked is no failure.
    """
    for step in ("clean", "trigger", "status"):
        result = results.get(step, StepResult())
        if result.has_failed:
            yield Failure(step, result.message)
    unasked = None if unreachable_ok or _has_clean_said_so(results) else _unreachable_concourse(seen)
    if unasked:
        yield Failure("status", unasked)
    for name, (step, what) in _PREFIXES.items():
        result = results.get(name, StepResult())
        if result.has_failed:
            yield Failure(step, f"{what}: {f'{_request_error(result)}.' if name in _REQUESTS else result.message}")
        elif name == "state" and state_error is not None:
            yield Failure(step, f"{what}: {state_error}.")


def _has_clean_said_so(results: Mapping[str, StepResult]) -> bool:
    """Return whether clean failed after it had seen that Concourse cannot be asked."""
    clean = results.get("clean", StepResult())
    return clean.has_failed and _unreachable_concourse(clean) is not None


def _unreachable_concourse(seen: StepResult) -> str | None:
    """Return a sentence if Concourse gave no credible response about any build: the modules then keep all locks."""
    held = [lock for lock in seen.entries("locks") if _is_held_by_build(lock)]
    if not held or any(lock["verdict"] != VerdictName.UNREACHABLE for lock in held):
        return None
    whom = (
        "the one lock that a build holds, so it is kept"
        if len(held) == 1
        else f"any of the {len(held)} locks that builds hold, so all of them are kept"
    )
    return f"Concourse could not be asked about {whom}: {held[0]['reason']}."


def _is_held_by_build(lock: Mapping[str, object]) -> bool:
    """Return whether a build of this Concourse holds the lock, according to its claim."""
    holder = lock.get("holder")
    is_build = isinstance(holder, Mapping) and holder.get("kind") == HolderKind.BUILD
    return is_build and lock.get("verdict") != VerdictName.FOREIGN


def _request_error(result: StepResult) -> str:
    status = result.fields.get("status", -1)
    if isinstance(status, int) and status > 0:
        return f"it answered with status {status}"
    found = _NETWORK_ERROR.search(str(result.fields.get("msg", "")))
    return found[0] if found else "there was no answer"
