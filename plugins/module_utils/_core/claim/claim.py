# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim, and who made it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """The last commit that added a claimed path.

    `claimed_at` is its committer time in seconds since 1970, UTC: the pool resource commits anew when a push is
    refused, so this is the moment of the claim that was accepted. `alone` says that the commit claimed no other lock.
    """

    commit: str
    claimed_at: int
    author: str
    message: str
    alone: bool = True
