# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the examples of the guides, so that the tests run what the guides show."""

from __future__ import annotations

import re

from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT


def block(guide: str, name: str) -> str:
    """Return the first code block after `name` (such as a file in backquotes) in docs/GUIDE."""
    text = (CHECKOUT / "docs" / guide).read_text(encoding="utf-8")
    _before, found, after = text.partition(name)
    match = re.search(r"^```\w+\n(.*?)^```$", after, flags=re.MULTILINE | re.DOTALL)
    if not found or match is None:
        raise LookupError(f"docs/{guide} does not contain {name}.")
    return match[1]
