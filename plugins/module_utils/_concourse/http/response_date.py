# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of Concourse: the header Date, which net/http of Go adds to each response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

# Gets what read_response_date() returns for each response.
OnDate = Callable[["int | None"], None]


def ignore_date(_date: int | None) -> None:
    """Do nothing with the time of Concourse."""


def read_response_date(headers: Mapping[str, str]) -> int | None:
    """Return when Concourse sent a response, in seconds since 1970, UTC.

    None if the header is missing or cannot be read, or if the response is not one of Concourse.
    """
    if not headers.get("X-Concourse-Version"):
        return None
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
