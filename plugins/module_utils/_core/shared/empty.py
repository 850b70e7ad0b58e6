# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options that count as not given."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

Key = t.TypeVar("Key")


def is_empty(value: object) -> bool:
    """Return whether a value is null, a text without a character, or a list or a mapping without an element.

    >>> [is_empty(value) for value in (None, "", " ", [], {}, 0, False, "0")]
    [True, True, True, True, True, False, False, False]
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | Mapping) and not value)


def without_empty(mapping: Mapping[Key, t.Any]) -> dict[Key, t.Any]:
    """Return the entries of a mapping whose value counts as given."""
    return {key: value for key, value in mapping.items() if not is_empty(value)}
