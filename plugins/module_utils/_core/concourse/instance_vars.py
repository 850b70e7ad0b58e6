# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance variables of pipelines, in the three forms in which claims carry them.

Facts: atc/pipeline.go and vars/variables.go (query form), atc/exec/step_metadata.go (BUILD_URL of 8.0 and 8.1).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import parse_qsl

_MEANS_SOMETHING = "#&+%;"  # in the query of a URL


def compact_json(value: object) -> str:
    """Return instance variables as the one text by which they are compared and asked for: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_query(query: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Read the query of a build's URL.

    Returns the variables as compact JSON, None where a value is no JSON (the form of 8.0.0 to 8.0.2, which lost the
    types), and the same variables untyped: pairs of dotted name and raw text. ("", ()) when there are none.
    """
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if _is_variable(name)]
    try:
        typed: dict[str, t.Any] = {}
        for name, value in pairs:
            _put(typed, name, json.loads(value))
        return (compact_json(typed) if typed else ""), _untyped(pairs)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None, _untyped(pairs)


def matches_untyped(instance_vars: str | None, untyped: Iterable[tuple[str, str]]) -> bool:
    """Whether a pipeline's variables, written as Concourse 8.0 wrote them, give these texts."""
    if instance_vars is None:
        return False
    return {name: _as_go_prints(value) for name, value in json.loads(instance_vars).items()} == dict(untyped)


def is_garbled_untyped(instance_vars: str | None) -> bool:
    """Whether Concourse 8.0 wrote a pipeline's variables so that they read otherwise: it escaped nothing."""
    values = {} if instance_vars is None else json.loads(instance_vars)
    return any(character in _as_go_prints(value) for value in values.values() for character in _MEANS_SOMETHING)


def _is_variable(name: str) -> bool:
    return name == "vars" or name.startswith("vars.")


def _untyped(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((".".join(_split_reference(name)[1:]), value) for name, value in pairs))


def _put(variables: dict[str, t.Any], name: str, value: t.Any) -> None:
    """Set one variable: `vars` is the whole object, `vars.a.b` a leaf."""
    path = _split_reference(name)[1:]
    if not path:
        variables.update(value)
        return
    for segment in path[:-1]:
        variables = variables.setdefault(segment, {})
    variables[path[-1]] = value


def _split_reference(reference: str) -> list[str]:
    """Split a dotted reference at the dots outside double quotes, and drop the quotes."""
    segments, quoted = [""], False
    for character in reference:
        if character == '"':
            quoted = not quoted
        elif character == "." and not quoted:
            segments.append("")
        else:
            segments[-1] += character
    return segments


def _as_go_prints(value: t.Any) -> str:
    """Write a JSON value as Go's `%v` does: every number is a float64, a map is `map[a:1 b:2]`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _as_go_prints_float(float(value))
    if isinstance(value, list):
        return f"[{' '.join(_as_go_prints(item) for item in value)}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{_as_go_prints(value[name])}' for name in sorted(value))}]"
    return str(value)


def _as_go_prints_float(number: float) -> str:
    """The shortest digits that give the number; with an exponent below 1e-4 and from 1e+06 on (tried with Go 1.26)."""
    shortest = Decimal(repr(number)).normalize()
    sign, digits, exponent = shortest.as_tuple()
    power = len(digits) + int(exponent) - 1
    if not number or -4 <= power < 6:
        return f"{shortest:f}"
    first, rest = str(digits[0]), "".join(str(digit) for digit in digits[1:])
    return f"{'-' if sign else ''}{first}{'.' if rest else ''}{rest}e{power:+03d}"
