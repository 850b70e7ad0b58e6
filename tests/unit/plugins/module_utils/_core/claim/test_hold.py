# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import (
    Hold,
    HoldEnd,
    read_claimed_hold,
    read_hold,
    with_later_holds,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import HolderKind, read_holder

SIX = 1_795_975_200  # 2026-11-29T18:00:00Z


def test_reads_all_trailers() -> None:
    message = (
        "claiming: env-1\n\nReason: kernel upgrade\nHeld-By: ada@workstation\nHold-Until: 2026-11-29T18:00:00Z\n"
        "Held-Since: 2026-11-29T14:00:00+00:00\n"
    )
    assert read_hold(message) == Hold("ada@workstation", "kernel upgrade", HoldEnd.AT_TIME, SIX, SIX - 4 * 3600)


@pytest.mark.parametrize(
    ("trailers", "end", "until"),
    [
        ("", HoldEnd.UNSTATED, None),
        ("Held-By: ada", HoldEnd.UNSTATED, None),
        ("Hold-Until: never", HoldEnd.NEVER, None),
        ("hold-until:NEVER  ", HoldEnd.NEVER, None),
        ("Hold-Until: 2026-11-29T19:00:00+01:00", HoldEnd.AT_TIME, SIX),
        ("Hold-Until: 2026-11-29 18:00Z\r", HoldEnd.AT_TIME, SIX),
        ("Hold-Until: 2026-11-29T18:00:00", HoldEnd.UNREADABLE, None),
        ("Hold-Until: tomorrow", HoldEnd.UNREADABLE, None),
        ("Hold-Until:", HoldEnd.UNREADABLE, None),
        ("Hold-Until: " + "9" * 60, HoldEnd.UNREADABLE, None),
        ("Hold-Until: 0001-01-01T00:00:00+23:59", HoldEnd.UNREADABLE, None),
        ("Hold-Until: 2026-11-29T18:00:00Z\nHold-Until: 2026-11-29T17:00:00Z", HoldEnd.AT_TIME, SIX),
        ("Hold-Until: 2026-11-29T18:00:00Z\nHold-Until: soon", HoldEnd.UNREADABLE, None),
        ("Hold-Until: 2026-11-29T18:00:00Z\nHold-Until: never", HoldEnd.NEVER, None),
        ("Hold-Until: 2026-11-29T18:00:00Z\n\nSigned-off-by: Ada <ada@example.com>", HoldEnd.AT_TIME, SIX),
    ],
)
def test_reads_the_end_as_people_write_it_and_never_too_early(trailers: str, end: HoldEnd, until: int | None) -> None:
    hold = read_hold(f"claiming: env-1\n\n{trailers}\n")
    assert (hold.end, hold.until) == (end, until)


def test_several_owners_hold_a_lock_together() -> None:
    squashed = (
        "claim two (#12)\n\n* claiming: env-1\n\nHeld-By: ada\n\n* claiming: env-2\n\nHeld-By: bob\nHeld-By: ada\n"
    )
    assert read_hold(squashed).owner == "ada and bob"


def test_the_first_line_holds_no_trailer_but_an_end() -> None:
    assert read_hold("Held-By: ada") == Hold()
    assert read_hold("Hold-Until: never") == Hold(end=HoldEnd.NEVER)
    assert read_hold("Hold env-1 until Friday") == Hold()


@pytest.mark.parametrize(
    "line",
    [
        "  Hold-Until: {}",
        "\tHold-Until: {}\t",
        "\xa0Hold-Until:\xa0{}",
        "- Hold-Until: {}",
        "* hold-until: {}\r",
        "> \u2022 HOLD-UNTIL : {}",
        "Hold Until: {}",
        "HoldUntil={}",
        "Hold_Until {}",
        "Hold - until: {}",
        "Hold\u2011Until: {}",
        "Hold-Until\uff1a{}",
        "\u200bHold-Until\uff1a {}",
        "Held-Until: {}",
    ],
)
def test_the_end_counts_however_its_trailer_is_spelled(line: str) -> None:
    ends = {"2026-11-29T18:00:00Z": HoldEnd.AT_TIME, "never": HoldEnd.NEVER, "Friday": HoldEnd.UNREADABLE}
    for value, end in ends.items():
        for message in (f"take env-1\n\n{line}\n", line):
            hold = read_hold(message.format(value))
            assert (hold.end, hold.until) == (end, SIX if end is HoldEnd.AT_TIME else None)


@pytest.mark.parametrize(
    "line", ["hold until", "Hold until the demo is over.", "Hold-Until", "Hold-Until2026", "Hold!"]
)
def test_a_line_that_begins_as_an_end_and_cannot_be_read_states_one(line: str) -> None:
    stated = HoldEnd.UNSTATED if line == "Hold!" else HoldEnd.UNREADABLE
    assert read_hold(f"take env-1\n\n{line}").end is stated


@pytest.mark.parametrize("line", ["Holduntilled: never", "Please hold until: never", "Uphold-Until: never"])
def test_other_lines_state_no_end(line: str) -> None:
    assert read_hold(f"take env-1\n\n{line}").end is HoldEnd.UNSTATED


