# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What concourse_pool_status returns."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..pool.snapshot import Snapshot
from ..verdict.judge import JudgedLock
from ..verdict.pool_options import PoolOption
from .problems import problems_of
from .table import report_lines
from .values import lock_value, pool_values, problem_values

NOT_READ: Mapping[str, str | None] = MappingProxyType({})


def status_result(
    snapshot: Snapshot,
    pools: Sequence[PoolOption],
    judged: Sequence[JudgedLock],
    now: int,
    contents: Mapping[str, str | None] = NOT_READ,
) -> dict[str, t.Any]:
    """Return the result of the module; `now` is in seconds since 1970, UTC.

    `contents` are the contents of the locks' files to show, by the names of git's objects.
    """
    names = [pool.name for pool in pools]
    problems = problems_of(snapshot, judged, names)
    return {
        "locks": [lock_value(one, now, contents.get(one.lock.blob)) for one in judged],
        "pools": pool_values(names, judged, now),
        "problems": problem_values(problems),
        "report": report_lines(judged, names, problems, now),
        "commit": snapshot.commit,
    }
