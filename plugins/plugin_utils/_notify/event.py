# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One piece of news."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import asdict, dataclass

from .._round.links import safe_link
from .._round.round_fields import BadRound, RoundFields


class NewsKind(enum.StrEnum):
    """The kinds of news, in the order in which they are reported."""

    FAILED = "failed"
    STUCK = "stuck"
    KEPT_TOO_LONG = "kept_too_long"
    HOLD_ENDS = "hold_ends"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news; `text` is one sentence for a person, on one line. What does not apply is None.

    `key` identifies the condition: it is the same in each round.
    """

    kind: NewsKind
    text: str
    key: str
    pool: str | None = None
    lock: str | None = None
    verdict: str | None = None
    step: str | None = None
    url: str | None = None

    def value(self) -> dict[str, t.Any]:
        """Return the item as the filter returns it."""
        return {name: str(field) if field is not None else None for name, field in asdict(self).items()}


def read_item(section: RoundFields) -> Event:
    """Read an item that `value` wrote; ValueError if its kind is unknown, BadRound if a field is of a wrong type."""
    return Event(
        kind=NewsKind(section.text("kind")),
        text=section.text("text"),
        key=section.text("key"),
        pool=section.optional_text("pool"),
        lock=section.optional_text("lock"),
        verdict=section.optional_text("verdict"),
        step=section.optional_text("step"),
        url=safe_link(section.optional_text("url") or ""),
    )


def read_items(news: object) -> list[Event]:
    """Read the list `news` that the filter pool_news returned. Raises BadRound for any other value."""
    if not isinstance(news, (list, tuple)):
        raise BadRound("the news must be the list `news` that pool_news returned.")
    try:
        return [read_item(RoundFields.of(one, f"news[{index}]")) for index, one in enumerate(news)]
    except ValueError:
        raise BadRound("the news must be the unchanged list `news` that pool_news returned.") from None
