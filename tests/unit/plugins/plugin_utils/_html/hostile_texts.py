# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that must stay texts on a page."""

from __future__ import annotations

from hypothesis import strategies as st

MARKUP = [
    "<script>alert(1)</script>",
    "</title>",
    "</style>",
    '"',
    "'",
    "&lt;",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}",
    "{% x %}",
    "\x00",
    "\u202e",
    "\udcff",
]
ANY_TEXT = st.text(min_size=1, max_size=40)
HOSTILE_TEXT = ANY_TEXT | st.lists(st.sampled_from(MARKUP), min_size=1).map("".join)
