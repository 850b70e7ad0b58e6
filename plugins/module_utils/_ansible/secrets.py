# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in options that are not secret as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@:]*:([^/?#]*)@")


def secrets_in_addresses(options: Iterable[object]) -> set[str]:
    """Return the passwords in options that are addresses, as they are written and as they are meant."""
    found = {match[1] for option in options if isinstance(option, str) for match in _PASSWORD.finditer(option)}
    return {secret for written in found for secret in (written, unquote(written)) if secret}
