# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(a) The first run on a repository, with an empty cache, against a clone and two `git log -1` for each claim."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial

from ..finding import Finding
from ..look_process import run_look
from ..pairs import alternate
from ..repositories import Generated
from ..workshop import Transport, Workshop
from .clone_and_log import CloneAndLog

GOAL = 0.1


def measure(workshop: Workshop) -> Iterator[Finding]:
    repository = workshop.repository(workshop.sizes.long_history)
    baseline = CloneAndLog(workshop, repository)
    for transport in workshop.transports():
        pairs = alternate(
            partial(_look, workshop, transport, repository),
            partial(baseline.seconds, transport),
            pairs=workshop.sizes.pairs,
            warm_up=0,  # the repository's files are in the page cache
        )
        yield Finding(
            bench="a",
            what=f"cold status, {transport.name}, against clone + 2 logs a claim",
            values=pairs.ratios,
            goal=GOAL,
            ours=pairs.ours,
            theirs=pairs.theirs,
            details={
                "clone_seconds": statistics.median(baseline.clone_seconds[-len(pairs.theirs) :]),
                "logs_seconds_scaled_up": statistics.median(baseline.log_seconds[-len(pairs.theirs) :]),
            },
        )


def _look(workshop: Workshop, transport: Transport, repository: Generated) -> float:
    return run_look(transport, workshop.fresh_path("cache"), repository)
