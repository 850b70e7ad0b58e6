# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release, as a change of the lock repository."""

from __future__ import annotations

from dataclasses import dataclass

from ..pool.lock import Lock


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """A claimed lock whose file moves to unclaimed/ of the target pool, in a commit with this message."""

    lock: Lock
    target: str
    message: str
