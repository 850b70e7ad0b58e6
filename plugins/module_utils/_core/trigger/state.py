# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a pool after a run of the trigger; plan.py decides on it."""

from __future__ import annotations

import enum


class TriggerState(enum.StrEnum):
    """The state of a pool after a run, as docs/docsite/rst/triggering.rst defines it."""

    SATISFIED = "satisfied"
    TRIGGERED = "triggered"
    WAITING = "waiting"
    STUCK = "stuck"
    LIMITED = "limited"
    FAILED = "failed"
