# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot of the last run, which the next run uses as long as the branch has not changed.

It depends on its commit alone, and so holds for any repository and branch at that commit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..._core.claim.claim import Claim
from ..._core.pool.layout import State
from ..._core.pool.lock import Lock
from ..._core.pool.snapshot import Problem, Snapshot, WantedPools
from ..remote.tip import Tip
from .files import read_own_file, replace_file

# Raise it whenever the same commit gives another snapshot than before: a new field, another rule of read_tree(), or
# another rule for who claimed a lock.
SNAPSHOT_FORMAT = 12

_STATES = {state.value: state for state in State}


def read_snapshot(path: Path) -> Snapshot | None:
    """Return the last snapshot; None if it is missing, incomplete, of another version, or not ours alone to write."""
    try:
        checksum, _newline, body = read_own_file(path).partition(b"\n")
        if checksum != _checksum(body):
            return None
        content = json.loads(body)
        return _read(content) if content["format"] == SNAPSHOT_FORMAT else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def is_current(snapshot: Snapshot, tip: Tip, wanted: WantedPools) -> bool:
    """Return whether a snapshot shows the branch at `tip`, with the claims of the wanted pools."""
    return Tip(snapshot.branch, snapshot.commit) == tip and snapshot.knows_claims_of(wanted)


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot atomically. Raises OSError."""
    # In ASCII, so that surrogates, of names that are not UTF-8, can be read back.
    body = json.dumps(_write(snapshot), separators=(",", ":"), ensure_ascii=True).encode("ascii")
    replace_file(path, _checksum(body) + b"\n" + body)


def _write(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "format": SNAPSHOT_FORMAT,
        "commit": snapshot.commit,
        "branch": snapshot.branch,
        "pools": snapshot.pools,
        "locks": _columns(
            (lock.pool, lock.name, lock.state.value, lock.mode, lock.blob, lock.is_in_both_states)
            for lock in snapshot.locks
        ),
        "paths": list(snapshot.claims),
        "claims": _columns(
            (
                claim.commit,
                claim.claimed_at,
                claim.author,
                claim.message,
                claim.alone,
                claim.changed_at,
                claim.authored_at,
                claim.made_after,
                claim.changed_after,
                claim.later_trailers,
            )
            for claim in snapshot.claims.values()
        ),
        "problems": _columns((problem.pool, problem.text) for problem in snapshot.problems),
        "obstacles": snapshot.obstacles,
    }


def _read(content: dict[str, Any]) -> Snapshot:
    return Snapshot(
        commit=content["commit"],
        branch=content["branch"],
        pools=tuple(content["pools"]),
        locks=_locks(*content["locks"]),
        claims=dict(zip(content["paths"], map(Claim, *content["claims"]), strict=True)) if content["paths"] else {},
        problems=tuple(map(Problem, *content["problems"])) if content["problems"] else (),
        obstacles=tuple(content["obstacles"]),
    )


def _locks(
    pools: Iterable[str] = (), names: Iterable[str] = (), states: Iterable[str] = (), *rest: Any
) -> tuple[Lock, ...]:
    return tuple(map(Lock, pools, names, map(_STATES.__getitem__, states), *rest))


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows as columns, which are read in half the time; a run without changes does little else."""
    return list(zip(*rows, strict=True))


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
