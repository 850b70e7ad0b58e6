# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins and tokens of all versions of Concourse, and time."""

from __future__ import annotations

import base64
import struct
import time

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

FORM = {"grant_type": "password", "username": "admin", "password": "admin", "scope": "openid federated:id"}
FLY = ("fly", "Zmx5")


def log_in(atc: Emulator, path: str = "/sky/issuer/token", **form: str) -> requests.Response:
    return requests.post(atc.url + path, data=FORM | form, auth=FLY, timeout=5)


def user(atc: Emulator, token: str, path: str = "/api/v1/user") -> requests.Response:
    return requests.get(atc.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=5)


@pytest.mark.parametrize(
    ("version", "bearer", "spare"),
    [
        ("6.1.0", "id_token", "access_token"),
        ("6.4.1", "id_token", "access_token"),
        ("6.5.0", "access_token", "id_token"),
        ("8.2.5", "access_token", "id_token"),
        ("0.0.0-dev", "access_token", "id_token"),
    ],
)
def test_one_of_the_two_tokens_is_the_bearer(atc: Emulator, version: str, bearer: str, spare: str) -> None:
    atc.change_settings(version=version)
    tokens = log_in(atc).json()
    assert user(atc, tokens[bearer]).json()["user_id"] == "admin"
    assert user(atc, tokens[spare]).status_code == 401
    assert log_in(atc, "/sky/token").status_code == 404


@pytest.mark.parametrize("version", ["4.2.3", "5.0.0", "6.0.0"])
def test_old_versions_log_in_at_sky_token(atc: Emulator, version: str) -> None:
    atc.change_settings(version=version)
    response = log_in(atc, "/sky/token").json()
    assert (response["token_type"], response["expiry"]) == ("Bearer", "2027-01-16T08:00:00Z")
    assert user(atc, response["access_token"], "/sky/userinfo").json()["teams"] == {"main": ["owner"]}
    assert user(atc, response["access_token"]).status_code == 404
    assert log_in(atc).json()["error"] == "invalid_client"
    assert log_in(atc, "/sky/token", password="wrong").status_code == 401
    atc.set_user("nobody", "nobody")
    assert log_in(atc, "/sky/token", username="nobody", password="nobody").status_code == 400


def test_old_versions_lack_fields(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j"}]})
    atc.record_build("main/p", "j")
    atc.record_build("main/p", "j", rerun_of=1)
    atc.change_settings(version="5.0.0")
    shown = admin.get("builds/2")
    assert "pipeline_name" in shown
    assert {"created_by", "pipeline_id", "rerun_of"}.isdisjoint(shown)
    assert set(admin.get("info")) == {"version", "worker_version"}
    atc.change_settings(version="6.0.0")
    assert admin.get("builds/2")["rerun_of"] == {"id": 1, "name": "1"}


def test_invalid_token_requests(atc: Emulator) -> None:
    response = log_in(atc, grant_type="magic")
    assert (response.status_code, response.json()) == (400, {"error": "unsupported_grant_type"})
    response = log_in(atc, scope="")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_without_local_users_only_clients_log_in(atc: Emulator) -> None:
    atc.change_settings(local_users=False)
    response = log_in(atc)
    assert (response.status_code, response.json()["error_description"]) == (400, "Requested connector does not exist.")
    atc.set_client("bot", "secret")
    atc.set_team("ops", {"pipeline-operator": ["client:bot"]})
    form = {"grant_type": "client_credentials", "scope": "openid federated:id"}
    token = requests.post(f"{atc.url}/sky/issuer/token", data=form, auth=("bot", "secret"), timeout=5).json()
    assert user(atc, token["access_token"]).json()["teams"] == {"ops": ["pipeline-operator"]}


def test_tokens_expire(atc: Emulator) -> None:
    atc.change_settings(token_lifetime=100)
    first = log_in(atc).json()
    expiry = struct.unpack("<q", base64.b64decode(first["access_token"] + "==")[20:])[0]
    assert (first["expires_in"], expiry) == (99, 1_800_000_100)
    assert atc.advance_time(99.5) == 1_800_000_099.5
    assert user(atc, first["access_token"]).status_code == 200
    atc.advance_time(0.5)
    assert user(atc, first["access_token"]).status_code == 401
    assert user(atc, log_in(atc).json()["access_token"]).status_code == 200


def test_expire_tokens(atc: Emulator) -> None:
    first, second = log_in(atc).json()["access_token"], atc.issue_token("client:bot")
    assert atc.expire_tokens("local:admin") == 1
    assert (user(atc, first).status_code, user(atc, second).status_code) == (401, 200)
    assert atc.expire_tokens() == 1
    assert user(atc, second).status_code == 401
    assert user(atc, atc.issue_token("local:admin", lifetime=0)).status_code == 401


def test_an_invalid_token_is_refused_where_anonymous_is_not(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j"}]}, public=True)
    for path, status in [("info", 401), ("builds", 401), ("teams/main/pipelines", 401), ("jobs", 401)]:
        assert ApiClient(atc, None).status(path) == 200
        assert user(atc, "bad", f"/api/v1/{path}").status_code == status
    build = atc.record_build("main/p", "j")["id"]
    for path in (f"builds/{build}", "teams/main/pipelines/p/jobs/j/builds/1"):
        assert user(atc, "bad", f"/api/v1/{path}").status_code == 200
    assert ApiClient(atc, None).status(f"builds/{build}/preparation") == 401


def test_the_clock_stands_still_or_runs(atc: Emulator) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j"}]})
    assert atc.record_build("main/p", "j")["start_time"] == 1_800_000_000
    atc.set_time(1_900_000_000, frozen=False)
    atc.advance_time(1000)
    assert 1_900_001_000 <= atc.record_build("main/p", "j")["start_time"] < 1_900_001_010
    atc.follow_wall_clock()
    assert abs(atc.record_build("main/p", "j")["start_time"] - time.time()) < 10
