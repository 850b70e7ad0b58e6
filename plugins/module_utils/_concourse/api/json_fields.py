# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading JSON of uncertain shape: each field is what it must be, or nothing is believed."""

from __future__ import annotations

import typing as t

Item = t.TypeVar("Item")


class MalformedResponse(ValueError):
    """An answer without the shape that Concourse gives it. The text says what is wrong, never what is in it."""


def object_field(value: t.Any, what: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise MalformedResponse(f"{what} is no object")
    return value


def list_field(value: t.Any, what: str, read: t.Callable[[t.Any], Item]) -> tuple[Item, ...]:
    """Return the items of a list; Go writes an empty one as null at times."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise MalformedResponse(f"{what} is no list")
    return tuple(read(item) for item in value)


def required_list(value: t.Any, what: str, read: t.Callable[[t.Any], Item]) -> tuple[Item, ...]:
    """Return the items of an answer that is a list: null would be an answer to something else."""
    if not isinstance(value, list):
        raise MalformedResponse(f"{what} is no list")
    return list_field(value, what, read)


def text_field(entry: dict[str, t.Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedResponse(f"{key} is no text")
    return value


def optional_text_field(entry: dict[str, t.Any], key: str) -> str | None:
    return None if entry.get(key) in (None, "") else text_field(entry, key)


def id_field(entry: dict[str, t.Any], key: str) -> int:
    """Return a positive whole number: an id."""
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise MalformedResponse(f"{key} is no positive number")
    return value


def time_field(entry: dict[str, t.Any], key: str) -> int | None:
    """Return seconds since 1970; None where there is none, which lists write as the year 1 (atc/db/job_factory.go)."""
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedResponse(f"{key} is no time")
    return value if value > 0 else None


def flag_field(entry: dict[str, t.Any], key: str) -> bool:
    """Return a boolean; Concourse leaves out what is false."""
    value = entry.get(key)
    if value is not None and not isinstance(value, bool):
        raise MalformedResponse(f"{key} is neither true nor false")
    return value is True
