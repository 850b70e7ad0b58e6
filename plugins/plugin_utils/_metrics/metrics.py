# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a round. Private to the collection."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.counters import counters
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.exposition import exposition
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.lock_gauges import lock_gauges
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.previous import read_previous
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.round_gauges import (
    feeding_gauges,
    round_gauges,
)
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.round import Round


def metrics_text(told: Round, previous: str) -> str:
    """Return the metrics in Prometheus' text format; `previous` is this text of the last round, or empty."""
    before = read_previous(previous, told.name)
    return exposition([*lock_gauges(told), *feeding_gauges(told), *round_gauges(told, before), *counters(told, before)])
