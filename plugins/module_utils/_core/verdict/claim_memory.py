# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier runs found out about claims, by the commit of the claim.

A build that is gone has no end, so its clock starts when a run first saw this: otherwise a destroyed pipeline or a
restored database would make every old claim releasable at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..claim.claim import Claim
from .policy import PoolPolicy
from .verdict import Verdict, VerdictName


@dataclass(slots=True)
class ClaimMemory:
    """`gone_since` is when a run first saw that a claim's build is gone (seconds since 1970, UTC).

    `builds` are the ids of builds that were found by the version of the claim.
    """

    gone_since: dict[str, int] = field(default_factory=dict)
    builds: dict[str, int] = field(default_factory=dict)

    def record(self, claim: Claim, verdict: Verdict, seen: int) -> Verdict:
        """Remember a verdict, and return it with the time since when its build is gone.

        `seen` is when the run saw it, in seconds since 1970, UTC. `unreachable` changes nothing: the builds may be as
        they were. Every other verdict is a sign of life.
        """
        if verdict.name is VerdictName.GONE:
            return self._record_gone(claim, verdict, seen)
        if verdict.name is not VerdictName.UNREACHABLE:
            self.gone_since.pop(claim.commit, None)
        if verdict.is_by_version and verdict.build is not None:
            self.builds[claim.commit] = verdict.build.id
        return verdict

    def _record_gone(self, claim: Claim, verdict: Verdict, seen: int) -> Verdict:
        """Return what is gone since the first time that is not before the claim, as then a clock is wrong.

        A remembered time that is still to come stays: which of the two clocks is wrong is unknown, and an earlier time
        would shorten the wait for all later runs.
        """
        remembered = self.gone_since.get(claim.commit, seen)
        since = remembered if remembered >= claim.claimed_at else seen
        if since < claim.claimed_at:
            reason = f"{verdict.reason}; it is kept, because the clock of this run is behind the time of the claim"
            return replace(verdict, dead_since=None, reason=reason)
        self.gone_since[claim.commit] = since
        return replace(verdict, dead_since=since)


def without_memory(verdict: Verdict, policy: PoolPolicy) -> Verdict:
    """Return the verdict of a run without a cache: what is gone is kept, unless the policy names `gone` explicitly."""
    if verdict.name is VerdictName.GONE and not policy.names(VerdictName.GONE):
        reason = f"{verdict.reason}; it is kept, because without a cache no run knows since when"
        return replace(verdict, dead_since=None, reason=reason)
    return verdict
