# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rounds of the resource pool-boy, as the page, the metrics and the report show them."""

from __future__ import annotations

from datetime import UTC, datetime

from ...module_utils._resource.pool_boy import RoundResults
from .._round.build import RoundBuilder
from .._round.settings import RoundSettings
from .._round.step_result import read_results


def build_round(done: RoundResults) -> RoundBuilder:
    """Return a round from the results of its steps."""
    options = done.options
    settings = RoundSettings(
        name=options["name"],
        repo=options["repo"],
        pools=options["pools"],
        unreachable_ok=options["unreachable_ok"],
        check_mode=done.dry_run,
        started=_time(done.started),
        finished=_time(done.finished),
    )
    return RoundBuilder(settings, read_results(done.results))


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
