# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of locks: what anybody may have written, and what a play gives."""

from __future__ import annotations

import builtins
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.content import (
    LARGEST_CONTENT,
    content_bytes,
    content_data,
    content_text,
    is_same,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.yaml_loader import load_yaml
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

scalars = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
contents = st.lists(values, max_size=4) | st.dictionaries(texts, values, max_size=4)


@given(contents)
def test_data_is_read_back(data: Any) -> None:
    content = content_bytes(data)
    assert content is not None
    text = content_text(content)
    assert text is not None
    assert json.dumps(content_data(text)) == json.dumps(data)
    assert content_data(json.dumps(data)) == data
    assert is_same(json.dumps(data, indent=3).encode(), content)


def test_data_is_yaml_that_people_can_read() -> None:
    data = {"url": "https://env-7.example.com", "names": ["grün", "1", "no"], "none": None, "empty": ""}
    assert content_bytes(data) == (
        "url: https://env-7.example.com\nnames:\n- grün\n- '1'\n- 'no'\nnone: null\nempty: ''\n".encode()
    )
    shared = ["x"]
    assert content_bytes({"a": shared, "b": shared}) == b"a:\n- x\nb:\n- x\n", "no aliases"


@pytest.mark.parametrize(
    ("text", "content"), [("", b""), ("a: [", b"a: ["), ("\tx\r\n", b"\tx\r\n"), ("\udcff", b"\xff"), (None, None)]
)
def test_a_text_is_written_as_it_is(text: str | None, content: bytes | None) -> None:
    assert content_bytes(text) == content


@pytest.mark.parametrize("given", [5, True, 1.5, object()])
def test_neither_text_nor_data(given: object) -> None:
    with pytest.raises(
        BadOption, match=r"^content: .* is neither a text, nor a mapping, nor a list. Put a text in quo"
    ):
        content_bytes(given)


@pytest.mark.parametrize("given", ["\ud800", [float("nan")], {"a": float("inf")}])
def test_what_a_file_or_json_cannot_hold(given: object) -> None:
    with pytest.raises(
        BadOption, match=r"^content has a text that is not Unicode, or a number that JSON does not have"
    ):
        content_bytes(given)


@pytest.mark.parametrize("given", ["x" * (LARGEST_CONTENT + 1), ["ü" * (LARGEST_CONTENT // 2)]])
def test_a_content_that_would_not_be_returned_is_refused(given: object) -> None:
    with pytest.raises(BadOption, match=r"^content is larger than 1 MiB: store it elsewhere"):
        content_bytes(given)


def test_the_largest_content() -> None:
    content = content_bytes("x" * LARGEST_CONTENT)
    assert content is not None
    assert len(content) == LARGEST_CONTENT
    large = json.dumps({str(number): "x" * 1000 for number in range(1000)})
    assert content_data(large) == json.loads(large)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("url: x\n", {"url": "x"}),
        ("- 1\n- a\n", [1, "a"]),
        ("[a, b]", ["a", "b"]),
        ("{a, b}", {"a": None, "b": None}),
        ('{"a": [1, 1.5, true, null]}', {"a": [1, 1.5, True, None]}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("base: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", {"base": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("until: 2026-11-29\nat: 2026-11-29T18:00:00Z\n", {"until": "2026-11-29", "at": "2026-11-29T18:00:00Z"}),
        ("2026-11-29: maintenance\n", {"2026-11-29": "maintenance"}),
        ("2: a\ntrue: b\nnull: c\n1.5: d\ne: f\n", {"2": "a", "true": "b", "null": "c", "1.5": "d", "e": "f"}),
        ("%YAML 1.2\n---\na: 1\n", {"a": 1}),
    ],
)
def test_what_contents_hold(text: str, data: object) -> None:
    assert json.dumps(content_data(text)) == json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        *("", "env-1", "just a text: with: colons", "5", '"a text"', "true", "null", "# a comment: only\n"),
        *("a:\n\t- tab\n", "a: [", "{", "a: *unknown", "- - - -\n -", "\0: 1", "a: 1\n---\nb: 2\n"),
        *("a: .nan\n", "a: .inf\n", "a: !!binary aGk=\n", "a: !!set {b}\n", "? [a]\n: b\n", "a: !!python/name:os.x\n"),
        *("a: !!int x\n", "a: !!int ''\n", "a: !!float ''\n", "a: !!bool x\n", "a: !!timestamp x\n", "!!map x: y\n"),
        *("a: !!timestamp 2026-11-29\n", "- " * 20_000, "[" * 20_000, '{"a":' * 20_000, "&a [*a]", "&a {b: *a}"),
        *("a: " + "9" * 5000, "a: 0x" + "f" * 5000, '{"a": "\\ud800"}', 'a: "\\ud800"'),
    ],
)
def test_what_holds_no_data(text: str) -> None:
    assert content_data(text) is None


def test_python_alone_reads_nan_as_json() -> None:
    assert content_data('{"a": NaN, "b": 1e999}') == {"a": "NaN", "b": "1e999"}, "as YAML reads it"


def laughs(form: Callable[[int], str], first: str) -> str:
    """The YAML of values that each have the one before several times."""
    return "\n".join([f"a0: &a0 {first}", *(f"a{number}: &a{number} {form(number - 1)}" for number in range(1, 12))])


@pytest.mark.parametrize(
    "text",
    [
        laughs(lambda number: f"[{', '.join([f'*a{number}'] * 9)}]", "x"),
        laughs(lambda number: f"{{{', '.join(f'k{key}: *a{number}' for key in range(9))}}}", "x"),
        f"a: &a {'x' * 500_000}\nb: [{'*a,' * 5_000}]",
        f"a: &a {'x' * 500_000}\nb: [{'{*a : 1},' * 1_000}]",
        f"a: &a {'9' * 4000}\nb: [{'*a,' * 5_000}]",
        f"&a [{'*a,' * 5_000}]",
    ],
    ids=["lists", "mappings", "texts", "keys", "numbers", "itself"],
)
def test_a_small_content_with_huge_data(text: str) -> None:
    assert len(text) < LARGEST_CONTENT
    began = time.process_time()
    assert content_data(text) is None
    assert time.process_time() - began < 20


def test_merge_keys_that_multiply() -> None:
    """PyYAML before 6.0.4 needs the limit."""
    text = laughs(lambda number: f"{{<<: [{', '.join([f'*a{number}'] * 9)}]}}", "{x: y}")
    assert content_data(text) in (None, {f"a{number}": {"x": "y"} for number in range(12)})
    merged = "a: &a {x: 1, y: 2}\nb: {<<: *a}\n"
    assert load_yaml(merged, 8) == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}}
    with pytest.raises(ValueError, match="merge keys multiply too much"):
        load_yaml(merged, 5)


@given(st.text(alphabet="ab1:-[]{}&*!<>#?|'\"\n\t ,.~%@\ud800\x00é", max_size=40))
def test_any_text_has_data_that_json_can_hold_or_none(text: str) -> None:
    data = content_data(text)
    assert data is None or isinstance(data, dict | list)
    json.dumps(data, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("content", [b"\xff", b"a: \xff\n", "ü".encode("utf-16")])
def test_a_content_that_is_not_utf_8(content: bytes) -> None:
    assert content_text(content) is None
    assert is_same(content, content)
    assert not is_same(content, b"a: 1")
    assert not is_same(b"a: 1", content)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"a: 1\nb: 2\n", b'{"b": 2, "a": 1}', True),
        (b"a: 1 # comment\n", b"a: 1\n", True),
        (b"[1, 2]", b"[2, 1]", False),
        (b"a: 1\n", b"a: true\n", False),
        (b"a: 1\n", b"a: 1.0\n", False),
        (b"a: 1\n", b"a: '1'\n", False),
        (b"a: 2026-11-29\n", b"a: '2026-11-29'\n", True),
        (b"x", b"x\n", False),
        (b"", b"{}\n", False),
        (b"{}", b"[]", False),
        (b"a: .nan\n", b"a: .nan \n", False),
    ],
)
def test_the_same_data(one: bytes, other: bytes, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_yaml(name: str, *rest: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", no_yaml)
    assert content_data('{"a": 1}') == {"a": 1}
    assert content_data("a text") is None
    with pytest.raises(
        BadOption, match=r"^A content that is not JSON needs PyYAML where the module runs: install it t"
    ):
        content_data("a: 1")
    with pytest.raises(BadOption, match=r"^content is data, which needs PyYAML where .*, or give content as text\.$"):
        content_bytes({"a": 1})
    assert content_bytes("a: 1") == b"a: 1"
