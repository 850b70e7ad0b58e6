# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each message that the guides to troubleshooting quote is one of the plugins, word by word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from docutils import nodes

from ansible_collections.poolboy.concourse.tests.functional.environment.guide import read_guide
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT

GUIDES = ("troubleshooting.rst", "troubleshooting_access.rst")
# Stands in the guide for what differs from case to case.
GAP = "..."
# Ansible's own words.
OF_ANSIBLE = {
    "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
    "[WARNING]: No inventory was parsed, only implicit localhost is available",
    "skipping:",
}
MIN_QUOTES = 45


@cache
def texts() -> str:
    """Return all texts of the plugins, one on each line; a value in a text is a NUL."""
    found = []
    for file in (CHECKOUT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("".join(_part(part) for part in node.values))
    return "\n".join(re.sub(r"\{\w+\}", "\0", text).replace("\n", " ") for text in found)


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "\0"


def quotes() -> Iterator[str]:
    """Yield what the first columns of the tables quote."""
    rows = (row for name in GUIDES for row in read_guide(name).findall(nodes.row))
    for row in rows:
        if not isinstance(row.parent, nodes.thead):
            yield from (literal.astext() for literal in row[0].findall(nodes.literal))


def is_said(quote: str) -> bool:
    """Return whether a text of the plugins has these words, with values at the gaps between them."""
    words = quote.removeprefix(GAP).removesuffix(GAP).strip(" ")
    pieces = [re.escape(piece) for piece in words.split(GAP)]
    return re.search(r"\0(?:[^\n]*\0)?".join(pieces), texts()) is not None


def test_each_quoted_message_is_one_of_the_plugins() -> None:
    quoted = [quote for quote in quotes() if quote not in OF_ANSIBLE]
    assert len(quoted) > MIN_QUOTES
    assert [quote for quote in quoted if not is_said(quote)] == []


def test_other_words_are_found_out() -> None:
    assert is_said("The host key of ... is not known:")
    assert not is_said("The host key of ... is unknown:")
    assert not is_said("The host key ... is not known:")
    assert not is_said("The host key of ... is ... known:")
