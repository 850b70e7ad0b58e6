# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' text format, written.

The format is that of https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...module_utils._core.shared.text import printable

Labels = tuple[tuple[str, str], ...]

# What Ansible writes for a secret. A name that contains it is not known, and others may have become the same.
_HIDDEN = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********")


class Kind(enum.StrEnum):
    """The type of a metric."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass
class Metric:
    """A metric that is being gathered, label by label; `meaning` is one sentence without line breaks.

    Every value carries the label `repository` first.
    """

    name: str
    kind: Kind
    meaning: str
    repository: str
    values: dict[Labels, float] = field(default_factory=dict)

    def set(self, value: float, **labels: str) -> None:
        """Set one value."""
        self.values[self._key(labels)] = value

    def raise_to(self, value: float, **labels: str) -> None:
        """Let one value be at least `value`."""
        key = self._key(labels)
        self.values[key] = max(value, self.values.get(key, value))

    def add(self, amount: float, **labels: str) -> None:
        """Add to one value, which starts at 0."""
        key = self._key(labels)
        self.values[key] = self.values.get(key, 0) + amount

    def _key(self, labels: Mapping[str, str]) -> Labels:
        return tuple((name, printable(value)) for name, value in (("repository", self.repository), *labels.items()))


def exposition(metrics: Iterable[Metric]) -> str:
    """Return the text of all metrics that have values, each sorted by its labels; none with a hidden label."""
    texts = (_metric_text(metric) for metric in metrics)
    return "".join(text for text in texts if text)


def _metric_text(metric: Metric) -> str:
    shown = [(labels, value) for labels, value in sorted(metric.values.items()) if not _is_hidden(labels)]
    if not shown:
        return ""
    lines = [f"# HELP {metric.name} {metric.meaning}", f"# TYPE {metric.name} {metric.kind}"]
    lines += [f"{metric.name}{_labels_text(labels)} {_number(value)}" for labels, value in shown]
    return "".join(f"{line}\n" for line in lines)


def _is_hidden(labels: Labels) -> bool:
    return any(mark in value for name, value in labels if name != "repository" for mark in _HIDDEN)


def _labels_text(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    """Whole numbers are written without a point, as a person would."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
