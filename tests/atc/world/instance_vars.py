# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instance variables in a query: `vars=<JSON object>`, or `vars.a.b=<JSON>` for each leaf, or both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from .entities import JsonObject

SEGMENT = re.compile(r'"([^"]*)"|([^."]+)')


def parse(query: Mapping[str, list[str]]) -> JsonObject | None:
    """Return the variables, or None; raise ValueError where Concourse returns 400 (atc/pipeline.go)."""
    given = {name: values[0] for name, values in query.items() if name == "vars" or name.startswith("vars.")}
    if not given:
        return None
    found: JsonObject = {}
    for name in sorted(given):
        value = json.loads(given[name])
        if name == "vars":
            if not isinstance(value, dict):
                raise ValueError("vars is not an object")
            found = value
        else:
            _put(found, [quoted or plain for quoted, plain in SEGMENT.findall(name)][1:], value)
    return found


def to_query(instance_vars: JsonObject) -> str:
    """Return the dotted form, sorted and encoded, as in Concourse's links."""
    return urlencode(sorted((f"vars.{name}", _compact(value)) for name, value in _leaves(instance_vars)))


def _put(target: JsonObject, names: list[str], value: object) -> None:
    for name in names[:-1]:
        target = target.setdefault(name, {})
        if not isinstance(target, dict):
            raise ValueError(f"{name} is not an object")
    target[names[-1]] = value


def _leaves(value: JsonObject, prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, inner in value.items():
        reference = prefix + (f'"{name}"' if re.search(r"[,.:/ ]", name) else name)
        found += _leaves(inner, f"{reference}.") if isinstance(inner, dict) else [(reference, inner)]
    return found


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
