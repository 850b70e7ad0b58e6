# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that are null or empty count as not given: their environment variable or their default applies."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..shared.empty import is_empty, without_empty

# Data of the user, whose elements may be empty.
_DATA = frozenset({"content"})
# Of Ansible itself, not of the user.
_INTERNAL = "_ansible_"


def given_options(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options that have a value; in lists and mappings only the elements that have one.

    >>> given_options({"branch": None, "exclude": ["", "aws/*"], "policy": {"failed": None}, "cache": False})
    {'exclude': ['aws/*'], 'cache': False}
    >>> given_options({"content": {"url": "", "owner": None}})
    {'content': {'url': '', 'owner': None}}
    """
    given = {
        name: value if name.startswith(_INTERNAL) or name in _DATA else _given(value) for name, value in options.items()
    }
    return {name: value for name, value in given.items() if name.startswith(_INTERNAL) or not is_empty(value)}


def _given(value: t.Any) -> t.Any:
    if isinstance(value, list | tuple):
        return [without_empty(one) if isinstance(one, Mapping) else one for one in value if not is_empty(one)]
    return without_empty(value) if isinstance(value, Mapping) else value
