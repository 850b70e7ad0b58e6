# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim, and what its rules need to ask about it."""

from __future__ import annotations

from dataclasses import dataclass

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.queries import BuildQueries


@dataclass(frozen=True, slots=True)
class ClaimToJudge:
    """A claim and its holder. `teams` are those whose resources are searched first for the claim's version.

    `claimed_at` is the time of the claim (seconds since 1970, UTC), or now if the claim is dated in the future.
    `remembered` is the id of the build that made the claim, if an earlier run found it by that version. `lock` is the
    claimed lock as `pool/lock`.
    """

    claim: Claim
    holder: Holder
    queries: BuildQueries
    teams: frozenset[str]
    claimed_at: int
    remembered: int | None = None
    lock: str | None = None
