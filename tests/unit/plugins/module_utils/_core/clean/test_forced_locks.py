# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the option `force`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.forced_locks import read_force
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

ENV_6 = {"lock": "aws/env-6", "commit": "7000aa5c"}


@pytest.mark.parametrize("nothing", [None, "", " ", [], {}, "[]"])
def test_nothing_is_forced(nothing: Any) -> None:
    assert read_force(nothing) == {}


def test_a_list_or_its_json() -> None:
    other = {"lock": "gcp/\u00e9", "commit": "70001234"}
    assert read_force([ENV_6, other, ENV_6]) == {"aws/env-6": "7000aa5c", "gcp/\u00e9": "70001234"}
    assert read_force('[{"lock": "aws/env-6", "commit": "7000aa5c"}]') == {"aws/env-6": "7000aa5c"}


WRONG: list[tuple[Any, str]] = [
    ("aws/env-6", "aws/env-6 is not a list"),
    ('[{"lock": ', '[{"lock":  is not a list'),
    (True, "True is not a list"),
    (ENV_6, "{'lock': 'aws/env-6', 'commit': '7000aa5c'} is not a list"),
    ("7000", "7000 is not a list"),
    (["lock=aws/env-6 commit=7000aa5c"], "lock=aws/env-6 commit=7000aa5c is not a mapping with lock and commit"),
    ([[ENV_6]], "[{'lock': 'aws/env-6', 'commit': '7000aa5c'}] is not a mapping with lock and commit"),
    ([{}], "{} has no lock"),
    ([{"lock": "aws/env-6", "commit": None}], "{'lock': 'aws/env-6'} has no commit"),
    ([{**ENV_6, "commit": 70001234}], "commit 70001234 is not a text, so put it in quotes"),
    ([{**ENV_6, "lock": 6}], "lock 6 is not a text, so put it in quotes"),
    ([{**ENV_6, "pool": "aws", "\x1b": 1}], "unknown key \\x1b, pool"),
    ([ENV_6, {**ENV_6, "commit": "d0850b46"}], "lock aws/env-6 is named with two commits"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[words for _wrong, words in WRONG])
def test_a_wrong_form(wrong: Any, words: str) -> None:
    with pytest.raises(BadOption) as refused:
        read_force(wrong)
    assert str(refused.value) == (f'force: {words}; write it as force: [{{lock: aws/env-6, commit: "7000aa5c..."}}].')


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["lock", "commit"]) | st.text(), inner),
    max_leaves=6,
)


@given(VALUES)
def test_any_value_is_read_or_answered_in_one_line(value: Any) -> None:
    try:
        found = read_force(value)
    except BadOption as refused:
        message = str(refused)
    else:
        assert all(isinstance(one, str) for pair in found.items() for one in pair)
        return
    assert "\n" not in message
    assert len(message) < 300
