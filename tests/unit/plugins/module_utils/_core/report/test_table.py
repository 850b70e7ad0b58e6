# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of judged locks."""

from __future__ import annotations

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.layout import WIDTH
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.table import report_lines
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

from .judged_locks import BUILD, NOW, PERSON, claimed, free

DAY = 1440
TO_RELEASE = "To release one lock, if nobody uses it: ansible-playbook poolboy.concourse.release"
ACTED_ON = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_a_small_report() -> None:
    locks = [
        free("aws", "env-3"),
        claimed("aws", "env-1", build=BUILD),
        claimed(
            "aws", "env-2", VerdictName.MANUAL, minutes=3 * DAY + 61, holder=PERSON, reason="not claimed by a build"
        ),
    ]
    lines = report_lines(locks, ["aws"], [Problem("aws", "no .gitkeep in claimed/")], NOW)
    assert lines == [
        "POOL  LOCK   VERDICT  CLAIMED BY                         SINCE (UTC)  AGE     COMMIT",
        "aws   env-1  aborted  deploy/up 3                        2025-12-31   1h 20m  cccccccc",
        "             ci/up 3 was aborted and left it claimed",
        "aws   env-2  manual   Ada Larsson: manually claim env-1  2025-12-28   3d 1h   cccccccc",
        "             not claimed by a build",
        "",
        "aws: 2 claimed (1 releasable), 1 free: env-3",
        "",
        f"{TO_RELEASE} -e pool_boy_pool=aws -e pool_boy_lock=env-2 -e pool_boy_claim_commit=cccccccc",
        "",
        "Problems:",
        "  aws: no .gitkeep in claimed/",
    ]


def test_nothing_is_claimed() -> None:
    assert report_lines([free("aws", "a")], ["aws"], [], NOW) == [
        "No lock is claimed.",
        "",
        "aws: 0 claimed, 1 free: a",
    ]
    assert report_lines([], ["empty"], [], NOW) == ["No lock is claimed.", "", "empty: 0 claimed, 0 free"]


WORST_FIRST = (
    VerdictName.ZOMBIE,
    VerdictName.ERRORED,
    VerdictName.LEAKED,
    VerdictName.FAILED,
    VerdictName.UNREACHABLE,
    VerdictName.MANUAL,
    VerdictName.HANDED_OFF,
    VerdictName.RUNNING,
)


def test_the_worst_verdict_is_first_then_the_oldest_claim() -> None:
    locks = [claimed("aws", name.value, name) for name in reversed(WORST_FIRST)]
    locks.append(claimed("gcp", "older", VerdictName.LEAKED, minutes=99))
    lines = report_lines(locks, [], [], NOW)
    shown = [line.split()[1] for line in lines if line.startswith(("aws", "gcp"))]
    expected = [name.value for name in WORST_FIRST]
    expected.insert(expected.index("leaked"), "older")
    assert shown == expected


def test_every_verdict_is_shown() -> None:
    locks = [claimed("aws", name.value, name, reason=f"because {name.value}") for name in VerdictName]
    text = "\n".join(report_lines(locks, ["aws"], [], NOW))
    assert all(f"because {name.value}" in text for name in VerdictName)


def test_the_report_does_not_depend_on_the_order_of_the_locks() -> None:
    locks = [claimed("aws", "a"), claimed("aws", "b"), claimed("gcp", "a"), claimed("aws", "c", VerdictName.FAILED)]
    assert len({tuple(report_lines(order, ["aws", "gcp"], [], NOW)) for order in permutations(locks)}) == 1


@pytest.mark.parametrize(
    ("minutes", "age"),
    [
        (0, "0m"),
        (59, "59m"),
        (60, "1h 0m"),
        (1439, "23h 59m"),
        (1440, "1d 0h"),
        (999 * DAY, "999d 0h"),
        (1000 * DAY, "1000d"),
    ],
)
def test_ages(minutes: int, age: str) -> None:
    row = report_lines([claimed("aws", "a", minutes=minutes)], [], [], NOW)[1]
    assert row.removesuffix("cccccccc").rstrip().endswith(f"  {age}")


def test_claims_of_this_year_show_the_time_of_day() -> None:
    june = NOW + 180 * 86_400
    assert "01-01 00:00" in report_lines([claimed("aws", "a", minutes=0)], [], [], june)[1]
    assert "2025-12-31" in report_lines([claimed("aws", "a", minutes=1)], [], [], june)[1]


