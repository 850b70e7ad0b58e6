# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts in options, at any depth."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterator, Mapping

from ..shared.errors import BadOption
from ..shared.text import valid_unicode


def texts_in(value: object) -> Iterator[str]:
    """Yield all texts in a value: itself, its elements, and its keys and values, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts_in(key)
            yield from texts_in(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from texts_in(one)


def check_texts(options: Mapping[str, object]) -> None:
    """Raise BadOption for an option with a text that no file name, variable or argument of a program can hold."""
    for name, value in options.items():
        for text in texts_in(value):
            if "\0" in text or not _is_encodable(text):
                raise BadOption(
                    f"{name} contains a NUL or half of a surrogate pair, which is not a character: remove it."
                )


def encodable(value: t.Any) -> t.Any:
    """Return a value of options with each NUL, and each byte that is not UTF-8, as an escape, at any depth."""
    if isinstance(value, str):
        return valid_unicode(value).replace("\0", r"\x00")
    if isinstance(value, Mapping):
        return {encodable(key): encodable(one) for key, one in value.items()}
    return [encodable(one) for one in value] if isinstance(value, list | tuple) else value


def _is_encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True
