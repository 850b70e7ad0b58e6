# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that is safe for terminals and JSON."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import (
    printable,
    quoted,
    shortened,
    valid_unicode,
)

# Every character there is, and the lone surrogates by which Python carries bytes that are no UTF-8.
ANY = st.text(st.characters(), max_size=60)
ACTED_ON = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("env-1 ü 日本 é", "env-1 ü 日本 é"),
        ("two\nlines\ttab\r", "two\\nlines\\ttab\\r"),
        ("\x1b[31mred\x07\x7f", "\\x1b[31mred\\x07\\x7f"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb\u200bc\ufeff", "a\\u202eb\\u200bc\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("\U000e0041", "\\U000e0041"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\x00", "\\x00"),
    ],
)
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "''"),
        ("env 1", "'env 1'"),
        ("\x1b[2J\\", "'\\x1b[2J\\'"),
        ("it's", '"it\'s"'),
        ("['a', \"b\"]", "'['a', \"b\"]'"),
    ],
)
def test_quotation_marks_leave_escapes_as_they_are(text: str, shown: str) -> None:
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abc\x1b", 6, "abc\\x…"),
        ("abc\n", 5, "abc\\n"),
        ("\n" * 1_000_000, 8, "\\n\\n\\n\\…"),
        ("abc", 1, "…"),
    ],
)
def test_long_text_is_cut(text: str, limit: int, shown: str) -> None:
    assert printable(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("", 3, ""),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc…fg"),
        ("abcdefg", 3, "a…g"),
        ("teams/main/deploy 1234", 12, "teams/… 1234"),
        ("a\n\n\nz", 6, "a\\n…nz"),
        ("a" + "\n" * 1_000_000 + "z", 6, "a\\n…nz"),
    ],
)
def test_long_text_is_cut_in_the_middle(text: str, limit: int, shown: str) -> None:
    assert shortened(text, limit) == shown


@given(ANY, st.none() | st.integers(1, 40))
def test_no_control_character_is_printed(text: str, limit: int | None) -> None:
    shown = printable(text, limit)
    assert not {unicodedata.category(character) for character in shown} & ACTED_ON
    assert limit is None or len(shown) <= limit
    assert printable(shown) == shown


@given(ANY, st.integers(3, 40))
def test_shortened_text_uses_the_whole_limit(text: str, limit: int) -> None:
    shown, whole = shortened(text, limit), printable(text)
    assert len(shown) <= limit
    assert not {unicodedata.category(character) for character in shown} & ACTED_ON
    assert (shown == whole) == (len(whole) <= limit)
    if len(whole) > limit:
        assert len(shown) == limit
        assert whole.startswith(shown.partition("…")[0])


@given(ANY)
def test_valid_unicode_can_be_encoded_and_keeps_what_is_valid(text: str) -> None:
    valid = valid_unicode(text)
    valid.encode("utf-8")
    assert json.loads(json.dumps(valid, ensure_ascii=False)) == valid
    assert valid_unicode(valid) == valid
    assert [one for one in text if not "\ud800" <= one <= "\udfff"] == [one for one in text if one in valid]


def test_valid_unicode_leaves_control_characters() -> None:
    assert valid_unicode("a\x1b\n\udcff") == "a\x1b\n\\xff"
