# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a lock, which its users define: often the address of an environment, as YAML or JSON."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from ...shared.errors import BadOption
from ...shared.text import printable
from .yaml_loader import load_yaml

LARGEST_CONTENT = 1 << 20  # bytes
# YAML can describe gigabytes in a few lines, with aliases of aliases. Without aliases, no content is as large as this:
# the characters of its texts, the elements of its lists and mappings, and 1 for each value.
_LARGEST_DATA = 2 * LARGEST_CONTENT
_NO_YAML = "needs PyYAML where the module runs: install it there"

Data: t.TypeAlias = "dict[str, t.Any] | list[t.Any]"


def content_bytes(given: object) -> bytes | None:
    """Return the bytes of the option `content`: a text as it is, data as YAML; None for None. Raises BadOption."""
    if given is None:
        return None
    try:
        content = _encoded(given)
    except ValueError:
        raise BadOption(
            "content has a text that is not Unicode, or a number that JSON does not have, such as NaN: remove it."
        ) from None
    if len(content) > LARGEST_CONTENT:
        raise BadOption("content is larger than 1 MiB: store it elsewhere, and put its address into the lock.")
    return content


def content_text(content: bytes) -> str | None:
    """Return a content as text, None if it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def content_data(text: str) -> Data | None:
    """Return the mapping or the list that a content holds as JSON or YAML, None if it holds neither.

    It has only values that JSON has: dates are texts, and so are keys. Raises BadOption if it takes PyYAML to know, and
    that is missing.
    """
    try:
        data = json.loads(text)
        _as_json(data)
    except (ValueError, RecursionError):
        data = _from_yaml(text)
    return data if isinstance(data, dict | list) else None


def is_same(content: bytes, given: bytes) -> bool:
    """Return whether two contents are the same bytes, or the same data."""
    if content == given:
        return True
    texts = content_text(content), content_text(given)
    if texts[0] is None or texts[1] is None:
        return False
    data, wanted = content_data(texts[0]), content_data(texts[1])
    # As JSON, because in Python 1 equals true and 1.0.
    return data is not None and wanted is not None and _as_json(data, sort=True) == _as_json(wanted, sort=True)


def _encoded(given: object) -> bytes:
    """Raises ValueError for what neither JSON nor UTF-8 can hold, and BadOption."""
    if isinstance(given, str):
        return given.encode("utf-8", "surrogateescape")
    if isinstance(given, Mapping | list):
        return _as_yaml(json.loads(_as_json(given))).encode()
    raise BadOption(
        f"content: {printable(str(given), 40)} is neither a text, nor a mapping, nor a list. Put a text in quotes."
    )


def _as_json(data: object, *, sort: bool = False) -> bytes:
    """Return data as JSON. Raises TypeError, and ValueError for what only Python's JSON has, such as NaN."""
    return json.dumps(data, allow_nan=False, ensure_ascii=False, sort_keys=sort).encode()


def _as_yaml(data: object) -> str:
    try:
        import yaml
    except ImportError:
        raise BadOption(f"content is data, which {_NO_YAML}, or give content as text.") from None
    # PyYAML writes some line separators so that they are read back as spaces, unless it escapes them.
    is_plain = _as_json(data).decode().isprintable()
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=is_plain, default_flow_style=False))


def _from_yaml(text: str) -> object:
    """Return what a YAML text holds, as JSON would have it; None if it is not YAML."""
    if ":" not in text and "-" not in text and "{" not in text and "[" not in text:
        return None
    try:
        data = load_yaml(text, _LARGEST_DATA)
        return json.loads(_as_json(data)) if _is_small(data) else None
    except ImportError:
        raise BadOption(f"A content that is not JSON {_NO_YAML}.") from None
    except (ValueError, TypeError, RecursionError):
        return None


def _is_small(data: object) -> bool:
    """Return whether data is no larger than a content can be without aliases."""
    size = 0
    stack = [data]
    while stack:
        value = stack.pop()
        size += _size(value)
        if size > _LARGEST_DATA:
            return False
        if isinstance(value, Mapping):
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return True


def _size(value: object) -> int:
    if isinstance(value, int):
        return 1 + value.bit_length() // 3
    return 1 + (len(value) if isinstance(value, str | Mapping | list) else 0)
