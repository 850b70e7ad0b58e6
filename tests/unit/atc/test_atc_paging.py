# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of builds and versions, in the order of Concourse."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

BUILDS = "teams/main/pipelines/p/jobs/j/builds"
VARS = {"branch": "feature/x", "a": {"b.c": True}}


@pytest.fixture
def history(atc: Emulator) -> Emulator:
    """Builds 1 to 5 of a job, started 10 seconds apart, then 6, a re-run of 2, and 7, pending."""
    atc.set_pipeline("main/p", {"jobs": [{"name": "j", "plan": []}]})
    for number in range(1, 6):
        atc.record_build("main/p", "j", started=1000.0 + 10 * number)
    atc.record_build("main/p", "j", rerun_of=2, started=1060.0)
    atc.pause_job("main/p", "j")
    atc.trigger("main/p", "j")
    return atc


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({}, [7, 5, 4, 3, 6, 2, 1]),
        ({"limit": 3}, [7, 5, 4]),
        ({"limit": "many"}, [7, 5, 4, 3, 6, 2, 1]),
        ({"to": 6, "limit": 4}, [5, 4, 3, 6]),
        ({"to": 5, "limit": 4}, [5, 4, 3, 2]),
        ({"from": 3}, [7, 5, 4, 3, 6]),
        ({"from": 3, "limit": 2}, [3, 6]),
        ({"from": 3, "to": 7}, [6, 3, 4, 5, 7]),
        ({"from": 3, "to": 7, "limit": 2}, [6, 3]),
        ({"from": 99}, []),
        ({"timestamps": "1", "from": 1020, "to": 1045}, [4, 3, 2]),
        ({"timestamps": "1", "from": 1060}, [6]),
    ],
)
def test_builds_are_ordered_by_original_and_bounded_by_id(
    history: Emulator, admin: ApiClient, params: dict[str, Any], ids: list[int]
) -> None:
    for path in (BUILDS, "builds", "teams/main/builds", "teams/main/pipelines/p/builds"):
        assert [build["id"] for build in admin.get(path, **params)] == ids


def test_a_running_rerun_of_an_old_build_is_not_on_the_first_page(history: Emulator, admin: ApiClient) -> None:
    rerun = history.record_build("main/p", "j", rerun_of=1, status="started")["id"]
    assert rerun not in [build["id"] for build in admin.get(BUILDS, limit=5)]
    assert rerun in [build["id"] for build in admin.get(BUILDS, **{"from": rerun})]


def test_a_reversed_range_is_an_error(history: Emulator, admin: ApiClient) -> None:
    wrong = {"from": 5, "to": 3}
    assert admin.status("builds", params=wrong) == 500
    assert admin.status(BUILDS, params=wrong) == 404


def test_links_lead_through_all_builds_of_a_job_without_reruns(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j", "plan": []}]}, instance_vars=VARS)
    for _count in range(7):
        atc.record_build("main/p", "j", instance_vars=VARS)
    query = '?vars={"branch":"feature/x","a":{"b.c":true}}&limit=3'
    ids: list[int] = []
    while query:
        response = admin.request(BUILDS + query)
        ids += [build["id"] for build in response.json()]
        link = response.links.get("next", {}).get("url", "")
        assert link == "" or "&limit=3&vars.a.%22b.c%22=true&vars.branch=%22feature%2Fx%22" in link
        query = link[link.index("?") :] if link else ""
    assert ids == [7, 6, 5, 4, 3, 2, 1]


def test_links_lead_through_all_versions_both_ways(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/p", {"resources": [{"name": "lock", "type": "pool", "source": {}}]})
    for number in range(7):
        atc.save_version("main/p", "lock", {"ref": str(number)})
    path = "teams/main/pipelines/p/resources/lock/versions"
    for relation, start in (("next", "?limit=3"), ("previous", "?limit=3&from=1")):
        ids: list[int] = []
        query = start
        while query:
            response = admin.request(path + query)
            page = [version["id"] for version in response.json()]
            assert page == sorted(page, reverse=True)
            ids += page
            link = response.links.get(relation, {}).get("url", "")
            query = link[link.index("?") :] if link else ""
        assert sorted(ids) == [1, 2, 3, 4, 5, 6, 7]


def test_links_start_with_the_external_url(history: Emulator, admin: ApiClient) -> None:
    assert admin.request(f"{BUILDS}?limit=1").links["next"]["url"].startswith(history.url)
    history.change_settings(external_url="https://ci.example.com/sub")
    link = admin.request(f"{BUILDS}?limit=1").headers["Link"]
    assert link == f'<https://ci.example.com/sub/api/v1/{BUILDS}?to=5&limit=1>; rel="next"'


def test_before_6_6_pages_are_named_since_and_until(history: Emulator, admin: ApiClient) -> None:
    history.change_settings(version="6.5.0")
    response = admin.request(f"{BUILDS}?limit=2")
    assert [build["id"] for build in response.json()] == [7, 5]
    assert "since=" in response.links["next"]["url"]
    older = admin.get(BUILDS, since=5, limit=2)
    assert [build["id"] for build in older] == [4, 3]
    assert [build["id"] for build in admin.get(BUILDS, until=4)] == [7, 5, 6]
