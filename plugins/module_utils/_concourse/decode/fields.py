# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of decoded JSON, each with the type that Concourse gives it, or MalformedResponse."""

from __future__ import annotations

import typing as t

Item = t.TypeVar("Item")


class MalformedResponse(ValueError):
    """A response without the fields of Concourse. The text names the field, never its value, which can be secret."""


def object_field(value: t.Any, what: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise MalformedResponse(f"{what} is not an object")
    return value


def list_field(value: t.Any, what: str, decode: t.Callable[[t.Any], Item]) -> tuple[Item, ...]:
    """Return the decoded items of a list; null counts as empty, as Go writes some empty lists."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise MalformedResponse(f"{what} is not a list")
    return tuple(decode(item) for item in value)


def required_list(value: t.Any, what: str, decode: t.Callable[[t.Any], Item]) -> tuple[Item, ...]:
    """Return the decoded items of a list; null is malformed, as no list of the API is null."""
    if not isinstance(value, list):
        raise MalformedResponse(f"{what} is not a list")
    return list_field(value, what, decode)


def text_field(entry: dict[str, t.Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedResponse(f"{key} is missing or not text")
    return value


def optional_text_field(entry: dict[str, t.Any], key: str) -> str | None:
    return None if entry.get(key) in (None, "") else text_field(entry, key)


def id_field(entry: dict[str, t.Any], key: str) -> int:
    """Return an id, a positive integer."""
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise MalformedResponse(f"{key} is not a positive number")
    return value


def time_field(entry: dict[str, t.Any], key: str) -> int | None:
    """Return seconds since 1970, UTC; None if it is missing or the year 1, as in lists (atc/db/job_factory.go)."""
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedResponse(f"{key} is not a time")
    return value if value > 0 else None


def flag_field(entry: dict[str, t.Any], key: str) -> bool:
    """Return a boolean; Concourse omits false."""
    value = entry.get(key)
    if value is not None and not isinstance(value, bool):
        raise MalformedResponse(f"{key} is not a boolean")
    return value is True
