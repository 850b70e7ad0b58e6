# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a round that cannot be written, each with a sentence for a person; known before its first step."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import dirname

from .model import Failure
from .settings import RoundSettings


def unwritable_files(settings: RoundSettings) -> Iterator[Failure]:
    """Yield a failure of the step that writes it for each file that cannot be written; one for a folder of a step."""
    told: set[tuple[str, str]] = set()
    for step, subject, file in _named_files(settings):
        found = settings.unwritable.get(file)
        if found is None:
            continue
        state, _blank, place = found.partition(" ")
        kind, _colon, user = state.partition(":")
        where = place if kind == "folder" else dirname(place) or "."
        if (step, where) not in told:
            told.add((step, where))
            yield Failure(step, f"{subject} is {file}, {_obstacle(kind, user, where)}.")


def _named_files(settings: RoundSettings) -> Iterator[tuple[str, str, str]]:
    """Yield the step that writes it, the subject of a sentence and the name of each file."""
    beside = settings.data_file if settings.data_file in settings.page_files else ""
    named = (
        ("page", "pool_boy_page_file", settings.page_file),
        ("page", "The JSON beside pool_boy_page_file", beside),
        ("page", "pool_boy_index_file", settings.index_file),
        ("metrics", "pool_boy_metrics_file", settings.metrics_file),
        ("notify", "pool_boy_state_file", settings.state_file),
    )
    yield from (one for one in named if one[-1] in settings.output_files)


def _obstacle(kind: str, user: str, where: str) -> str:
    if kind == "folder":
        return "which is a folder: name a file in it"
    if kind == "missing":
        return f"but the user {user} finds no folder {where}: create it, or name another file"
    return f"but the user {user} cannot write to the folder {where}: let it, or name another file"
