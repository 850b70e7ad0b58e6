# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a round."""

from __future__ import annotations

from .._round.model import Round
from .counters import counters
from .exposition import exposition
from .lock_gauges import lock_gauges
from .previous import read_previous
from .round_gauges import round_gauges, trigger_gauges


def metrics_text(round_: Round, previous: str) -> str:
    """Return the metrics in Prometheus' text format; `previous` is this text of the last round, or empty."""
    before = read_previous(previous, round_.name)
    return exposition(
        [*lock_gauges(round_), *trigger_gauges(round_), *round_gauges(round_, before), *counters(round_, before)]
    )
