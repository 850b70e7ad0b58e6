# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who releases are from."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import Author, parse_author


@pytest.mark.parametrize(
    ("text", "author"),
    [
        (DEFAULT_AUTHOR, Author("poolboy.concourse", "poolboy@localhost")),
        (" Zoë O'Hara  <zoe+ci@example.com> ", Author("Zoë O'Hara", "zoe+ci@example.com")),
        ("x<y>", Author("x", "y")),
        ("a b, c. (d) <a@[::1]>", Author("a b, c. (d)", "a@[::1]")),
    ],
)
def test_a_name_and_an_address(text: str, author: Author) -> None:
    assert parse_author(text) == author


@pytest.mark.parametrize(
    "text",
    [
        *("", "Zoë", "<zoe@example.com>", " <zoe@example.com>", "Zoë <>", "Zoë zoe@example.com", "Zoë <a b>"),
        *("a <b> <c>", "a <b> c", "a\nb <c>", "a <b>\n\nc <d>", "a\0 <b>", "a <b\0>", "a\x7f <b>", "a > b <c>"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match=r"git_author is .*: give a name and a mail address") as caught:
        parse_author(text)
    assert str(caught.value).isprintable()
