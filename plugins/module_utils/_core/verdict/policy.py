# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a verdict allows the release of a lock."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..shared.empty import is_empty, without_empty
from ..shared.errors import BadOption
from ..shared.text import quoted
from ..shared.times import latest_time
from .verdict import Verdict, VerdictName

DEFAULT_STALE_TIMEOUT = 60
DEFAULT_GRACE = 5


class Policy(enum.StrEnum):
    """What is done with a lock: released after the grace, released after the stale timeout, or kept.

    Each keeps a lock longer than the one before it.
    """

    RELEASE = "release"
    STALE = "stale"
    KEEP = "keep"


DEFAULT_POLICIES: Mapping[VerdictName, Policy] = {
    VerdictName.HANDED_OFF: Policy.KEEP,
    VerdictName.LEAKED: Policy.STALE,
    VerdictName.FAILED: Policy.STALE,
    VerdictName.ERRORED: Policy.RELEASE,
    VerdictName.ABORTED: Policy.RELEASE,
    VerdictName.ZOMBIE: Policy.RELEASE,
    VerdictName.GONE: Policy.STALE,
    VerdictName.EXPIRED: Policy.STALE,
    VerdictName.MANUAL: Policy.KEEP,
    VerdictName.FOREIGN: Policy.KEEP,
    VerdictName.UNVERIFIED: Policy.KEEP,
}

# The rules of the Python script that many pools are still cleaned with: they release every lock without a running
# build, even one that waits for a hand-off. Only locks that somebody uses are safe.
POOL_BOY_POLICIES: Mapping[VerdictName, Policy] = {
    **dict.fromkeys(DEFAULT_POLICIES, Policy.RELEASE),
    VerdictName.EXPIRED: Policy.STALE,
    VerdictName.MANUAL: Policy.STALE,
    VerdictName.FOREIGN: Policy.STALE,
    VerdictName.UNVERIFIED: Policy.STALE,
}

# Without a Concourse nobody knows whether a build is running: going by age is a decision, never a default.
NO_CONCOURSE_CHOICES = (Policy.KEEP, Policy.STALE)

# No option can change these: somebody uses the lock, or nothing is known.
ALWAYS_KEPT = frozenset({VerdictName.RUNNING, VerdictName.HELD, VerdictName.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class PoolPolicy:
    """The policy of one pool: what to do by verdict, and both waits in minutes.

    `no_concourse` is what to do with locks of builds if no Concourse is configured, and `has_concourse` is false then.
    None means that nobody has decided: these locks are kept.

    `named` are the verdicts for which an option names the policy.
    """

    by_verdict: Mapping[VerdictName, Policy] = field(default_factory=lambda: DEFAULT_POLICIES)
    stale_timeout: int = DEFAULT_STALE_TIMEOUT
    grace: int = DEFAULT_GRACE
    no_concourse: Policy | None = None
    has_concourse: bool = True
    named: frozenset[VerdictName] = frozenset()

    def names(self, verdict: VerdictName) -> bool:
        """Return whether an option names the policy for this verdict, so that it is no default."""
        return verdict in self.named

    def of(self, verdict: Verdict) -> Policy | None:
        """Return what is done with a lock of this verdict; None for a free one."""
        if verdict.name is VerdictName.FREE:
            return None
        return max(map(self._of_reading, verdict.readings), key=list(Policy).index)

    def _of_reading(self, verdict: Verdict) -> Policy:
        if verdict.name in ALWAYS_KEPT:
            return Policy.KEEP
        if self._is_without_concourse(verdict):
            # Not the policy of the verdict: it is meant for claims that no build was found for.
            return self.no_concourse or Policy.KEEP
        return self.by_verdict[verdict.name]

    def is_undecided(self, verdict: Verdict) -> bool:
        """Return whether a build has the lock, no Concourse is configured, and nobody has decided what to do then."""
        return self._is_without_concourse(verdict) and self.no_concourse is None

    def releasable_at(self, verdict: Verdict) -> int | None:
        """Return when the lock may be released (seconds since 1970, UTC); None for never."""
        times = [self._releasable_at(one) for one in verdict.readings]
        return None if None in times else latest_time(times)

    def _releasable_at(self, verdict: Verdict) -> int | None:
        if verdict.name is VerdictName.FREE or verdict.dead_since is None:
            return None
        policy = self._of_reading(verdict)
        if policy is Policy.KEEP:
            return None
        at = verdict.dead_since + 60 * (self.grace if policy is Policy.RELEASE else self.stale_timeout)
        return max(at, verdict.keep_until or at)

    def _is_without_concourse(self, verdict: Verdict) -> bool:
        return not self.has_concourse and verdict.name is VerdictName.UNVERIFIED


def read_no_concourse(
    given: object, policy: Mapping[str, object] | None, default: Policy | None, what: str
) -> Policy | None:
    """Return what to do with locks of builds if no Concourse is configured. Raises BadOption that names `what`.

    `policy` is the option of this name; it decides only if it keeps locks that are unverified.
    """
    if not is_empty(given):
        if not isinstance(given, str) or given not in [choice.value for choice in NO_CONCOURSE_CHOICES]:
            raise BadOption(f"{what}: {quoted(str(given), 40)} is not known. Use keep or stale.")
        return Policy(given)
    is_kept = (policy or {}).get(VerdictName.UNVERIFIED.value) == Policy.KEEP.value
    return Policy.KEEP if is_kept else default


def read_policies(
    given: Mapping[str, object] | None, defaults: Mapping[VerdictName, Policy]
) -> dict[VerdictName, Policy]:
    """Return the policies by verdict, those given over the defaults. Raises BadOption for a name that is not known."""
    policies = dict(defaults)
    for verdict, policy in without_empty(given or {}).items():
        if verdict in {name.value for name in ALWAYS_KEPT}:
            raise BadOption(f"policy: a lock that is {verdict} is always kept; remove {verdict!r} from the policy.")
        if verdict not in {name.value for name in defaults}:
            known = ", ".join(name.value for name in defaults)
            raise BadOption(f"policy: {verdict!r} is not a configurable verdict. Use one of: {known}.")
        if not isinstance(policy, str) or policy not in {name.value for name in Policy}:
            known = ", ".join(name.value for name in Policy)
            raise BadOption(f"policy: {policy!r} for {verdict} is not known. Use one of: {known}.")
        policies[VerdictName(verdict)] = Policy(policy)
    return policies


def named_verdicts(given: Mapping[str, object] | None) -> frozenset[VerdictName]:
    """Return the verdicts for which an option names the policy."""
    return frozenset(name for name in VerdictName if name.value in without_empty(given or {}))
