# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two responses say about one build must agree."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.known_builds import KnownBuilds
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse

PENDING: dict[str, Any] = {
    "id": 7,
    "team_name": "main",
    "name": "1",
    "status": "pending",
    "pipeline_name": "p",
    "job_name": "j",
}
STARTED = {**PENDING, "status": "started", "start_time": 10}
FAILED = {**STARTED, "status": "failed", "end_time": 20}


def test_a_build_continues() -> None:
    builds = KnownBuilds()
    for state in (PENDING, STARTED, FAILED, FAILED):
        builds.decode(state)
    # Another thread can have asked earlier, and decode its response later.
    assert builds.decode_list([STARTED, PENDING])[0].is_active


@pytest.mark.parametrize(
    "other",
    [
        {"start_time": 11},
        {"end_time": 21},
        {"status": "succeeded"},
        {"name": "2"},
        {"team_name": "other"},
        {"pipeline_name": "q"},
        {"job_name": "k"},
        {"rerun_of": {"id": 3}},
    ],
)
def test_contradictions(other: dict[str, Any]) -> None:
    builds = KnownBuilds()
    for state in (STARTED, FAILED):
        builds.decode(state)
    with pytest.raises(NoCredibleResponse, match="contradicts its earlier response about build 7"):
        builds.decode_list([{**FAILED, **other}])


def test_a_build_knows_the_address_of_its_concourse() -> None:
    assert KnownBuilds().decode(PENDING).address == ""
    builds = KnownBuilds(lambda: "https://ci.example.com")
    assert [build.address for build in (builds.decode(PENDING), *builds.decode_list([STARTED]))] == [
        "https://ci.example.com"
    ] * 2
