# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Injected faults, as a client sees them."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

BUILDS = "teams/main/pipelines/p/jobs/j/builds"


@pytest.fixture(autouse=True)
def pipeline(atc: Emulator) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j", "plan": []}]})


def made(atc: Emulator) -> int:
    return len(atc.list_builds())


@pytest.mark.parametrize("credible", [False, True])
def test_status_replaces_the_response(atc: Emulator, admin: ApiClient, credible: bool) -> None:
    atc.add_fault("status", path="/builds$", status=503, body="busy", version_header=credible)
    response = admin.request(BUILDS, "POST")
    assert (response.status_code, response.text) == (503, "busy")
    assert ("X-Concourse-Version" in response.headers) == credible
    assert made(atc) == 0


def test_status_after_the_request_took_effect(atc: Emulator, admin: ApiClient) -> None:
    atc.add_fault("status", method="POST", status=504, after=True)
    assert admin.status(BUILDS, "POST") == 504
    assert made(atc) == 1


def test_html_is_a_web_page_with_200(atc: Emulator, admin: ApiClient) -> None:
    atc.add_fault("html")
    response = admin.request("info")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "X-Concourse-Version" not in response.headers


def test_a_missing_header_keeps_the_body(atc: Emulator, admin: ApiClient) -> None:
    atc.add_fault("no_version_header")
    response = admin.request("builds/99")
    assert (response.status_code, "X-Concourse-Version" in response.headers) == (404, False)


def test_a_cut_body_is_shorter_than_announced(atc: Emulator, admin: ApiClient) -> None:
    atc.add_fault("cut_body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        admin.request("info")


def test_cut_json_has_its_announced_length(atc: Emulator, admin: ApiClient) -> None:
    atc.add_fault("cut_json")
    response = admin.request("info")
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


@pytest.mark.parametrize(("kind", "reason"), [("lost", "Remote end closed"), ("reset", "reset by peer")])
@pytest.mark.parametrize("after", [False, True])
def test_a_response_is_lost_before_or_after_the_request_took_effect(
    atc: Emulator, admin: ApiClient, kind: str, reason: str, after: bool
) -> None:
    atc.add_fault(kind, method="POST", count=1, after=after)
    with pytest.raises(requests.exceptions.ConnectionError, match=reason):
        admin.request(BUILDS, "POST")
    assert made(atc) == int(after)
    assert atc.requests(method="POST")[0]["status"] == 0
    assert admin.status(BUILDS) == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_delay_comes_before_or_after_the_request_took_effect(atc: Emulator, admin: ApiClient, after: bool) -> None:
    atc.add_fault("delay", method="POST", seconds=1.0, after=after)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{atc.url}/api/v1/{BUILDS}", headers=_bearer(atc), timeout=0.3)
    assert made(atc) == int(after)


def test_delay_and_latency_add_up(atc: Emulator, admin: ApiClient) -> None:
    atc.change_settings(latency=0.05)
    atc.add_fault("delay", seconds=0.1)
    atc.add_fault("status", status=502)
    begin = time.monotonic()
    assert admin.status("info") == 502
    assert 0.15 <= time.monotonic() - begin < 2


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ({"nth": 2}, [2]),
        ({"count": 2}, [1, 2]),
        ({"path": "limit=[34]"}, [3, 4]),
        ({"path": "limit=[34]", "nth": 2}, [4]),
        ({"method": "POST"}, []),
    ],
)
def test_faults_select_requests(atc: Emulator, admin: ApiClient, rule: dict[str, Any], hit: list[int]) -> None:
    fault = atc.add_fault("status", status=500, **rule)
    statuses = [admin.status("builds", params={"limit": number}) for number in range(1, 6)]
    assert [number for number, status in enumerate(statuses, start=1) if status == 500] == hit
    assert atc.fault_hits() == {str(fault): len(hit)}
    assert [entry["faults"] for entry in atc.requests()] == [[fault] if n in hit else [] for n in range(1, 6)]


def test_probability_is_reproducible_by_seed(atc: Emulator, admin: ApiClient) -> None:
    def statuses(seed: int) -> list[int]:
        atc.clear_faults()
        atc.add_fault("status", probability=0.5, seed=seed)
        return [admin.status("info") for _count in range(30)]

    assert statuses(1) == statuses(1)
    assert statuses(1) != statuses(2)
    assert 5 < statuses(1).count(500) < 25


def test_a_removed_fault_is_gone(atc: Emulator, admin: ApiClient) -> None:
    first = atc.add_fault("status", status=500)
    atc.add_fault("status", status=502)
    assert admin.status("info") == 500
    atc.remove_fault(first)
    assert admin.status("info") == 502
    with pytest.raises(ValueError, match="unknown fault: nonsense; the kinds are status"):
        atc.add_fault("nonsense")


def _bearer(atc: Emulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {atc.issue_token('local:admin')}"}
