# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a clean run with the names that pools and locks have in the repository, checked against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ..claim.claim import SHORTEST_COMMIT, identifies_commit, is_hexadecimal
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.names import meant_names, only_meant_name, pool_name
from ..shared.text import printable, quoted
from ..verdict.judge import JudgedLock
from .options import CleanRules, excluded_by, excludes


def resolve_rules(rules: CleanRules, judged: Sequence[JudgedLock], snapshot: Snapshot) -> CleanRules:
    """Return the rules with the names of the repository.

    Raises BadOption if a target pool cannot be used, if a pattern of `exclude` is the name of a pool and so matches no
    lock, or if a forced lock is not claimed as the user states. A commit of
    `accept_gone` that claims no lock any more is no error, so that the option can stay where it is set.
    """
    for commit in rules.accept_gone:
        _check_accepted(commit)
    _check_exclusions(rules.exclude, [one.lock for one in judged])
    release_to: dict[str, str] = {}
    for given_pool, given_target in rules.release_to.items():
        target = _only_pool(given_target, snapshot.pools)
        for pool in meant_names(given_pool, snapshot.pools):
            _check_target(pool, target)
            release_to[pool] = target
    return replace(rules, release_to=release_to, force=_resolve_force(rules, judged))


def _resolve_force(rules: CleanRules, judged: Sequence[JudgedLock]) -> dict[str, str]:
    claims = {one.lock.pool_and_name: one.claim.commit if one.claim else None for one in judged}
    force = {}
    for given, commit in rules.force.items():
        lock = _only_lock(given, claims)
        _check_claim(lock, commit, claims[lock])
        pattern = excluded_by(lock, rules.exclude)
        if pattern is not None:
            raise BadOption(
                f"force: the pattern {quoted(pattern, 80)} of exclude keeps lock {printable(lock, 80)}; "
                "remove the lock from force or the pattern from exclude."
            )
        force[lock] = commit
    return force


def _check_exclusions(patterns: Sequence[str], locks: Sequence[Lock]) -> None:
    pools = {lock.pool for lock in locks}
    for pattern in patterns:
        is_pool = meant_names(pool_name(pattern), pools)
        # A lock of another pool can have this name, too: nobody knows which of the two is meant.
        meant = [lock for lock in locks if "/" in pool_name(pattern) or lock.pool in is_pool]
        if is_pool and not any(excludes(pattern, lock.pool_and_name) for lock in meant):
            raise BadOption(
                f"exclude: {quoted(pattern, 80)} is a pool, so it would keep nothing. Write"
                f" {printable(is_pool[0], 80)}/* to keep all its locks."
            )


def _only_pool(given: str, pools: Sequence[str]) -> str:
    """Return the pool of the repository that a name in `release_to` means."""
    pool = only_meant_name(given, pools, "release_to", "pools")
    if pool is None:
        known = ", ".join(printable(name, 80) for name in pools)
        raise BadOption(f"release_to: the repository has no pool {printable(given, 80)}. It has: {known}.")
    return pool


def _only_lock(given: str, locks: Collection[str]) -> str:
    """Return the lock of the chosen pools that a name in `force` means."""
    lock = only_meant_name(given, locks, "force", "locks")
    if lock is None:
        raise BadOption(
            f"force: there is no lock {printable(given, 80)} in the chosen pools.{_spelling_hint(given, locks)}"
        )
    return lock


def _check_target(pool: str, target: str) -> None:
    if target == pool:
        raise BadOption(f"release_to: pool {printable(pool)} would release into itself; name another pool.")


def _check_accepted(commit: str) -> None:
    if not identifies_commit(commit):
        raise BadOption(
            f"accept_gone: {quoted(commit, 50)} is no commit; give the commits of claims as this module returns"
            f" them, or at least the first {SHORTEST_COMMIT} of their hexadecimal digits, in quotes."
        )


def _check_claim(lock: str, commit: str, claim: str | None) -> None:
    """Raise BadOption unless `commit` is the claim of the lock, or its first 7 digits or more."""
    is_prefix = claim is not None and claim.startswith(commit) and is_hexadecimal(commit)
    if commit == claim or (is_prefix and identifies_commit(commit)):
        return
    if is_prefix and commit:
        raise BadOption(
            f"force: commit {quoted(commit, 40)} of lock {printable(lock, 80)} is too short to identify a claim; "
            f"write at least {SHORTEST_COMMIT} of its hexadecimal digits."
        )
    state = f"claimed by commit {claim}" if claim else "free"
    raise BadOption(
        f"force: lock {printable(lock, 80)} is now {state}, not claimed by {printable(commit, 40)}; "
        "check the lock again before you force its release."
    )


def _spelling_hint(given: str, locks: Iterable[str]) -> str:
    """Return how to write a lock that was given without its pool, else nothing."""
    if "/" in given:
        return ""
    matches = [printable(lock, 80) for lock in locks if lock.rpartition("/")[2] == given]
    return (
        f" Write it as pool/lock: {' or '.join(matches[:5])}."
        if matches
        else " Write it as pool/lock, such as aws/env-6."
    )
