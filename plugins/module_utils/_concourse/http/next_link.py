# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the link to the next page of a list."""

from __future__ import annotations

import re

_URL = re.compile(r"<[^>]*>")
_ESCAPES = str.maketrans({",": "%2C", ";": "%3B"})


def read_next_link(header: str) -> str | None:
    """Return the URL of a header Link with rel="next"; None without one.

    Concourse does not escape the names in these URLs, and requests splits the header at commas and semicolons.
    """
    from requests.utils import parse_header_links

    escaped = _URL.sub(lambda url: url[0].translate(_ESCAPES), header)
    return next((link["url"] for link in parse_header_links(escaped) if link.get("rel") == "next"), None)
