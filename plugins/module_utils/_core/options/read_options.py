# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that come as JSON, read by the specs of the modules, where Ansible does not do it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..shared.errors import BadOption
from ..shared.text import printable, quoted
from .given_options import given_options

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")

Spec = Mapping[str, Mapping[str, t.Any]]


def read_options(given: Mapping[str, t.Any], spec: Spec) -> dict[str, t.Any]:
    """Return a value for each option of a spec: the given one, else its default, else None.

    Options that are null or empty count as not given. Raises BadOption with the option that is unknown, missing, or of
    another type.
    """
    unknown = sorted(printable(str(name), 40) for name in given if name not in spec)
    if unknown:
        raise BadOption(f"{', '.join(unknown)} is not an option. Options are: {', '.join(sorted(spec))}.")
    found = given_options(given)
    missing = [name for name, option in spec.items() if option.get("required") and name not in found]
    if missing:
        raise BadOption(f"{' and '.join(missing)} is missing: set it in the source.")
    return {
        name: _read(name, found[name], option) if name in found else option.get("default")
        for name, option in spec.items()
    }


def _read(name: str, value: t.Any, option: Mapping[str, t.Any]) -> t.Any:
    read = _READERS[option["type"]](value)
    if read is None:
        shown = "" if option.get("no_log") else f" is {quoted(str(value), 80)}, which"
        raise BadOption(f"{name}{shown} is not {_KINDS[option['type']]}.")
    choices = option.get("choices")
    wrong = [one for one in (read if isinstance(read, list) else [read]) if choices and one not in choices]
    if wrong:
        raise BadOption(f"{name} is {quoted(str(wrong[0]), 80)}, but must be one of: {', '.join(choices or ())}.")
    return read


def _text(value: t.Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, str) else None


def _number(value: t.Any) -> int | None:
    text = _text(value)
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _flag(value: t.Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return text in _TRUE if text in (*_TRUE, *_FALSE) else None


def _list(value: t.Any) -> list[str] | None:
    entries = [one.strip() for one in value.split(",")] if isinstance(value, str) else value
    if not isinstance(entries, list):
        return None
    texts = [text for text in map(_text, entries) if text is not None]
    return texts if len(texts) == len(entries) else None


def _mapping(value: t.Any) -> dict[t.Any, t.Any] | None:
    return dict(value) if isinstance(value, Mapping) else None


_READERS: Mapping[str, t.Callable[[t.Any], t.Any]] = {
    "str": _text,
    "path": _text,
    "int": _number,
    "bool": _flag,
    "list": _list,
    "dict": _mapping,
    "raw": lambda value: value,
}
_KINDS = {
    "str": "a text",
    "path": "a path",
    "int": "a whole number",
    "bool": "true or false",
    "list": "a list of texts",
    "dict": "a mapping",
}
