# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a lock, which is whatever its users need: often the address of an environment, as YAML or JSON."""

from __future__ import annotations

import datetime
import json
import typing as t
from collections.abc import Iterable, Mapping

from ..shared.errors import BadOption
from ..shared.text import printable

_MOST_NODES = 100_000  # YAML can describe gigabytes in a few lines, with aliases of aliases
_NO_YAML = "needs PyYAML where the module runs: install it there"


def content_bytes(given: object) -> bytes | None:
    """Return the bytes of the option `content`: a text as it is, data as YAML; None for None. Raises BadOption."""
    if given is None:
        return None
    if isinstance(given, str):
        return given.encode("utf-8", "surrogateescape")
    if isinstance(given, Mapping | list):
        return _as_yaml(json.loads(json.dumps(given))).encode()
    raise BadOption(
        f"content: {printable(str(given), 40)} is neither a text, nor a mapping, nor a list. Put a text in quotes."
    )


def content_text(content: bytes) -> str | None:
    """Return a content as text, None if it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def content_data(text: str) -> dict[str, t.Any] | list[t.Any] | None:
    """Return the mapping or the list that a content holds as JSON or YAML, None if it holds neither.

    Raises BadOption if it takes PyYAML to know, and that is missing.
    """
    try:
        data = json.loads(text)
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
    data = content_data(texts[0])
    return data is not None and data == content_data(texts[1])


def _as_yaml(data: object) -> str:
    try:
        import yaml
    except ImportError:
        raise BadOption(f"content is data, which {_NO_YAML}, or give content as text.") from None
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=False))


def _from_yaml(text: str) -> object:
    """Return what a YAML text holds, as JSON would have it; None if it is not YAML."""
    if ":" not in text and "-" not in text and "{" not in text and "[" not in text:
        return None
    try:
        import yaml
    except ImportError:
        raise BadOption(f"A content that is not JSON {_NO_YAML}.") from None
    try:
        data = yaml.safe_load(text)
        if sum(1 for _node, _number in zip(_nodes(data), range(_MOST_NODES), strict=False)) >= _MOST_NODES:
            return None
        return json.loads(json.dumps(data, default=_json_value, allow_nan=False))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        return None


def _json_value(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError


def _nodes(data: object) -> Iterable[object]:
    """Yield a value and all that it contains, as often as it contains them."""
    stack = [data]
    while stack:
        value = stack.pop()
        yield value
        if isinstance(value, Mapping):
            stack.extend(value.values())
        elif isinstance(value, list | tuple | set):
            stack.extend(value)
