# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the module concourse_pool_status that the other modules do not load."""

from __future__ import annotations

from .module import PoolModule


class StatusModule(PoolModule):
    """The module concourse_pool_status."""

    @property
    def fail_on(self) -> frozenset[str]:
        """The verdicts with which the module fails."""
        return frozenset(self._options["fail_on"])
