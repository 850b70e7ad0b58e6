# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON files of several lock repositories, as rounds write them beside their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ansible_collections.poolboy.concourse.plugins.plugin_utils._history.page_data import page_data
from ansible_collections.poolboy.concourse.plugins.plugin_utils._index.index import index

from .past_rounds import past_rounds
from .rounds import MADE, a_claim, a_cleaning, a_free_lock, a_look, a_release, a_round, iso

NOW = int(MADE.timestamp()) + 120
"""When the index is written, in seconds since 1970, UTC."""


def a_file(name: str, file: str = "locks", *, old_after: int = 60, history: Any = None, **changes: Any) -> Any:
    """Return the path and the content of the JSON file of a repository; `old_after` is in minutes."""
    told = a_round(name=name, **changes)
    data = page_data(told, page=f"{file}.html", old_after=old_after, history=history)
    return f"/srv/pools/{file}.json", data.encode()


def locks(**verdicts: int) -> list[dict[str, Any]]:
    """Return this number of locks of each verdict."""
    names = [(verdict, f"{verdict}-{number}") for verdict, count in verdicts.items() for number in range(count)]
    return [a_free_lock("aws", name) if verdict == "free" else a_claim("aws", name, verdict) for verdict, name in names]


def four_repositories() -> list[tuple[str, bytes]]:
    """Return four files: one round is old, one failed, one left locks behind, and one is as it should be."""
    released = [a_release("aws", "env-1"), a_release("aws", "env-2")]
    started = {"pool": "aws", "team": "main", "pipeline": "ci", "job": "up", "build": "1"}
    refused = {"step": "clean", "message": "The repository cannot be read: Connection refused."}
    history = past_rounds(a_round())
    return [
        a_file(
            "teams/locks",
            "teams",
            history=history,
            status=a_look(*locks(free=6, running=2, handed_off=1, manual=2, leaked=1)),
            clean=a_cleaning(released=released),
            trigger={"pools": [], "triggered": [started]},
        ),
        a_file(
            "data/warehouses",
            "data",
            history={"rounds": history["rounds"][:40]},
            status=a_look(*locks(free=9, running=3, held=1)),
            trigger={"pools": [], "triggered": []},
        ),
        a_file(
            "mobile/devices",
            "mobile",
            finished_at=iso(MADE - timedelta(hours=9)),
            history={"rounds": history["rounds"][30:80]},
            status=a_look(*locks(free=4, running=6, unreachable=1, failed=3)),
        ),
        a_file("platform/clusters", "platform", ok=False, failures=[refused], clean=None, status=None, history=history),
    ]


def an_index(files: list[tuple[str, bytes]] | None = None) -> str:
    """Return the index of these files, or of the four repositories, two minutes after their rounds."""
    return index(four_repositories() if files is None else files, now=NOW)