def test_the_other_trailers_can_be_indented_and_listed() -> None:
    message = "take env-1\n\n  Held-By: ada\n- Reason\uff1a demo\n\t* Held-Since: 2026-11-29T18:00:00Z\n"
    assert read_hold(message) == Hold("ada", "demo", since=SIX)


def test_a_claim_with_trailers_is_that_of_its_owner() -> None:
    claim = Claim("c0ffee", SIX, "Ada Lovelace", "claiming: env-1\n\nReason: demo\nHeld-By: ada\nHold-Until: never\n")
    holder = read_holder(claim, "env-1", "main")
    assert (holder.kind, holder.text, holder.owner) == (HolderKind.PERSON, "ada: demo", "ada")


def test_a_hold_without_owner_is_that_of_the_author() -> None:
    claim = Claim("c0ffee", SIX, "Ada Lovelace", "take env-1 for a demo\n\nHold-Until: 2026-11-29T18:00:00Z\n")
    holder = read_holder(claim, "env-1", "main")
    assert (holder.kind, holder.text, holder.owner) == (HolderKind.PERSON, "Ada Lovelace: take env-1 for a demo", None)


def test_the_claim_of_a_build_is_no_hold() -> None:
    url = "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12"
    claim = Claim("c0ffee", SIX, "git", f"claiming: env-1\nBuild URL: {url} ")
    assert read_holder(claim, "env-1", "main").hold is None


def test_an_owner_without_a_reason_stands_alone() -> None:
    holder = read_holder(Claim("c0ffee", SIX, "git", "claiming: env-1\n\nHeld-By: ada\n"), "env-1", "main")
    assert holder.text == "ada"


@pytest.mark.parametrize(
    "line", ["-" * 16_000, "a-" * 8_000, "hold" + "-" * 16_000, "Hold-Until:" + " " * 16_000 + "x"]
)
def test_a_hostile_line_is_read_at_once(line: str) -> None:
    begin = time.monotonic()
    read_hold(f"take env-1\n{line}\nHeld-By:{' ' * 16_000}x")
    assert time.monotonic() - begin < 1


BUILD = Claim("c0ffee", SIX - 7200, "git", "main/ci/up build 3 claiming: env-1")


def change(trailers: str, at: int = SIX - 3600, author: str = "Bob") -> Claim:
    return Claim("beef", at, author, f"note who looks\n\n{trailers}\n", authored_at=at)


def test_a_later_change_states_a_hold_of_its_author() -> None:
    claim = with_later_holds(BUILD, [change("Hold-Until: 2026-11-29T18:00:00Z\nReason: debug")])
    assert claim.later_trailers == "Held-By: Bob\nReason: debug\nHold-Until: 2026-11-29T18:00:00Z"
    holder = read_holder(claim, "env-1", "main")
    assert (holder.kind, holder.hold) == (HolderKind.BUILD, Hold("Bob", "debug", HoldEnd.AT_TIME, SIX))
    assert with_later_holds(claim, [change("Held-By: eve\nReason: no end")]) == claim


@pytest.mark.parametrize(
    ("ends", "end", "until"),
    [
        (["2026-11-29T18:00:00Z", "2026-11-29T17:30:00Z"], HoldEnd.AT_TIME, SIX),
        (["2026-11-29T17:30:00Z", "2026-11-29T18:00:00Z"], HoldEnd.AT_TIME, SIX),
        (["never", "2026-11-29T18:00:00Z"], HoldEnd.NEVER, None),
        (["Friday", "2026-11-29T18:00:00Z"], HoldEnd.UNREADABLE, None),
        (["2026-11-29T16:58:00Z"], HoldEnd.UNREADABLE, None),
    ],
)
def test_of_several_ends_the_latest_counts(ends: list[str], end: HoldEnd, until: int | None) -> None:
    """Also after the claim and the first changes were stored, and an end before its change is wrong."""
    changes = [change(f"Hold-Until: {one}") for one in ends]
    for claim in (
        with_later_holds(BUILD, changes),
        with_later_holds(with_later_holds(BUILD, changes[:1]), changes[1:]),
    ):
        hold = read_claimed_hold(claim)
        assert (hold.end, hold.until, hold.owner) == (end, until, "Bob")


def test_a_later_end_of_the_same_owner_extends_the_hold() -> None:
    stated = "claiming: env-1\n\nHeld-By: ada\nReason: demo\nHold-Until: 2026-11-29T17:00:00Z"
    claim = Claim("c0ffee", SIX - 7200, "Ada Lovelace", stated)
    longer = with_later_holds(claim, [change("Hold-Until: 2026-11-29T18:00:00Z")])
    assert read_claimed_hold(longer) == Hold("ada", "demo", HoldEnd.AT_TIME, SIX)
    shorter = with_later_holds(claim, [change("Held-By: bob\nHold-Until: 2026-11-29T16:59:59Z")])
    assert read_claimed_hold(shorter) == Hold("ada and bob", "demo", HoldEnd.AT_TIME, SIX - 3600)


def test_what_is_kept_of_later_changes_is_short() -> None:
    changes = [change(f"Held-By: {one}{'x' * 300}\nReason: {'y' * 300}\nHold-Until: never") for one in range(9)]
    assert len(with_later_holds(BUILD, changes).later_trailers) < 500
