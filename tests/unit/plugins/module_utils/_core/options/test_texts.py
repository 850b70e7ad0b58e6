# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of options: what no program takes is refused, and what is not UTF-8 can be printed."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.texts import (
    check_texts,
    encodable,
    texts_in,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption


def test_the_texts_of_a_value_at_any_depth() -> None:
    value = {"a": ["b", ("c", 1)], "d": {"e": {"f"}, "g": frozenset({"h"})}, "i": None}
    assert sorted(texts_in(value)) == list("abcdefghi")


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_text_that_no_program_takes_is_refused_by_the_name_of_its_option(text: str, deep: bool) -> None:
    given = [{"name": text}] if deep else text
    with pytest.raises(BadOption, match=r"^pools contains a NUL"):
        check_texts({"repo": "fine", "pools": given})


def test_bytes_of_a_file_name_that_are_not_utf_8_are_accepted() -> None:
    check_texts({"pool": "r\udcffd", "count": 1})


def test_what_is_not_utf_8_becomes_an_escape_at_any_depth() -> None:
    assert encodable({"r\udcffd": ["a", ("\udcff", 1)], "n": None}) == {r"r\xffd": ["a", [r"\xff", 1]], "n": None}
    assert encodable("a\0b") == r"a\x00b", "syslog takes no NUL"
