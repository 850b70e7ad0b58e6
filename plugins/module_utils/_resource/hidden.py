# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets in a source, which no output may contain."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence

from .._core.options.secrets import secrets_in_addresses
from .._core.options.texts import texts_in

_SECRET = re.compile(r"key|password|token|secret", re.IGNORECASE)
_SHORTEST = 4  # characters; hiding shorter ones would make messages unreadable
_HIDDEN = "********"


def secrets_of(source: Mapping[str, t.Any]) -> Sequence[str]:
    """Return the secrets of a source, the longest first; of a text of several lines also each line."""
    given = [value for name, value in source.items() if _SECRET.search(str(name))]
    texts = [text for value in (*given, *_values_of(source.get("git_config"))) for text in texts_in(value)]
    lines = [line.strip() for text in texts for line in (text, *text.splitlines())]
    found = {one for one in (*lines, *secrets_in_addresses(source.values())) if len(one) >= _SHORTEST}
    return sorted(found, key=len, reverse=True)


def _values_of(git_config: object) -> list[object]:
    """Return the values of settings of git: one can be a header with a token."""
    entries = git_config if isinstance(git_config, list) else [git_config]
    return [one.get("value") if isinstance(one, Mapping) else one for one in entries]


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return the text without the secrets."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text
