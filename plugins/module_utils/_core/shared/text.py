# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from repositories and servers, made safe for terminals and JSON."""

from __future__ import annotations

import typing as t
import unicodedata
from collections.abc import Sequence

# Control, format (right-to-left marks too), surrogate, private, unassigned, line and paragraph separator.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def printable(text: str, limit: int | None = None) -> str:
    """Return the text on one line, with each character that a terminal acts on as an escape.

    Bytes that are not UTF-8 (surrogate escapes) become `\\xNN`. `limit` is the maximum length of the result.
    """
    shown = "".join(_escape(character) if _is_unprintable(character) else character for character in text[:limit])
    return shown if limit is None or (len(text) <= limit and len(shown) <= limit) else shown[: limit - 1] + "…"


def quoted(text: str, limit: int | None = None) -> str:
    """Return the printable text in quotation marks; repr() would double the backslashes of its escapes."""
    shown = printable(text, limit)
    return f'"{shown}"' if "'" in shown and '"' not in shown else f"'{shown}'"


def printable_value(value: t.Any) -> t.Any:
    """Return a JSON value in which every text is printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(name): printable_value(item) for name, item in value.items()}
    return [printable_value(item) for item in value] if isinstance(value, list) else value


def shortened(text: str, limit: int) -> str:
    """Return the text as printable() does, cut in the middle to `limit` characters; `limit` is 3 or more."""
    # Texts can be huge: escape no more characters than can be shown.
    shown = printable(text if len(text) <= 2 * limit else text[:limit] + text[-limit:])
    if len(text) <= 2 * limit and len(shown) <= limit:
        return shown
    tail = (limit - 1) // 2
    return f"{shown[: limit - 1 - tail]}…{shown[len(shown) - tail :]}"


def valid_unicode(text: str) -> str:
    """Return the text with bytes that are not UTF-8 (surrogate escapes) as `\\xNN`, so that JSON can hold it."""
    return "".join(_escape(character) if "\ud800" <= character <= "\udfff" else character for character in text)


def _is_unprintable(character: str) -> bool:
    if character.isascii():
        return not " " <= character <= "~"
    return unicodedata.category(character) in _UNPRINTABLE


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    return character.encode("unicode_escape").decode("ascii")


def count_text(number: int, noun: str) -> str:
    """Return a number with its noun: `1 build`, `2 builds`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some_of(texts: Sequence[str], most: int, separator: str = ", ") -> str:
    """Return the first `most` texts of a list, and how many more there are.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return separator.join(texts[:most]) + more
