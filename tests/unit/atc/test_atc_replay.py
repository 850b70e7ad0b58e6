# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recorded world, served over HTTP on any port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Replay

RECORDING = Path(__file__).resolve().parents[2] / "contract" / "world.json"
EXCHANGES: list[dict[str, Any]] = json.loads(RECORDING.read_text())["answers"]


@pytest.fixture
def replay() -> Iterator[Replay]:
    with Replay(RECORDING) as served:
        yield served


@pytest.fixture
def session(replay: Replay) -> Iterator[requests.Session]:
    """A session with the login of the recorded user."""
    with requests.Session() as logged_in:
        response = _log_in(replay, "admin")
        logged_in.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        yield logged_in


def _log_in(replay: Replay, password: str) -> requests.Response:
    form = {"grant_type": "password", "username": "admin", "password": password, "scope": "openid"}
    return requests.post(f"{replay.url}/sky/issuer/token", data=form, auth=("fly", "Zmx5"), timeout=5)


def test_every_recorded_request_gets_its_response(replay: Replay, session: requests.Session) -> None:
    for recorded in EXCHANGES:
        given = session.get(replay.url + recorded["path"], params=recorded.get("params"), timeout=5)
        assert given.status_code == recorded["status"]
        assert recorded["headers"].items() <= dict(given.headers).items()
        assert (given.json() if given.content else "") == recorded["body"]
    assert replay.missed == []
    assert len(replay.log.entries) == len(EXCHANGES) + 1
    assert replay.log.connections() == 2


def test_parameters_in_any_order_and_spelling(replay: Replay, session: requests.Session) -> None:
    base = f"{replay.url}/api/v1/teams/ops/pipelines/deploy"
    spaced = '{"num": 9000, "cfg": {"deep": true}, "branch": "feature/x"}'
    versions = session.get(f"{base}/resources/envs/versions", params={"vars": spaced, "limit": "200"}, timeout=5)
    assert [version["id"] for version in versions.json()] == [7]
    dotted = {"vars.num": "9000", "vars.cfg.deep": "true", "vars.branch": '"feature/x"'}
    assert session.get(f"{base}/jobs/hold/builds/1", params=dotted, timeout=5).json()["id"] == 12
    assert replay.missed == []


def test_resources_are_derived_from_the_recorded_jobs(replay: Replay, session: requests.Session) -> None:
    listed = session.get(f"{replay.url}/api/v1/resources", timeout=5)
    assert listed.headers["X-Concourse-Version"] == "8.2.5"
    names = {(found["team_name"], found["pipeline_name"], found["name"], found["type"]) for found in listed.json()}
    assert names == {
        ("main", "ci", "envs", "pool"),
        ("main", "flow", "lock", "pool"),
        ("ops", "deploy", "envs", "pool"),
        ("ops", "newname", "envs", "pool"),
        ("ops", "doomed", "envs", "pool"),
    }
    (deploy,) = [found for found in listed.json() if found["pipeline_name"] == "deploy"]
    variables = {"branch": "feature/x", "cfg": {"deep": True}, "num": 9000}
    assert (deploy["pipeline_id"], deploy["pipeline_instance_vars"]) == (2, variables)
    archived = session.get(f"{replay.url}/api/v1/teams/ops/pipelines/archived/resources", timeout=5).json()
    assert [(found["name"], found["pipeline_id"]) for found in archived] == [("envs", 4)]
    of_instance = f"{replay.url}/api/v1/teams/ops/pipelines/deploy/resources"
    assert session.get(of_instance, params={"vars": json.dumps(variables)}, timeout=5).json() == [deploy]
    assert replay.missed == []
    assert session.get(of_instance, timeout=5).status_code == 404
    assert len(replay.missed) == 1


def test_filtered_versions_are_derived_from_the_whole_list(replay: Replay, session: requests.Session) -> None:
    """A version that no recorded list has is in no resource; one with another limit is found."""
    base = f"{replay.url}/api/v1/teams/main/pipelines"
    known = "d8ad35161b489fe75cd4a53c8f08536bf701224e"
    for pipeline, resource, expected in (("flow", "lock", [known]), ("ci", "envs", [])):
        found = session.get(
            f"{base}/{pipeline}/resources/{resource}/versions",
            params={"filter": f"ref:{known}", "limit": "3"},
            timeout=5,
        )
        assert [version["version"]["ref"] for version in found.json()] == expected
        assert found.headers["X-Concourse-Version"] == "8.2.5"
    assert replay.missed == []


@pytest.mark.parametrize(
    "path",
    ["/api/v1/builds/31", "/api/v1/teams/main/pipelines?limit=1", "/api/v1/teams/ops/pipelines/deploy/jobs/hold"],
)
def test_a_request_that_was_not_recorded(replay: Replay, session: requests.Session, path: str) -> None:
    response = session.get(replay.url + path, timeout=5)
    assert (response.status_code, "X-Concourse-Version" in response.headers) == (404, False)
    assert replay.missed == [f"GET {path}"]


def test_a_post_is_not_replayed(replay: Replay, session: requests.Session) -> None:
    assert session.post(f"{replay.url}/api/v1/teams/main/pipelines/ci/jobs/noop/builds", timeout=5).status_code == 404
    assert replay.missed == ["POST /api/v1/teams/main/pipelines/ci/jobs/noop/builds"]


def test_only_the_recorded_user_sees_more_than_the_info(replay: Replay) -> None:
    assert requests.get(f"{replay.url}/api/v1/info", timeout=5).json()["external_url"] == "http://127.0.0.1:8080"
    refused = requests.get(f"{replay.url}/api/v1/builds/1", timeout=5)
    assert (refused.status_code, refused.text, refused.headers["X-Concourse-Version"]) == (
        401,
        "not authorized",
        "8.2.5",
    )
    bad = {"Authorization": "Bearer bad"}
    assert requests.get(f"{replay.url}/api/v1/info", headers=bad, timeout=5).status_code == 401
    assert _log_in(replay, "wrong").status_code == 401
    assert replay.missed == []
