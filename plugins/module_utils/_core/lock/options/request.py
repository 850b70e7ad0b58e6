# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module concourse_pool_lock is asked for, checked as far as that is possible without the repository."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ...claim.claim import SHORTEST_COMMIT, identifies_commit
from ...pool.layout import State
from ...shared.errors import BadOption
from ...shared.text import count_text, printable, quoted
from .until import Until

ALL = "all"
_LONGEST_NAME = 255  # bytes, as in most file systems
_LONGEST_OWNER = 200
_LONGEST_REASON = 500


class WantedState(enum.StrEnum):
    """What a lock is to be."""

    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    PRESENT = "present"
    ABSENT = "absent"


class Choice(enum.StrEnum):
    """Which free lock is claimed if none is named."""

    RANDOM = "random"
    OLDEST_FREE = "oldest_free"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class LockRequest:
    """The options of the module. `content` are the bytes of the lock's file, None if they are not given.

    `content_is_data` says that they stand for data, which other bytes can hold as well.
    `claimed` says that a lock that is added starts claimed. `claim_commit` is the commit of the claim that may be
    released, or its first 7 digits or more.
    """

    state: WantedState
    pool: str
    name: str | None = None
    owner: str | None = None
    reason: str = ""
    until: Until | None = None
    count: int = 1
    choose: Choice = Choice.RANDOM
    claim_commit: str | None = None
    release_to: str | None = None
    content: bytes | None = None
    content_is_data: bool = False
    claimed: bool = False
    create_pool: bool = False

    @property
    def makes_claim(self) -> bool:
        """Whether the request can end with a lock that the owner holds."""
        return self.state is WantedState.CLAIMED or (self.state is WantedState.PRESENT and self.claimed)


def check_request(request: LockRequest) -> LockRequest:
    """Return the request. Raises BadOption for values that no repository can make right."""
    _check_owner(request)
    if request.makes_claim and request.until is None:
        raise BadOption(
            "until is missing: say how long the lock is held, as a span such as 4h, as a time with its offset from UTC,"
            " or as never. Without an end, a job that crashes would hold the lock forever."
        )
    if request.count < 1:
        raise BadOption(f"count is {request.count}: claim at least 1 lock.")
    if request.count > 1 and (request.name is not None or request.state is not WantedState.CLAIMED):
        wrong = "count" if request.name is None else "count or name"
        raise BadOption(f"count is for locks that are claimed without a name: remove {wrong}.")
    if request.state in (WantedState.PRESENT, WantedState.ABSENT) and request.name is None:
        raise BadOption(f"name is missing: name the lock that is to be {request.state.value}.")
    if request.name is not None:
        check_lock_name(request.name)
    if len(request.reason) > _LONGEST_REASON:
        raise BadOption(f"reason is longer than {count_text(_LONGEST_REASON, 'character')}: shorten it.")
    if request.claim_commit is not None:
        _check_claim_commit(request, request.claim_commit)
    return request


def check_lock_name(name: str) -> None:
    """Raise BadOption unless a file of that name in claimed/ or unclaimed/ can be a lock that everybody can name."""
    if "/" in name:
        wrong = "has a slash: give the pool in pool and the lock alone in name"
    elif name.startswith("."):
        wrong = "begins with a dot, so the pool resource would not see it"
    elif name != name.strip() or printable(name) != name:
        wrong = "has control characters, or white space at its ends"
    elif len(name.encode()) > _LONGEST_NAME:
        wrong = f"is longer than {_LONGEST_NAME} bytes"
    else:
        return
    raise BadOption(f"name: {quoted(name, 80)} cannot be the name of a lock: it {wrong}.")


def check_new_pool(pool: str) -> None:
    """Raise BadOption unless a pool of that name can be created."""
    parts = pool.split("/")
    states = {state.value for state in State}
    for part in parts:
        if not part or part.startswith(".") or part in states or part != part.strip() or printable(part) != part:
            raise BadOption(
                f"pool: {quoted(pool, 80)} cannot be the name of a pool: its folders need names without leading"
                " dots, control characters or white space at their ends, and cannot be called claimed or unclaimed."
            )


def _check_owner(request: LockRequest) -> None:
    owner = request.owner
    if owner is None:
        if request.makes_claim:
            raise BadOption(
                "owner is missing: say who holds the lock, such as a person or the id of a job. A run with the same"
                " owner finds the same lock again, so two plays must not share one."
            )
        if request.state is WantedState.UNCLAIMED and (request.claim_commit is None or request.name is None):
            raise BadOption("owner is missing: say whose lock is released, or give name and claim_commit.")
    elif not owner or owner != owner.strip() or printable(owner) != owner or len(owner) > _LONGEST_OWNER:
        raise BadOption(
            f"owner: {quoted(owner, 80)} is not one line of at most {_LONGEST_OWNER} printable characters"
            " without white space at its ends."
        )


def _check_claim_commit(request: LockRequest, commit: str) -> None:
    if request.state not in (WantedState.UNCLAIMED, WantedState.ABSENT):
        raise BadOption(f"claim_commit has no meaning for state {request.state.value}: remove it.")
    if request.name in (None, ALL):
        raise BadOption("claim_commit is the claim of one lock: name the lock in name.")
    if not identifies_commit(commit):
        raise BadOption(
            f"claim_commit: {quoted(commit, 50)} is not the commit of a claim: give it as the table shows it, at"
            f" least its first {SHORTEST_COMMIT} hexadecimal digits, in quotes."
        )
