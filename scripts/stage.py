# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command of ``make test``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scripts.checkout import CHECKOUT


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One test command. ``obstacle`` is the reason why it cannot run here.

    ``reports`` is the JUnit file, or the folder of JUnit files, that it must write. ``skips_count``: whether a skip
    counts as a missing test (for ansible-test sanity most skips are checks without a matching file). ``when_alone``
    are further arguments if no other stage runs at the same time. Stages with the same ``workplace`` never do.
    """

    name: str
    command: Sequence[str] = ()
    folder: Path = CHECKOUT
    variables: Mapping[str, str] = field(default_factory=dict)
    obstacle: str = ""
    reports: Path | None = None
    skips_count: bool = True
    when_alone: Sequence[str] = ()
    workplace: Path | None = None


def in_background(stage: Stage) -> Stage:
    """Return the stage with a low priority, so that it hardly slows the tests that run at the same time."""
    return replace(stage, command=["nice", "-n", "10", *stage.command])
