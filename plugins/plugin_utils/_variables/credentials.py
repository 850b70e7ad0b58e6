# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that contain a secret."""

from __future__ import annotations

import json
import re

from .._round.plain_values import plain_value

# A URL with a user name, a password or a token. The user name of SSH is not a secret.
_CREDENTIALS = re.compile(r"(?i)(?<!ssh)://[^/@\s]+@|ssh://[^/@\s:]*:[^/@\s]*@")


def has_credentials(value: object) -> bool:
    """Whether a text, or a text in a list or dictionary, has an address with a user name or a password."""
    return _CREDENTIALS.search(json.dumps(plain_value(value), ensure_ascii=False)) is not None
