# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a clean run beyond the policies: targets, exclusions, forced releases and the limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import printable
from ..verdict.judge import JudgedLock

# git itself abbreviates to 7 digits at least.
_SHORTEST_COMMIT = 7
_HEX_DIGITS = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class CleanRules:
    """The options of a run.

    `release_to` maps a pool to the pool that its locks are released to; `exclude` are shell patterns of `pool/lock`;
    `force` maps `pool/lock` to the claim commit, whole or its first digits, of locks to release whatever the policy
    is; `max_releases` limits a run; `accept_gone` are claim commits, in the same form, whose builds are gone for good;
    `unreachable_ok` accepts that Concourse cannot be asked about any lock of a build.
    """

    release_to: Mapping[str, str] = field(default_factory=dict)
    exclude: Sequence[str] = ()
    force: Mapping[str, str] = field(default_factory=dict)
    max_releases: int = 20
    accept_gone: Sequence[str] = ()
    unreachable_ok: bool = False

    def target(self, pool: str) -> str:
        """Return the pool that the locks of a pool are released to."""
        return self.release_to.get(pool, pool)

    def accepts_gone(self, claim: str) -> bool:
        """Return whether the user accepts that the build of a claim is gone."""
        return any(claim.startswith(commit) for commit in self.accept_gone)


def check_rules(rules: CleanRules, judged: Sequence[JudgedLock], snapshot: Snapshot) -> None:
    """Raise BadOption if a target pool cannot be used, or if a forced lock is not claimed as the user states.

    A commit of `accept_gone` that claims no lock any more is no error, so that the option can stay where it is set.
    """
    for commit in rules.accept_gone:
        _check_accepted(commit)
    for pool, target in rules.release_to.items():
        _check_target(pool, target, snapshot.pools)
    claims = {one.lock.pool_and_name: one.claim.commit if one.claim else None for one in judged}
    for lock, commit in rules.force.items():
        if lock not in claims:
            raise BadOption(
                f"force: there is no lock {printable(lock, 80)} in the chosen pools.{_spelling_hint(lock, claims)}"
            )
        _check_claim(lock, commit, claims[lock])
        pattern = excluded_by(lock, rules.exclude)
        if pattern is not None:
            raise BadOption(
                f"force: the pattern {printable(pattern, 80)!r} of exclude keeps lock {printable(lock, 80)}; "
                "remove the lock from force or the pattern from exclude."
            )


def excluded_by(lock: str, patterns: Sequence[str]) -> str | None:
    """Return the first pattern that matches the whole of `pool/lock`, None if no pattern does."""
    return next((pattern for pattern in patterns if fnmatchcase(lock, pattern)), None)


def _check_target(pool: str, target: str, pools: Sequence[str]) -> None:
    if target == pool:
        raise BadOption(f"release_to: pool {printable(pool)} would release into itself; name another pool.")
    if target not in pools:
        known = ", ".join(printable(name, 80) for name in pools)
        raise BadOption(f"release_to: the repository has no pool {printable(target, 80)}. It has: {known}.")


def _check_accepted(commit: str) -> None:
    if len(commit) < _SHORTEST_COMMIT or commit.strip(_HEX_DIGITS):
        raise BadOption(
            f"accept_gone: {printable(commit, 50)!r} is no commit; give the commits of claims as this module returns"
            f" them, or at least the first {_SHORTEST_COMMIT} of their hexadecimal digits, in quotes."
        )


def _check_claim(lock: str, commit: str, claim: str | None) -> None:
    """Raise BadOption unless `commit` is the claim of the lock, or its first 7 digits or more."""
    is_prefix = claim is not None and claim.startswith(commit) and not commit.strip(_HEX_DIGITS)
    if commit == claim or (is_prefix and len(commit) >= _SHORTEST_COMMIT):
        return
    if is_prefix and commit:
        raise BadOption(
            f"force: commit {printable(commit, 40)!r} of lock {printable(lock, 80)} is too short to identify a claim; "
            f"write at least {_SHORTEST_COMMIT} of its hexadecimal digits."
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
