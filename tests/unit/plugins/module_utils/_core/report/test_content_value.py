# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a lock's file in a result: short, printable, and only if the user wants it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.content_value import (
    MOST_CHARACTERS,
    MOST_LINES,
    content_value,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.status_result import status_result
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption

from .judged_locks import NOW, claimed, free


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"address: 10.0.3.7\n", "address: 10.0.3.7"),
        (b"  env:\r\n    region: eu\r\n\r\n", "  env:\n    region: eu"),
        ("größe: groß 🔒".encode(), "größe: groß 🔒"),
        (b"caf\xe9\ttab\x1b[31m\rback", "caf\\xe9\\ttab\\x1b[31m\\rback"),
        ("\u202eexe\u2028line".encode(), "\\u202eexe\\u2028line"),
        (b"", None),
        (b" \n\t\n", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0", None),
    ],
)
def test_what_a_file_says(content: bytes, text: str | None) -> None:
    assert content_value(content) == text


@pytest.mark.parametrize(
    ("content", "lines", "characters"),
    [
        (b"x\n" * (MOST_LINES + 1), MOST_LINES, 2 * MOST_LINES - 1),
        (b"y" * (MOST_CHARACTERS + 1), 1, MOST_CHARACTERS),
        (b"\xff" * MOST_CHARACTERS, 1, MOST_CHARACTERS),
        (b"z" * 100_000 + b"\nlast", 1, MOST_CHARACTERS),
    ],
)
def test_a_long_content_is_cut_and_says_so(content: bytes, lines: int, characters: int) -> None:
    text, _newline, note = (content_value(content) or "").rpartition("\n")
    assert note == f"… cut: the file has {len(content)} bytes"
    assert (len(text.split("\n")), len(text)) == (lines, characters)


@pytest.mark.parametrize("content", [b"x\n" * MOST_LINES, b"y" * MOST_CHARACTERS])
def test_a_content_that_just_fits_is_complete(content: bytes) -> None:
    assert content_value(content) == content.decode().rstrip()


@given(st.binary(max_size=3000))
def test_any_file_is_short_and_printable(content: bytes) -> None:
    text = content_value(content)
    lines = (text or "").split("\n")
    assert len(lines) <= MOST_LINES + 1
    assert all(line.isprintable() for line in lines)
    assert len(text or "") <= MOST_CHARACTERS + 60
    json.dumps(text, ensure_ascii=False).encode()


def test_a_result_has_the_contents_that_were_read() -> None:
    judged = [
        replace(one, lock=replace(one.lock, blob=blob))
        for one, blob in ((free("aws", "a"), "b1"), (claimed("aws", "b"), "b1"), (free("aws", "c"), "b2"))
    ]
    pools = [PoolOption("aws", PoolPolicy())]
    read = status_result(Snapshot("tip", "main", ("aws",)), pools, judged, NOW, {"b1": "note"})
    assert [lock["content"] for lock in read["locks"]] == ["note", "note", None]
    unread = status_result(Snapshot("tip", "main", ("aws",)), pools, judged, NOW)
    assert [lock["content"] for lock in unread["locks"]] == [None, None, None]
