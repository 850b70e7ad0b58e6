# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(e) The peak memory of the first run of (a)."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..look_process import run_look
from ..workshop import Workshop
from .memory import TreeMemory

GOAL = 150.0
MEGABYTE = 10**6


def measure(workshop: Workshop) -> Iterator[Finding]:
    """Measure the memory; over file:// the server side (upload-pack, pack-objects) is a child and counts too."""
    repository = workshop.repository(workshop.sizes.long_history)
    for transport in workshop.transports():
        runs = []
        for _run in range(workshop.sizes.memory_runs):
            memory = TreeMemory()
            run_look(transport, workshop.fresh_path("cache"), repository, watch=memory.watch)
            runs.append(memory)
        programs = {name for run in runs for name in run.by_command}
        details = {name: max(run.by_command.get(name, 0) for run in runs) / MEGABYTE for name in sorted(programs)}
        for what, values in (
            ("largest process", [run.largest / MEGABYTE for run in runs]),
            ("all processes at a time", [run.together / MEGABYTE for run in runs]),
        ):
            yield Finding(
                bench="e",
                what=f"memory of a cold status, {transport.name}, {what}",
                values=values,
                unit="MB",
                goal=GOAL,
                details=details,
            )
