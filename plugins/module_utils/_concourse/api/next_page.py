# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The header by which a list says where its next page is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

# Until 6.5 since and until, from 6.6 on from and to (atc/pagination.go).
_PAGING = frozenset({"from", "to", "since", "until", "limit"})
_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?([a-z]+)"?')


def next_page(header: str | None) -> dict[str, str] | None:
    """Return the paging parameters of the page with rel="next" (the older entries), None when there is none.

    The rest of the link is left: it begins with the external URL, which can be another host, holds names as they are,
    and forgets the filter.
    """
    for url, relation in _LINK.findall(header or ""):
        if relation == "next":
            pairs = parse_qsl(url.rpartition("?")[2])
            return {
                name: value for name, value in pairs if name in _PAGING and value.isascii() and value.isdigit()
            } or None
    return None
