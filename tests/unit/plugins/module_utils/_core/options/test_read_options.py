# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that come as JSON: types, choices, defaults, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.read_options import read_options
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

SPEC: dict[str, dict[str, Any]] = {
    "text": {"type": "str"},
    "file": {"type": "path", "default": "/x"},
    "number": {"type": "int", "default": 5},
    "flag": {"type": "bool", "default": True},
    "names": {"type": "list", "elements": "str", "default": []},
    "map": {"type": "dict", "default": {}},
    "anything": {"type": "raw"},
    "choice": {"type": "str", "choices": ["a", "b"], "default": "a"},
    "choices": {"type": "list", "elements": "str", "choices": ["a", "b"], "default": []},
    "secret": {"type": "int", "no_log": True},
}


def test_what_is_not_given_has_its_default() -> None:
    empty = read_options({"text": "", "number": None, "names": [], "map": {}}, SPEC)
    assert empty == read_options({}, SPEC) == {name: option.get("default") for name, option in SPEC.items()}


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("text", 7, "7"),
        ("number", "7", 7),
        ("number", 0, 0),
        ("flag", "no", False),
        ("flag", False, False),
        ("names", "a, b", ["a", "b"]),
        ("names", ["a", 7], ["a", "7"]),
        ("map", {"a": 1}, {"a": 1}),
        ("anything", [{"a": 1}], [{"a": 1}]),
        ("choice", "b", "b"),
        ("choices", "a,b", ["a", "b"]),
    ],
)
def test_what_is_given(name: str, given: object, read: object) -> None:
    assert read_options({name: given}, SPEC)[name] == read


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("text", ["a"], "text is \"['a']\", which is not a text"),
        ("text", True, "not a text"),
        ("file", {"a": 1}, "not a path"),
        ("number", "7.5", "number is '7.5', which is not a whole number"),
        ("number", True, "not a whole number"),
        ("flag", "maybe", "flag is 'maybe', which is not true or false"),
        ("names", {"a": 1}, "not a list of texts"),
        ("names", [["a"]], "not a list of texts"),
        ("map", "a=1", "not a mapping"),
        ("choice", "c", "choice is 'c', but must be one of: a, b"),
        ("choices", ["a", "c"], "choices is 'c', but must be one of: a, b"),
        ("other", 1, "other is not an option. Options are: anything, choice"),
    ],
)
def test_what_is_refused(name: str, given: object, words: str) -> None:
    with pytest.raises(BadOption) as refused:
        read_options({name: given}, SPEC)
    assert words in str(refused.value)


def test_a_secret_is_not_shown() -> None:
    with pytest.raises(BadOption, match=r"^secret is not a whole number\.$"):
        read_options({"secret": "hunter2"}, SPEC)


def test_a_missing_option_is_named() -> None:
    with pytest.raises(BadOption, match="text is missing"):
        read_options({}, {"text": {"type": "str", "required": True}})
