# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of login in every version of Concourse, and the message of each refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect

ADMIN = {"username": "admin", "password": "admin-pa55word"}
BOT = {"client_id": "bot", "client_secret": "b0t-s3cret"}
VERSIONS = ["4.2.5", "5.0.0", "5.8.1", "6.0.2", "6.1.0", "6.4.1", "6.5.0", "7.14.1", "8.2.5", "0.0.0-dev"]
FIRST = BuildReference(id=1)


def read_first_build(connect: Connect, atc: Emulator, **options: str) -> str:
    concourse = connect(atc.url, **options)
    build = concourse.queries().build(FIRST)
    assert build is not None
    assert concourse.failure is None
    return atc.log.entries[-1].who


@pytest.mark.parametrize("version", VERSIONS)
def test_password(version: str, atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version=version)
    assert read_first_build(connect, atc, **ADMIN) == "local:admin"
    # The first of the two tokens is accepted.
    assert [entry["status"] for entry in atc.requests(path="(/api/v1/user|/sky/userinfo)$")] == [200]


@pytest.mark.parametrize("version", [version for version in VERSIONS if version > "6.0.9" or version.startswith("0")])
def test_client_credentials(version: str, atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version=version)
    atc.set_team("main", {"owner": ["local:admin"], "viewer": ["client:bot"]})
    assert read_first_build(connect, atc, **BOT) == "client:bot"


