# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values without Ansible's own types."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping


def plain_value(value: object) -> t.Any:
    """Return a nested JSON value without Ansible's own types, which json writes in an unspecified way."""
    if isinstance(value, Mapping):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
