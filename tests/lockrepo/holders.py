# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The holder of a generated lock, described independently of the product's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Build:
    """A build that claims locks: `name` is the number within its job (`12`, a re-run `12.3`), `id` is unique."""

    team: str
    pipeline: str
    job: str
    name: str
    id: int
    base_url: str
    instance_vars: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ExpectedHolder:
    """The holder that a claim's message names; fields that the message does not name are None.

    `build`: a build of a pool resource. `unnamed`: a pool resource without a build. `person`: anything else.
    `untyped`: the message has the `instance_vars` as Concourse 8.0 wrote them, top level only, each as Go's `%v`; the
    expected text is `go_text(value)` of each.
    """

    kind: Literal["build", "person", "unnamed"]
    team: str | None = None
    pipeline: str | None = None
    job: str | None = None
    build: str | None = None
    build_id: int | None = None
    base_url: str | None = None
    instance_vars: Mapping[str, Any] | None = None
    untyped: bool = False


PERSON = ExpectedHolder("person")
UNNAMED = ExpectedHolder("unnamed")


def go_text(value: Any) -> str:
    """Return a JSON value as Go's `%v` prints it: `map[a:b]`, `[x y]`, `true`, `9000`, `<nil>`, text without quotes."""
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)
