# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can become of a push."""

from __future__ import annotations

import enum


class PushOutcome(enum.StrEnum):
    """What became of a push. A refusal that waiting cannot mend is a RepositoryError instead."""

    ACCEPTED = "accepted"
    OVERTAKEN = "overtaken"
