# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the last rounds, and the jobs that left most locks behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ansible_collections.poolboy.concourse.plugins.plugin_utils._history.history import read_history
from ansible_collections.poolboy.concourse.plugins.plugin_utils._html.trend import Figures, trend_of
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.page import page
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group
from ansible_collections.poolboy.concourse.tests.page.rounds import MADE, a_round, iso
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import read_page


def a_past(number: int, left_by: dict[str, int] | None = None, **counts: int) -> dict[str, Any]:
    return {"at": iso(MADE + timedelta(hours=number - 10)), **counts, "left_by": left_by or {}}


UP = "https://ci.example.com/teams/main/pipelines/ci/jobs/up"
PAST = {
    "rounds": [
        a_past(0, free=4),
        a_past(5, {"main/ci/up": 1, "main/ci/<b>": 3}, free=2, use=1, left=1),
        a_past(10, free=1, use=3),
    ],
    "links": {"main/ci/up": UP},
}


def test_areas_are_stacked_and_hold_until_the_next_round() -> None:
    trend = trend_of(read_history(PAST))
    assert trend is not None
    assert trend.height == 4
    assert dict(trend.areas) == {
        Group.FREE: "M0 0H500V50H1000V75V100V100H500V100H0Z",
        Group.USE: "M0 0H500V25H1000V0V75V50H500V0H0Z",
        Group.LEFT: "M0 0H500V0H1000V0V0V25H500V0H0Z",
    }
    assert trend.figures == [Figures(Group.FREE, 1, 1, 4), Figures(Group.USE, 3, 0, 3), Figures(Group.LEFT, 0, 0, 1)]
    assert trend.in_words == "free 1 to 4, in use 0 to 3, left behind 0 to 1"


def test_the_worst_jobs_come_first_and_few_of_them() -> None:
    jobs = {f"main/ci/job-{number}": number for number in range(1, 9)}
    trend = trend_of(read_history({"rounds": [a_past(0, jobs, free=1), a_past(1, {"main/ci/job-1": 9}, free=1)]}))
    assert trend is not None
    assert [(job.name, job.count) for job in trend.jobs[:2]] == [("main/ci/job-1", 10), ("main/ci/job-8", 8)]
    assert (len(trend.jobs), trend.more_jobs) == (5, 3)


def test_no_picture_of_one_round_or_no_lock() -> None:
    assert trend_of(read_history(None)) is None
    assert trend_of(read_history({"rounds": [a_past(0, free=4)]})) is None
    assert trend_of(read_history({"rounds": [a_past(0), a_past(1)]})) is None


def test_the_page_shows_the_trend_and_links_its_data() -> None:
    made = read_page(page(a_round(), old_after=60, history=PAST, data_file="a b.json"))
    section = made.only("section", aria_labelledby="trend")
    assert {row.only("bdi").text: row.inside[-1].text for row in section.all("tr") if row.all("bdi")} == {
        "main/ci/<b>": "3",
        "main/ci/up": "1",
    }
    assert [(link.text, link.attributes["href"]) for link in section.all("a")] == [("main/ci/up", UP)]
    assert [path.attributes["class"] for path in section.all("path")] == ["free", "use", "left"]
    assert all(re.fullmatch(r"M[-0-9.HV ]+Z", path.attributes["d"]) for path in section.all("path"))
    assert made.only("a", href="a%20b.json").text == "This page as JSON"
    without = read_page(page(a_round(), old_after=60))
    assert without.all("section", aria_labelledby="trend") == []
    assert [link for link in without.all("a") if "json" in link.attributes["href"]] == []
