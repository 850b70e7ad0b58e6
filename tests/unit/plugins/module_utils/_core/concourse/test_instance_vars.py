# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance variables in the query of a URL, and as Concourse 8.0 printed them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.instance_vars import (
    compact_json,
    matches_untyped,
    read_query,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"ü": "日本", "q": '"'}, '{"q":"\\"","ü":"日本"}'),
        ({"z": {"y": 1, "x": 2.5}}, '{"z":{"x":2.5,"y":1}}'),
    ],
)
def test_compact_json_has_sorted_keys_no_spaces_and_characters_as_they_are(value: object, text: str) -> None:
    assert compact_json(value) == text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("", ())),
        ("other=1&vars_x=2&varsity=3", ("", ())),
        ("vars.a=1&other=x", ('{"a":1}', (("a", "1"),))),
        ("vars.a=x", (None, (("a", "x"),))),
        ("vars.a=1&vars.b=x", (None, (("a", "1"), ("b", "x")))),
        ("vars=[1]", (None, (("", "[1]"),))),
        ("vars=7", (None, (("", "7"),))),
        ("vars.a=1&vars.a.b=2", (None, (("a", "1"), ("a.b", "2")))),
        ("vars.a+b=1", ('{"a b":1}', (("a b", "1"),))),
    ],
)
def test_the_query_of_a_url(query: str, expected: tuple[str | None, tuple[tuple[str, str], ...]]) -> None:
    assert read_query(query) == expected


NAMES = st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=1, max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VARIABLES = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES | st.lists(LEAVES, max_size=3), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    min_size=1,
    max_size=4,
)


def _query_parts(variables: Mapping[str, Any], above: str = "vars") -> Iterator[str]:
    """Write variables as Concourse 8.1 does (atc/pipeline.go, vars/variables.go)."""
    for name, value in variables.items():
        path = f'{above}."{name}"' if set(name) & set(",.:/ ") else f"{above}.{name}"
        if isinstance(value, Mapping):
            yield from _query_parts(value, path)
        else:
            yield f"{quote_plus(path)}={quote_plus(json.dumps(value))}"


@given(VARIABLES)
def test_what_concourse_writes_is_what_is_read(variables: dict[str, Any]) -> None:
    typed, _untyped = read_query("&".join(_query_parts(variables)))
    assert typed == compact_json(variables)
    assert read_query(f"vars={quote_plus(json.dumps(variables))}")[0] == compact_json(variables)


# How Go prints a value with %v after it has read it from JSON: every number as a float64.
PRINTED: list[tuple[Any, str]] = [
    ("HAL", "HAL"),
    ("", ""),
    ("9000", "9000"),
    (9000, "9000"),
    (0, "0"),
    (-3, "-3"),
    (True, "true"),
    (False, "false"),
    (None, "<nil>"),
    (999_999, "999999"),
    (1_000_000, "1e+06"),
    (20_260_101, "2.0260101e+07"),
    (-1_234_567, "-1.234567e+06"),
    (123_456.5, "123456.5"),
    (1e21, "1e+21"),
    (1e100, "1e+100"),
    (2.5, "2.5"),
    (1.0, "1"),
    (0.0001, "0.0001"),
    (0.00001, "1e-05"),
    (0.000012, "1.2e-05"),
    (0.1 + 0.2, "0.30000000000000004"),
    ([], "[]"),
    (["a", 1, True, None], "[a 1 true <nil>]"),
    ({}, "map[]"),
    ({"b": 1, "a": {"c": "x y"}}, "map[a:map[c:x y] b:1]"),
]


@pytest.mark.parametrize(("value", "text"), PRINTED)
def test_variables_as_concourse_8_0_printed_them(value: Any, text: str) -> None:
    assert matches_untyped(compact_json({"x": value}), (("x", text),))
    assert not matches_untyped(compact_json({"x": value}), (("x", f"{text}!"),))


@pytest.mark.parametrize(
    ("variables", "untyped"),
    [
        (None, (("a", "1"),)),
        (None, ()),
        ('{"a":1}', ()),
        ('{"a":1}', (("a", "1"), ("b", "2"))),
        ('{"a":1,"b":2}', (("a", "1"),)),
        ('{"a":1}', (("b", "1"),)),
        ('{"a":true}', (("a", "True"),)),
        ('{"a":1.5}', (("a", "1.50"),)),
    ],
)
def test_variables_that_do_not_fit(variables: str | None, untyped: tuple[tuple[str, str], ...]) -> None:
    assert not matches_untyped(variables, untyped)


def test_all_variables_must_fit() -> None:
    assert matches_untyped('{"a":1,"b":"x"}', (("b", "x"), ("a", "1")))
