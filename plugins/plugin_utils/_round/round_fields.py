# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the dictionary of a round field by field, with errors that name the field."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ...module_utils._core.shared.errors import PoolboyError
from ...module_utils._core.shared.text import valid_unicode

Value = t.TypeVar("Value")


class BadRound(PoolboyError):
    """The value is not the result of a round."""


@dataclass(frozen=True)
class RoundFields:
    """One dictionary, found at `where` in the round.

    Getters return plain Python values, because Ansible passes tagged subclasses. For a field that is missing or null,
    a getter returns its default, or raises BadRound if it has none.
    """

    fields: Mapping[str, t.Any]
    where: str

    @classmethod
    def of(cls, value: object, where: str) -> RoundFields:
        if not isinstance(value, Mapping):
            raise BadRound(f"{where} must be a dictionary, but is {_kind(value)}.")
        return cls(value, where)

    def text(self, name: str) -> str:
        return self._needed(name, self.optional_text(name))

    def optional_text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, (Mapping, list, tuple)):
            raise BadRound(f"{self.where}.{name} must be a text, but is {_kind(value)}.")
        return valid_unicode(str(value))

    def optional_number(self, name: str) -> float | None:
        return self._converted(name, float, "a number")

    def optional_whole(self, name: str) -> int | None:
        return self._converted(name, int, "a whole number")

    def flag(self, name: str) -> bool:
        """A field that is missing is false."""
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise BadRound(f"{self.where}.{name} must be true or false, but is {_kind(value)}.")

    def time(self, name: str) -> int:
        return self._needed(name, self.optional_time(name))

    def optional_time(self, name: str) -> int | None:
        """A time such as 2026-11-22T03:00:00Z, in whole seconds since 1970, UTC."""
        return self._converted(name, _seconds, "a time such as 2026-11-22T03:00:00Z")

    def section(self, name: str) -> RoundFields | None:
        value = self.fields.get(name)
        return None if value is None else RoundFields.of(value, f"{self.where}.{name}")

    def values(self, name: str) -> list[t.Any]:
        """A field that is missing is an empty list."""
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            raise BadRound(f"{self.where}.{name} must be a list, but is {_kind(value)}.")
        return list(value)

    def sections(self, name: str) -> list[RoundFields]:
        return [RoundFields.of(one, f"{self.where}.{name}[{index}]") for index, one in enumerate(self.values(name))]

    def _converted(self, name: str, convert: t.Callable[[t.Any], Value], what: str) -> Value | None:
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return convert(value)
        except (TypeError, ValueError, OverflowError):
            raise BadRound(f"{self.where}.{name} must be {what}, but is {str(value)[:60]!r}.") from None

    def _needed(self, name: str, value: Value | None) -> Value:
        if value is None:
            raise BadRound(f"{self.where}.{name} is missing: give the filter the fact that the role pool_boy sets.")
        return value


def read_minutes(value: object, option: str) -> int:
    """Return an option of a filter in minutes, 1 or more. Raises BadRound."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadRound(f"{option} has to be a whole number of minutes, 1 or more.")
    return int(value)


def _seconds(value: object) -> int:
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    # Some times at the edges of the calendar do not exist in UTC.
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).timestamp())


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    names = ((bool, "a truth value"), (str, "a text"), (Mapping, "a dictionary"), ((list, tuple), "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "a number")
