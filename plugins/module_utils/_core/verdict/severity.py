# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of verdicts, from the worst to the best."""

from __future__ import annotations

from .verdict import VerdictName

# First the locks that no build will release, then those whose holder is unknown, then those in use, then the free ones.
WORST_FIRST = (
    VerdictName.ZOMBIE,
    VerdictName.ERRORED,
    VerdictName.ABORTED,
    VerdictName.LEAKED,
    VerdictName.FAILED,
    VerdictName.GONE,
    VerdictName.EXPIRED,
    VerdictName.UNREACHABLE,
    VerdictName.UNVERIFIED,
    VerdictName.FOREIGN,
    VerdictName.MANUAL,
    VerdictName.HELD,
    VerdictName.HANDED_OFF,
    VerdictName.RUNNING,
    VerdictName.FREE,
)


def severity_rank(name: VerdictName) -> int:
    """Return the place of a verdict in the order: 0 for the worst."""
    return WORST_FIRST.index(name)
