# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the part of Prometheus' text format that this collection writes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from ...module_utils._core.shared.text import printable
from .exposition import Labels

_SAMPLE = re.compile(r'(?P<name>[a-z_]+)\{(?P<labels>(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\} (?P<value>[0-9.e+]+)')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Previous:
    """The metrics of the previous round of a repository, by name and labels; empty if unknown."""

    values: dict[str, dict[Labels, float]] = field(default_factory=dict)

    def of(self, name: str) -> dict[Labels, float]:
        """Return all values of a metric."""
        return dict(self.values.get(name, {}))


def read_previous(text: str, repository: str) -> Previous:
    """Read the metrics of the same repository from the text of an earlier round.

    Unreadable lines and impossible values are skipped: Prometheus expects a counter to start at 0 after a loss.
    """
    values: dict[str, dict[Labels, float]] = {}
    for line in text.split("\n"):
        sample = _SAMPLE.fullmatch(line)
        if sample is None:
            continue
        labels = tuple((name, printable(_unescaped(value))) for name, value in _LABEL.findall(sample["labels"]))
        value = _number(sample["value"])
        if value is not None and ("repository", printable(repository)) in labels:
            values.setdefault(sample["name"], {})[labels] = value
    return Previous(values)


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], value)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