@pytest.mark.parametrize("version", VERSIONS)
def test_given_token(version: str, atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version=version)
    assert read_first_build(connect, atc, token=atc.issue_token("local:admin")) == "local:admin"
    assert atc.requests(method="POST") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_fly_target(
    version: str, atc: Emulator, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atc.change_settings(version=version)
    token = atc.issue_token("local:admin")
    (tmp_path / ".flyrc").write_text(
        f"targets: {{ci: {{api: {atc.url}, team: ops, token: {{type: bearer, value: {token}}}}}}}", encoding="utf-8"
    )
    monkeypatch.setenv("FLY_HOME", str(tmp_path))
    assert read_first_build(connect, atc, target="ci") == "local:admin"


def test_anonymous_sees_exposed_pipelines_only(atc: Emulator, connect: Connect) -> None:
    atc.record_build("ops/open", "claim", id=50)
    queries = connect(atc.url, anonymous=True).queries()
    assert queries.build(BuildReference(id=50)) is not None
    assert queries.build(BuildReference(id=9999)) is None
    with pytest.raises(NoCredibleResponse, match="Concourse requires a login for GET /api/v1/builds/1"):
        queries.build(FIRST)
    assert {entry.path for entry in atc.log.entries} <= {f"/api/v1/{path}" for path in ("info", "builds/50")} | {
        "/api/v1/builds/1",
        "/api/v1/builds/9999",
    }


def test_one_login_serves_all_queries(atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    concourse.connect()
    for _count in range(3):
        assert concourse.queries().build(FIRST) is not None
    paths = [entry.path for entry in atc.log.entries]
    assert paths == ["/api/v1/info", "/sky/issuer/token", "/api/v1/user", *["/api/v1/builds/1"] * 3]


def test_no_request_before_the_first_query(atc: Emulator, connect: Connect) -> None:
    connect(atc.url).queries()
    assert atc.log.entries == []


REFUSED = [
    (
        {"username": "admin", "password": "wr0ng"},
        {},
        "refused user 'admin': the user does not exist, or the password is wrong",
    ),
    ({"username": "ghost", "password": "wr0ng"}, {}, "refused user 'ghost'"),
    (ADMIN, {"local_users": False}, "has no users with a password"),
    ({"client_id": "bot", "client_secret": "wr0ng"}, {}, "does not know client 'bot', or its secret is wrong"),
    ({"client_id": "ghost", "client_secret": "wr0ng"}, {}, "does not know client 'ghost'"),
    ({"token": "wr0ng"}, {}, "refuses concourse_token: it is invalid or has expired"),
    (
        {"username": "nobody", "password": "nobody-pa55word"},
        {},
        "knows user 'nobody', but it has no role in any team",
    ),
    ({"username": "admin", "password": "wr0ng"}, {"version": "5.8.1"}, "refused user 'admin'"),
    ({"username": "nobody", "password": "nobody-pa55word"}, {"version": "5.8.1"}, "without a role in any team"),
    (BOT, {"version": "6.0.0"}, "Clients can log in since Concourse 6.1 only"),
    (ADMIN, {"version": "3.14.1"}, "needs Concourse 4.0 or newer"),
    ({"token": "wr0ng"}, {"version": "5.8.1"}, "refuses concourse_token"),
]


@pytest.mark.parametrize(("options", "settings", "sentence"), REFUSED)
def test_refusals(
    options: dict[str, str], settings: dict[str, object], sentence: str, atc: Emulator, connect: Connect
) -> None:
    atc.change_settings(**settings)
    concourse = connect(atc.url, **options)
    with pytest.raises(ConcourseError) as error:
        concourse.connect()
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")
    assert not any(secret in str(error.value) for secret in ("wr0ng", "pa55word", "b0t"))
    requests_before = len(atc.log.entries)
    # A refused login is not repeated: that could lock the user out.
    with pytest.raises(ConcourseError):
        concourse.queries().build(FIRST)
    assert len(atc.log.entries) == requests_before


def test_a_client_without_a_role(atc: Emulator, connect: Connect) -> None:
    atc.set_team("ops", {"owner": ["local:admin"]})
    with pytest.raises(ConcourseError, match="add 'client:bot' to the users of a role"):
        connect(atc.url, **BOT).connect()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (
            400,
            '{"error": "unauthorized_client"}',
            "does not let client 'bot' log in by its secret .400 unauthorized_cl",
        ),
        (400, '{"error": "unsupported_grant_type"}', "allow it client_credentials"),
        (400, '{"error": "b0t-s3cret"}', "does not let client 'bot' log in by its secret .400.: add"),
        (403, "b0t-s3cret", "does not let client 'bot' log in by its secret .403."),
        (404, "", "has no login at /sky/issuer/token"),
    ],
)
def test_a_client_that_is_not_allowed(status: int, body: str, sentence: str, atc: Emulator, connect: Connect) -> None:
    atc.add_fault("status", method="POST", status=status, body=body)
    with pytest.raises(ConcourseError, match=sentence) as error:
        connect(atc.url, **BOT).connect()
    assert "b0t" not in str(error.value)


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (401, '{"error": "invalid_client"}', "does not allow fly's login by password"),
        (400, '{"error": "invalid_scope", "error_description": "admin-pa55word"}', "refused the login of user 'admin'"),
        (405, "", "has no login at /sky/issuer/token"),
        (302, "", "only redirects"),
    ],
)
def test_a_user_that_is_not_allowed(status: int, body: str, sentence: str, atc: Emulator, connect: Connect) -> None:
    atc.add_fault("status", method="POST", status=status, body=body)
    with pytest.raises(ConcourseError, match=sentence) as error:
        connect(atc.url).connect()
    assert "pa55word" not in str(error.value)


def test_an_unreachable_ldap_is_not_a_refusal(atc: Emulator, connect: Connect) -> None:
    body = '{"error": "invalid_request", "error_description": "Could not login user"}'
    atc.add_fault("status", method="POST", status=400, body=body)
    concourse = connect(atc.url)
    concourse.connect()
    assert concourse.failure == "the directory (LDAP) behind Concourse's login did not answer"


def test_the_second_token_is_tried(atc: Emulator, connect: Connect) -> None:
    """A development build of 6.4 has version 0.0.0-dev and accepts the other of the two tokens."""
    atc.change_settings(version="6.4.1")
    body = '{"version": "0.0.0-dev", "worker_version": "2.2"}'
    atc.add_fault("status", path="/info", status=200, body=body, content_type="application/json", version_header=True)
    assert read_first_build(connect, atc, **ADMIN) == "local:admin"