def test_many_free_locks_are_counted() -> None:
    (line,) = [
        line for line in report_lines([free("p", f"e{n:02}") for n in range(23)], ["p"], [], NOW) if "e19" in line
    ]
    assert line.endswith("e19 and 3 more")


def test_columns_are_aligned_with_their_titles() -> None:
    locks = [claimed("a-very-long-name-of-a-pool", "x", build=BUILD), claimed("aws", "a-very-long-name-of-a-lock")]
    title, *lines = report_lines(locks, [], [], NOW)
    rows = [line for line in lines if line.startswith("a")]
    for word in ("LOCK", "VERDICT", "CLAIMED BY", "SINCE", "AGE", "COMMIT"):
        at = title.index(word)
        assert all(row[at - 1] == " " and row[at] != " " for row in rows)


def test_long_names_use_the_width_that_is_left_and_keep_both_ends() -> None:
    one = claimed("cf-deploy/fresh", "bosh-lite-net-17", build=BUILD)
    _title, row, *_reason = report_lines([one], [], [], NOW)
    assert len(row) <= WIDTH
    assert row.startswith("cf-deploy/fresh  bosh-lite-net-17  aborted")
    holder = Holder(HolderKind.PERSON, "h" * 99)
    long = claimed("teams/" + "p" * 60 + "/fresh", "bosh-" + "l" * 60 + "-17", holder=holder)
    _title, row, *_reason = report_lines([long], [], [], NOW)
    assert row.endswith("2025-12-31   1h 20m  cccccccc")
    assert len(row) <= WIDTH
    for end in ("teams", "fresh  bosh-", "-17  aborted"):
        assert end in row


def test_the_command_is_for_the_worst_lock_that_the_policy_keeps() -> None:
    due = claimed("aws", "due", VerdictName.ZOMBIE)
    kept = claimed("aws", "by-hand", VerdictName.MANUAL)
    used = claimed("aws", "in-use", VerdictName.RUNNING, dead=False)
    lines = report_lines([used, due, kept], ["aws"], [], NOW)
    assert [line for line in lines if line.startswith(TO_RELEASE) and "pool_boy_lock=by-hand " in line] == lines[-1:]
    assert "pool_boy_lock=due " in report_lines([used, due], ["aws"], [], NOW)[-1]
    assert not any(TO_RELEASE in line for line in report_lines([used], ["aws"], [], NOW)), "somebody uses it"
    waiting = claimed("aws", "waiting", VerdictName.HANDED_OFF)
    assert not any(TO_RELEASE in line for line in report_lines([waiting], ["aws"], [], NOW)), "a job can take it"
    assert "pool_boy_lock=due " in report_lines([due], ["aws"], [], NOW)[-1]
    endless = claimed("aws", "x" * 5000, VerdictName.MANUAL)
    assert "pool_boy_lock=due " in report_lines([endless, due], ["aws"], [], NOW)[-1]
    assert report_lines([endless], ["aws"], [], NOW)[-1] == "aws: 1 claimed, 0 free"


def test_a_url_is_never_broken() -> None:
    address = "https://ci.example.com/teams/main/pipelines/a-rather-long-one/jobs/of-many-words/builds/1234567890.1"
    lines = report_lines([claimed("aws", "env-1", reason=f"claimed from another Concourse: {address}")], [], [], NOW)
    assert lines[3].strip() == address


def test_reasons_keep_their_width_beside_long_names() -> None:
    one = claimed("p" * 40, "l" * 40, holder=Holder(HolderKind.PERSON, "x"), reason="word " * 20)
    _title, _row, reason, *_rest = report_lines([one], [], [], NOW)
    assert len(reason) - len(reason.lstrip()) == 33


ANY = st.text(st.characters(), max_size=150)


@given(ANY, ANY, ANY, ANY, st.integers(-(10**12), 10**12), st.sampled_from(VerdictName))
def test_no_line_is_too_wide_or_has_control_characters(
    pool: str, lock: str, text: str, reason: str, minutes: int, verdict: VerdictName
) -> None:
    holder = Holder(HolderKind.PERSON, text)
    locks = [claimed(pool, lock, verdict, minutes=minutes, reason=reason, holder=holder), free(pool, lock)]
    lines = report_lines(locks, [pool], [Problem(pool, text)], NOW)
    assert all(len(line) <= WIDTH or "://" in reason + text or line.startswith(TO_RELEASE) for line in lines)
    assert not {unicodedata.category(character) for line in lines for character in line} & ACTED_ON
