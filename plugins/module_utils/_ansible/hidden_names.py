# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns of secrets that are ordinary words: Ansible hides them in the names of pools and locks, too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

_LISTS = ("locks", "pools", "released", "triggered")
_NAMES = ("pool", "name", "to_pool", "verdict", "state")


def hidden_names_warning(result: Mapping[str, object], options: Mapping[str, object]) -> str | None:
    """Return a warning if a secret option occurs in a name of the result; None if none does.

    `options` are the options that are secrets, by name.
    """
    names = set(_names(result))
    hidden = sorted(
        option
        for option, value in options.items()
        if isinstance(value, str) and value and any(value in name for name in names)
    )
    if not hidden:
        return None
    return (
        f"The value of {' and '.join(hidden)} occurs in names of pools, locks or states, which Ansible therefore hides"
        " in this result: choose another secret that is not an ordinary word."
    )


def _names(result: Mapping[str, object]) -> Iterator[str]:
    for key in _LISTS:
        entries = result.get(key)
        for entry in entries if isinstance(entries, Collection) else ():
            if isinstance(entry, Mapping):
                yield from (str(entry[name]) for name in _NAMES if entry.get(name) is not None)
