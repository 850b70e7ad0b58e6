# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every cron can read: five fields, or a word. Each field is a list of values, ranges and steps."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NUMBERS = {name: number for number, name in enumerate(_DAYS)} | {
    name: number for number, name in enumerate(_MONTHS, start=1)
}
# Minute, hour, day of the month, month, day of the week.
_VALUES = (
    "[0-5]?[0-9]",
    "[01]?[0-9]|2[0-3]",
    "0?[1-9]|[12][0-9]|3[01]",
    f"0?[1-9]|1[0-2]|{'|'.join(_MONTHS)}",
    f"[0-7]|{'|'.join(_DAYS)}",
)
_RANGE = re.compile("([0-9a-z]+)-([0-9a-z]+)")


def _field(value: str) -> str:
    """Return the pattern of a field: only `*` and a range can have a step."""
    item = rf"(?:(?:[*]|(?:{value})-(?:{value}))(?:/[1-9][0-9]?)?|{value})"
    return f"{item}(?:,{item})*"


_FIELDS = r"[ \t]+".join(map(_field, _VALUES))
_EXPRESSION = re.compile(rf"(?i:{_FIELDS})|@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)")


def mistake_in_cron(expression: str) -> str:
    """Return a sentence about an expression that cron cannot read or that never matches; empty if it is valid."""
    if not _EXPRESSION.fullmatch(expression):
        return (
            "pool_boy_schedule_cron must be the five fields of a cron entry, such as */10 * * * *, or a word such as"
            f" @hourly: {expression} is neither."
        )
    backwards = [
        f"{first}-{last}" for first, last in _RANGE.findall(expression.lower()) if _number(first) > _number(last)
    ]
    if not backwards:
        return ""
    return (
        f"The range {', '.join(backwards)} of pool_boy_schedule_cron, {expression}, is backwards: write the smaller"
        " value first. Sunday is the smallest day."
    )


def _number(value: str) -> int:
    return _NUMBERS[value] if value in _NUMBERS else int(value)
