# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""News as the body of a webhook request."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from ...module_utils._core.shared.times import iso_time
from .._round.model import Round
from .event import Event, NewsKind

Payload = dict[str, t.Any]

# Slack, and servers that accept its format, show about 4000 characters of a message.
MOST_IN_JSON, MOST_IN_CHAT, LONGEST_CHAT = 50, 20, 3500
_WORDS = {
    NewsKind.FAILED: ("step failed", "steps failed"),
    NewsKind.STUCK: ("pool stuck", "pools stuck"),
    NewsKind.KEPT_TOO_LONG: ("lock kept too long", "locks kept too long"),
    NewsKind.HOLD_ENDS: ("hold ends soon", "holds end soon"),
    NewsKind.RELEASED: ("lock released", "locks released"),
}
# Control characters of Slack, see https://api.slack.com/reference/surfaces/formatting#escaping.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def json_payload(items: Sequence[Event], round_: Round) -> Payload:
    """Return the news with all fields, for programs: at most MOST_IN_JSON items, `more` counts the others."""
    counts = Counter(item.kind for item in items)
    return {
        "version": 1,
        "repository": round_.name,
        "finished_at": iso_time(round_.finished_at),
        "ok": round_.ok,
        "summary": _summary(items),
        "counts": {kind.value: counts[kind] for kind in NewsKind},
        "news": [item.value() for item in items[:MOST_IN_JSON]],
        "more": max(0, len(items) - MOST_IN_JSON),
    }


def slack_payload(items: Sequence[Event], round_: Round) -> Payload:
    """Return one text for Slack and servers that accept its incoming webhooks, such as Mattermost.

    It has no blocks, because only Slack shows them.
    """
    lines = [f"*{_escaped(round_.name)}*: {_summary(items)}"]
    left = LONGEST_CHAT - len(lines[0])
    for item in items[:MOST_IN_CHAT]:
        line = _chat_line(item)
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    unsaid = len(items) - len(lines) + 1
    return {"text": "\n".join([*lines, f"and {unsaid} more"] if unsaid else lines)}


FORMATS: Mapping[str, Callable[[Sequence[Event], Round], Payload]] = {"json": json_payload, "slack": slack_payload}


def _summary(items: Sequence[Event]) -> str:
    counts = Counter(item.kind for item in items)
    parts = [f"{counts[kind]} {words[counts[kind] != 1]}" for kind, words in _WORDS.items() if counts[kind]]
    return ", ".join(parts) or "no news"


def _chat_line(item: Event) -> str:
    link = f" (<{item.url.translate(_ENTITIES).replace('|', '%7C')}|build>)" if item.url else ""
    return f"• {_escaped(item.text)}{link}"


def _escaped(text: str) -> str:
    """Escape names such as `<!channel>` or `@here`, which would notify everybody."""
    return _MENTION.sub("@\u200b", text.translate(_ENTITIES))
