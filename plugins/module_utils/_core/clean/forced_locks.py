# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `force` option: locks to release against any policy, each with the commit of its claim."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..shared.empty import is_empty, without_empty
from ..shared.errors import BadOption
from ..shared.text import printable

_KEYS = ("lock", "commit")
_FORM = 'write it as force: [{lock: aws/env-6, commit: "7000aa5c..."}]'


def read_force(given: object) -> dict[str, str]:
    """Return the claim commit, whole or its first digits, of each `pool/lock`. Raises BadOption.

    >>> read_force([{"lock": "aws/env-6", "commit": "7000aa5c"}])
    {'aws/env-6': '7000aa5c'}
    """
    if is_empty(given):
        return {}
    entries = _entries_of_text(given) if isinstance(given, str) else given
    if not isinstance(entries, list | tuple):
        raise _wrong(f"{_shown(given)} is not a list")
    force: dict[str, str] = {}
    for entry in entries:
        lock, commit = _read_entry(entry)
        if force.setdefault(lock, commit) != commit:
            raise _wrong(f"lock {printable(lock, 80)} is named with two commits")
    return force


def _entries_of_text(text: str) -> object:
    # So it comes from a command line: -e 'pool_boy_force=[{...}]' is text to Ansible.
    try:
        return json.loads(text)
    except ValueError:
        raise _wrong(f"{_shown(text)} is not a list") from None


def _read_entry(entry: object) -> tuple[str, str]:
    if not isinstance(entry, Mapping):
        raise _wrong(f"{_shown(entry)} is not a mapping with lock and commit")
    unknown = sorted(str(key) for key in entry if key not in _KEYS)
    if unknown:
        raise _wrong(f"unknown key {printable(', '.join(unknown), 80)}")
    entry = without_empty(entry)
    for key in _KEYS:
        if key not in entry:
            raise _wrong(f"{_shown(dict(entry))} has no {key}")
        if not isinstance(entry[key], str):
            raise _wrong(f"{key} {_shown(entry[key])} is not a text, so put it in quotes")
    return entry["lock"], entry["commit"]


def _shown(value: object) -> str:
    return printable(str(value), 80)


def _wrong(what: str) -> BadOption:
    return BadOption(f"force: {what}; {_FORM}.")
