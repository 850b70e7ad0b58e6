# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of one step of a round, as Ansible registers it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...module_utils._core.shared.text import printable


@dataclass(frozen=True)
class StepResult:
    """A registered result; empty for a step that has not run in this round."""

    fields: Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def has_run(self) -> bool:
        return bool(self.fields) and not self.fields.get("skipped", False)

    @property
    def has_failed(self) -> bool:
        return bool(self.fields.get("failed", False))

    @property
    def message(self) -> str:
        """The message of the task as one sentence on one line."""
        text = printable(" ".join(str(self.fields.get("msg", "")).split()))
        return text if text.endswith((".", "?")) else f"{text}."

    def entries(self, name: str) -> list[t.Any]:
        """Return a list of the result; empty if it is missing."""
        return list(self.fields.get(name) or ())

    def chosen(self, names: tuple[str, ...]) -> dict[str, t.Any]:
        """Return some fields: the others say how the module was called, and hold warnings and tracebacks."""
        return {name: value for name, value in self.fields.items() if name in names}


def read_results(value: object) -> dict[str, StepResult]:
    """Read a dictionary of registered results by step; a step that is not there has not run."""
    results = value if isinstance(value, Mapping) else {}
    return {name: StepResult(_of_loop(one)) for name, one in results.items() if isinstance(one, Mapping)}


def _of_loop(result: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
    """Return the result of a loop with the message of the first item that failed."""
    items = result.get("results")
    failed = next((one for one in items if one.get("failed")), None) if isinstance(items, list) else None
    return result if failed is None else {**result, "msg": failed.get("msg", "")}
