# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What concourse_pool_lock returns."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import replace

from ..claim.hold import Hold, read_claimed_hold
from ..pool.change import LockChange, RepositoryChange
from ..pool.layout import lock_path
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import printable
from .options.content import content_data, content_text
from .options.request import WantedState
from .plan import ChangePlan, PlannedLock
from .report import report_lines

Contents: t.TypeAlias = Mapping[Lock, "bytes | None"]


def lock_result(
    plan: ChangePlan, after: Snapshot | None, contents: Contents, now: int, owner: str | None
) -> dict[str, t.Any]:
    """Return the result of the module for `owner`; `now` is in seconds since 1970, UTC.

    `after` is the state after the push, None if nothing was pushed.
    """
    locks = [_with_new_claim(lock, after) for lock in plan.locks]
    texts = [_text(lock, contents) for lock in locks]
    values = [_lock_value(lock, text) for lock, text in zip(locks, texts, strict=True)]
    return {
        "locks": values,
        "lock": values[0] if len(values) == 1 else None,
        "report": report_lines(locks, texts, now, owner),
    }


def lock_diff(plan: ChangePlan, contents: Contents) -> dict[str, str]:
    """Return the files of the locks before and after the changes: with the holds, and with contents that change."""
    before, after = "", ""
    locks = {lock.name: lock for lock in plan.locks}
    for change in plan.changes:
        if isinstance(change, LockChange):
            lock = locks[change.name]
            before += _before(change, lock.was, contents)
            after += _after(change, lock.hold)
        else:
            after += f"{printable(change.pool)}/\n"
    return {"before": before, "after": after}


def locks_to_read(plan: ChangePlan) -> list[Lock]:
    """Return the locks whose contents the result and the diff need."""
    returned = [one.content for one in plan.locks if isinstance(one.content, Lock)]
    updated = [one.source for one in plan.changes if _is_update(one) and isinstance(one, LockChange) and one.source]
    return list(dict.fromkeys([*returned, *updated]))


def content_warnings(plan: ChangePlan, contents: Contents) -> list[str]:
    """Return a warning for each lock whose content is not returned."""
    return [
        f"The content of lock {printable(f'{one.pool}/{one.name}', 80)} is not returned: it is larger than 1 MiB or not"
        " UTF-8."
        for one in plan.locks
        if _text(one, contents) is None
    ]


def _with_new_claim(lock: PlannedLock, after: Snapshot | None) -> PlannedLock:
    """Return the lock with the claim that this run has made."""
    if lock.claim is not None or lock.hold is None or lock.state is None or after is None:
        return lock
    claim = after.claims.get(lock_path(lock.pool, lock.state, lock.name))
    is_own = claim is not None and read_claimed_hold(claim).owner == lock.hold.owner
    return replace(lock, claim=claim) if is_own else lock


def _lock_value(lock: PlannedLock, text: str | None) -> dict[str, t.Any]:
    hold, claim = lock.hold, lock.claim
    return {
        "pool": printable(lock.pool),
        "name": printable(lock.name),
        "state": WantedState.ABSENT.value if lock.state is None else lock.state.value,
        "content": text,
        "data": None if text is None else _data(text),
        "owner": (printable(hold.owner) or None) if hold else None,
        "reason": (printable(hold.reason) or None) if hold else None,
        "until": hold.end_value if hold else None,
        "commit": claim.commit if claim else None,
    }


def _text(lock: PlannedLock, contents: Contents) -> str | None:
    content = contents.get(lock.content) if isinstance(lock.content, Lock) else lock.content
    return None if content is None else content_text(content)


def _data(text: str) -> t.Any:
    try:
        return content_data(text)
    except BadOption:
        return None  # The content itself is returned: a host without PyYAML is no reason to fail.


def _is_update(change: RepositoryChange) -> bool:
    return isinstance(change, LockChange) and change.source is not None and isinstance(change.content, bytes)


def _before(change: LockChange, hold: Hold | None, contents: Contents) -> str:
    if change.source is None:
        return ""
    content = contents.get(change.source) if _is_update(change) else None
    return f"{printable(change.source.path)}{_held(hold)}\n{_shown(content)}"


def _after(change: LockChange, hold: Hold | None) -> str:
    path = change.target_path
    content = change.content if isinstance(change.content, bytes) else None
    return "" if path is None else f"{printable(path)}{_held(hold)}\n{_shown(content)}"


def _held(hold: Hold | None) -> str:
    if hold is None:
        return ""
    until = f" until {hold.end_value}" if hold.end_value else ""
    return f" ({printable(hold.owner)}{until})" if hold.owner else ""


def _shown(content: bytes | None) -> str:
    text = None if content is None else content_text(content)
    return "".join(f"  {printable(line)}\n" for line in text.splitlines()) if text else ""
