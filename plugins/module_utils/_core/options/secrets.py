# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in options that are not secret as a whole: the user information of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from .texts import texts_in

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_AUTHORITY = re.compile(r"[^/?#]*@")
_HOST_AND_PATH = re.compile(r"[^:/?#]*(?::[0-9]*)?[/?#]")
# No server has shorter tokens. A shorter user name is an ordinary word: to hide it everywhere would garble results.
_SHORTEST_TOKEN = 12


def secrets_in_addresses(options: Iterable[object]) -> set[str]:
    """Return what must not be shown of options that are addresses, or that contain addresses at any depth.

    This is the user information of each address with the @ that follows it, its password, and its user name if that is
    long enough to be a token; each as it is written and as it is meant. A user name for ssh alone is no secret.
    """
    return {secret for option in options for text in texts_in(option) for secret in _secrets_of(text) if secret}


def _secrets_of(text: str) -> Iterator[str]:
    for scheme in _SCHEME.finditer(text):
        rest = text[scheme.end() :]
        is_ssh = "ssh" in scheme[0].lower()
        authority = _AUTHORITY.match(rest)
        if authority and (":" in authority[0] or not is_ssh):
            yield from _parts(authority[0])
        # A password whose / ? or # is not escaped reaches to a later @. A path can contain an @ as well: hide it, too.
        if "@" in rest and not scheme[0].lower().startswith("file:") and not (authority and is_ssh):
            yield from _parts(rest[: rest.rindex("@") + 1])


def _parts(written: str) -> Iterator[str]:
    """Yield the secrets in user information that ends with its @."""
    yield written
    yield unquote(written)
    if not _HOST_AND_PATH.match(written):
        name, _colon, password = written[:-1].partition(":")
        for secret in (password, name if len(name) >= _SHORTEST_TOKEN else ""):
            yield secret
            yield unquote(secret)
