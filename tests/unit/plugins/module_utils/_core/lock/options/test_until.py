# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a hold: as it is given, as it is written, and when it extends a hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import Hold, HoldEnd, read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until, read_until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import iso_time

from ..lock_builders import HOUR, NOW

LAST = 253_402_300_799
times = st.integers(NOW + 1, LAST)
untils = st.one_of(
    st.integers(1, 10**9).map(lambda s: Until(span=s)), times.map(lambda a: Until(at=a)), st.just(Until())
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4h", Until(span=4 * HOUR)),
        ("90m", Until(span=90 * 60)),
        (" 2d 12h ", Until(span=60 * HOUR)),
        ("1w1d", Until(span=8 * 24 * HOUR)),
        ("999999w", Until(span=999_999 * 7 * 24 * HOUR)),
        ("never", Until()),
        ("Never", Until()),
        ("2026-11-29T18:00:00Z", Until(at=1_795_975_200)),
        ("2026-11-29T18:00+01:00", Until(at=1_795_971_600)),
        # What YAML makes of a time without quotes.
        ("2026-11-29 18:00:00+00:00", Until(at=1_795_975_200)),
    ],
)
def test_a_readable_end(text: str, expected: Until) -> None:
    assert read_until(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "4", "4x", "0h", "-4h", "4 h", "1.5h", "tomorrow", "2026-11-29T18:00:00", "18:00Z", "4h\n5h", "1h" * 99 + "x"],
)
def test_an_unreadable_end_names_the_forms(text: str) -> None:
    with pytest.raises(BadOption, match=r"^until: .* is neither a span such as 4h or 2d, nor a time with its offset"):
        read_until(text, NOW)


@pytest.mark.parametrize("at", [NOW, NOW - 1])
def test_a_time_that_is_over(at: int) -> None:
    with pytest.raises(BadOption, match=f"^until: {iso_time(at)} has passed; it is now {iso_time(NOW)}. Give a later"):
        read_until(iso_time(at) or "", NOW)


def test_only_a_time_can_pass() -> None:
    for until in (Until(), Until(span=1)):
        until.check(LAST)
    Until(at=NOW).check(NOW - 1)
    with pytest.raises(BadOption, match="has passed"):
        Until(at=NOW).check(NOW)


@pytest.mark.parametrize(
    ("until", "hold", "extends"),
    [
        (Until(span=10 * HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW + 9 * HOUR), False),
        (Until(span=10 * HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW + 9 * HOUR - 1), True),
        (Until(span=10 * HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW + 20 * HOUR), False),
        (Until(span=HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW - HOUR), True),
        (Until(at=NOW + HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW + HOUR), False),
        (Until(at=NOW + HOUR + 1), Hold(end=HoldEnd.AT_TIME, until=NOW + HOUR), True),
        (Until(at=NOW + HOUR), Hold(end=HoldEnd.AT_TIME, until=NOW + 2 * HOUR), False),
        (Until(), Hold(end=HoldEnd.AT_TIME, until=NOW + HOUR), True),
        (Until(), Hold(end=HoldEnd.NEVER), False),
        (Until(span=HOUR), Hold(end=HoldEnd.NEVER), False),
        (Until(span=HOUR), Hold(end=HoldEnd.UNSTATED), False),
        (Until(span=HOUR), Hold(end=HoldEnd.UNREADABLE), True),
    ],
)
def test_a_later_end_extends_a_hold(until: Until, hold: Hold, extends: bool) -> None:
    assert until.extends(hold, NOW) is extends


@given(untils)
def test_the_trailer_is_read_back(until: Until) -> None:
    hold = read_hold(f"claiming: x\n\nHold-Until: {until.trailer(NOW)}\n")
    assert hold.until == until.end(NOW)
    assert hold.end is (HoldEnd.NEVER if until == Until() else HoldEnd.AT_TIME)
    assert not until.extends(hold, NOW), "a second run at once changes nothing"


@given(untils, untils, st.integers(0, 10**7))
def test_an_extension_is_never_shorter(until: Until, before: Until, later: int) -> None:
    hold = read_hold(f"\n\nHold-Until: {before.trailer(NOW)}")
    end = until.end(NOW + later)
    if until.extends(hold, NOW + later):
        assert hold.until is not None
        assert end is None or end > hold.until


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        end = read_until(text, NOW).end(NOW)
    except BadOption as error:
        words = str(error)
    else:
        words = "until: right"
        assert end is None or NOW < end <= LAST
    assert words.startswith("until: ")
    assert "\n" not in words
