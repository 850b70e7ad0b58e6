# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concourse refuses, is another server (clear messages), or does not respond (no verdict)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import (
    CHAIN,
    Look,
    LookEach,
    assert_each_says,
    assert_says,
    hand_off,
    login,
    refusal,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority, new_authority, serve_nothing
from ansible_collections.poolboy.concourse.tests.servers.processes import free_port

Case = tuple[dict[str, Any], Sequence[str]]
NO_LOGIN = {"concourse_username": None, "concourse_password": None}
SECRETS = ("wr0ng-s3cret", "pa55word", "s0urce-key")


@pytest.fixture
def chain(scene: Scene) -> Scene:
    """aws/env-1 is free, a build of job deploy uses aws/env-2."""
    scene.atc.set_pipeline("main/chain", CHAIN)
    for lock in ("env-1", "env-2"):
        scene.locks.add("aws", lock, at=scene.now)
    hand_off(scene, "aws/env-2")
    return scene


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    (tmp_path / "ca").mkdir()
    return new_authority(tmp_path / "ca")


def assert_refused(scene: Scene, cases: Sequence[Case], look_each: LookEach) -> None:
    runs = look_each([login(scene, **options) for options, _words in cases])
    assert_each_says(runs, [words for _options, words in cases])
    assert [secret for run in runs for secret in SECRETS if secret in run.said] == []


def test_all_is_well(chain: Scene, look: Look) -> None:
    """The scene works without the faults of the other tests."""
    assert look(**login(chain)).verdicts == {"aws/env-1": "free", "aws/env-2": "handed_off"}


def test_logins_that_are_refused(chain: Scene, look_each: LookEach) -> None:
    atc = chain.atc
    atc.set_user("nobody", "pa55word")
    atc.set_client("bot", "pa55word")
    expired = atc.issue_token("local:pool-boy", lifetime=-1)
    assert_refused(
        chain,
        [
            ({"concourse_password": "wr0ng-s3cret"}, ["refused user 'pool-boy'", "concourse_password"]),
            ({"concourse_username": "ghost"}, ["refused user 'ghost'", "concourse_username"]),
            ({**NO_LOGIN, "concourse_token": "wr0ng-s3cret"}, ["refuses concourse_token", "give a new one"]),
            ({**NO_LOGIN, "concourse_token": expired}, ["refuses concourse_token", "has expired"]),
            (
                {**NO_LOGIN, "concourse_client_id": "ghost", "concourse_client_secret": "wr0ng-s3cret"},
                ["does not know client 'ghost'", "--add-client"],
            ),
            (
                {**NO_LOGIN, "concourse_client_id": "bot", "concourse_client_secret": "pa55word"},
                ["client 'bot'", "no role in any team"],
            ),
            ({"concourse_username": "nobody"}, ["knows user 'nobody'", "no role in any team", "viewer"]),
        ],
        look_each,
    )


def test_a_concourse_without_users_of_its_own(chain: Scene, look_each: LookEach) -> None:
    chain.atc.change_settings(local_users=False)
    words = ["no users with a password", "concourse_token", "concourse_target", "concourse_client_id"]
    assert_refused(chain, [({}, words)], look_each)


def test_logins_that_contradict_each_other(chain: Scene, look_each: LookEach) -> None:
    no_url = {"concourse_url": None}
    assert_refused(
        chain,
        [
            ({"concourse_token": "wr0ng-s3cret"}, ["concourse_username and concourse_token", "only one"]),
            ({"concourse_target": "ci"}, ["concourse_username and concourse_target", "only one"]),
            (
                {"concourse_client_id": "bot", "concourse_client_secret": "wr0ng-s3cret"},
                ["concourse_username and concourse_client_id", "only one"],
            ),
            ({"concourse_password": None}, ["concourse_username is given without concourse_password"]),
            ({**NO_LOGIN, **no_url, "concourse_token": "wr0ng-s3cret"}, ["needs a Concourse", "concourse_url"]),
            (no_url, ["needs a Concourse", "concourse_url"]),
            ({"concourse_timeout": 0}, ["concourse_timeout", "at least 1"]),
            ({"concourse_url": "ci.example.com"}, ["ci.example.com", "not the address of a Concourse", "https://"]),
            ({"concourse_url_aliases": ["ci"]}, ["concourse_url_aliases is 'ci'"]),
            ({"client_cert": "/nonexistent"}, ["client_cert is given without client_key"]),
        ],
        look_each,
    )


def test_targets_of_fly(chain: Scene, look: Look, look_each: LookEach, tmp_path: Path) -> None:
    token = chain.atc.issue_token("local:pool-boy")
    bearer = {"type": "bearer", "value": token}
    targets: dict[str, Any] = {
        "ci": {"api": chain.atc.url, "team": "main", "token": bearer},
        "old": {"api": chain.atc.url, "team": "main", "token": {"type": "bearer", "value": "wr0ng-s3cret"}},
        "new": {"api": chain.atc.url, "team": "main"},
    }
    home = tmp_path / "fly"
    home.mkdir()
    (home / ".flyrc").write_text(json.dumps({"targets": targets}))
    no_url = {**NO_LOGIN, "concourse_url": None, "environment": {"FLY_HOME": str(home)}}
    assert look(**login(chain, **no_url, concourse_target="ci")).verdicts["aws/env-2"] == "handed_off"
    assert_refused(
        chain,
        [
            ({**no_url, "concourse_target": "cl"}, ["'cl' is not in", "ci, new, old", "fly -t cl login"]),
            ({**no_url, "concourse_target": "old"}, ["token of fly target 'old'", "fly -t old login"]),
            ({**no_url, "concourse_target": "new"}, ["'new' is not logged in", "fly -t new login"]),
            (
                {**no_url, "concourse_target": "ci", "concourse_url": "http://ci.example.com"},
                ["concourse_url is http://ci.example.com", "give one of them"],
            ),
            ({**no_url, "environment": {}, "concourse_target": "ci"}, [".flyrc", "does not exist", "log in with fly"]),
        ],
        look_each,
    )


def test_what_is_no_concourse(chain: Scene, look_each: LookEach) -> None:
    assert_refused(
        chain,
        [
            ({"concourse_url": f"{chain.atc.url}/teams/main"}, ["web page", "without the path of a team"]),
            ({"concourse_url": chain.atc.url.replace("http:", "https:")}, ["does not speak TLS", "concourse_url"]),
        ],
        look_each,
    )
    chain.atc.add_fault("html")
    assert_refused(chain, [({}, ["answers with a web page", "concourse_url"])], look_each)
    chain.atc.clear_faults()
    chain.atc.add_fault("no_version_header")
    assert_refused(chain, [({}, ["is not a Concourse", "X-Concourse-Version", "concourse_url"])], look_each)


def test_an_address_at_the_start_of_a_sentence_is_written_as_it_was_given(chain: Scene, look: Look) -> None:
    address = chain.atc.url.replace("http:", "https:")
    assert refusal(look(**login(chain, concourse_url=address))).startswith(address)


def test_a_certificate_must_be_trusted(
    chain: Scene, authority: CertificateAuthority, look: Look, look_each: LookEach
) -> None:
    client = authority.client_certificate()
    context = authority.server_context(client_certificates=True)
    with Emulator(tls=context, world=chain.atc.world) as atc:
        known = {"client_cert": str(client.certificate), "client_key": str(client.key)}
        trusting = {"concourse_url": atc.url, "ca_path": str(authority.ca_file)}
        options = login(chain, **trusting, **known, concourse_url_aliases=[chain.atc.url])
        assert look(**options).verdicts["aws/env-2"] == "handed_off"
        assert look(**{**options, "ca_path": None, "validate_certs": False}).verdicts["aws/env-2"] == "handed_off"
        assert_refused(
            chain,
            [
                ({"concourse_url": atc.url, **known}, ["certificate of", "not trusted", "ca_path"]),
                (
                    {**trusting, **known, "client_key": str(client.certificate)},
                    ["are unusable", "the user of this run can read"],
                ),
            ],
            look_each,
        )
        # The server may close the connection before the client reads its reason.
        unknown = look(**login(chain, **trusting))
        told = refusal(unknown) if unknown.failed else unknown.warnings[0]
        ways = ("without a client certificate", "closed the connection", "TLS connection to")
        assert any(words in told for words in ways), told
        assert unknown.failed or unknown.verdicts["aws/env-2"] == "unreachable"


URL = "https://ci.example.com"
EVERYTHING: list[tuple[str, dict[str, Any], str]] = [
    ("status", {"status": 500}, "answered 500"),
    ("status", {"status": 503, "version_header": True}, "answered 503"),
    ("status", {"status": 403, "version_header": True}, "answered 403"),
    ("cut_json", {}, "cut off or is not JSON"),
    ("cut_body", {}, "was cut off"),
    ("lost", {}, "closed the connection without a response"),
    # The first request succeeds and the next ones get no response.
    ("status", {"status": 500, "path": "/(user|token)$"}, "500"),
    ("cut_json", {"path": "/(user|token)$"}, "cut off"),
]


@pytest.fixture
def in_trouble(tmp_path: Path) -> Iterator[tuple[LockRepository, list[str], list[str]]]:
    """A lock repository, addresses of Concourses with different faults, and the expected words."""
    locks = LockRepository(tmp_path / "locks.git")
    for number in range(1, 6):
        locks.add("aws", f"env-{number}")
    locks.claim("aws", "env-2", message="manually claim env-2")
    locks.claim("aws", "env-3", message=f"claiming: env-3\nBuild URL: {URL}/teams/main/pipelines/p/jobs/j/builds/1 ")
    locks.claim("aws", "env-4", message="main/p/j build 7 claiming: env-4")
    locks.claim("aws", "env-5", message="one-off build 12 claiming: env-5")
    with ExitStack() as stack:
        addresses, words = [f"http://127.0.0.1:{free_port()}"], ["refused the connection"]
        addresses.append(f"http://127.0.0.1:{stack.enter_context(serve_nothing()).port}")
        words.append("did not answer within 1 seconds")
        for kind, fields, clause in EVERYTHING:
            atc = stack.enter_context(Emulator())
            atc.change_settings(external_url=URL)
            atc.set_user("pool-boy", "pa55word")
            atc.set_team("main", {"owner": ["local:pool-boy"]})
            atc.add_fault(kind, **fields)
            addresses.append(atc.url)
            words.append(clause)
        yield locks, addresses, words


def test_without_answers_nothing_is_known_and_nothing_releasable(
    in_trouble: tuple[LockRepository, list[str], list[str]], look_each: LookEach
) -> None:
    locks, addresses, words = in_trouble
    shared = {"repo": locks.url, "concourse_username": "pool-boy", "concourse_password": "pa55word"}
    hasty = {"concourse_timeout": 1, "stale_timeout": 0, "grace": 0}
    runs = look_each([{**shared, **hasty, "concourse_url": address} for address in addresses])
    for run, clause in zip(runs, words, strict=True):
        assert not run.failed, run.message
        verdicts = {"aws/env-1": "free", "aws/env-2": "manual"}
        assert run.verdicts == verdicts | {f"aws/env-{number}": "unreachable" for number in (3, 4, 5)}
        assert not any(lock["releasable"] or lock["releasable_at"] for lock in run.locks.values())
        (warning,) = run.warnings
        assert_says(warning, ["Concourse does not respond", clause])
        assert clause in run.locks["aws/env-4"]["reason"]
        assert any("unreachable" in line for line in run.values["report"])
        assert [secret for secret in SECRETS if secret in run.said] == []


def test_a_policy_cannot_release_what_is_unknown(chain: Scene, look: Look) -> None:
    """Even if every configurable verdict is set to release."""
    chain.atc.add_fault("status", path="/builds/", status=502)
    verdicts = (
        "handed_off",
        "leaked",
        "failed",
        "errored",
        "aborted",
        "zombie",
        "gone",
        "manual",
        "foreign",
        "unverified",
    )
    policy = dict.fromkeys(verdicts, "release")
    run = look(**login(chain, policy=policy, grace=0, pools=[{"name": "aws", "policy": policy, "grace": 0}]))
    assert run.verdicts["aws/env-2"] == "unreachable"
    assert run.locks["aws/env-2"]["policy"] == "keep"
    assert not run.locks["aws/env-2"]["releasable"]


def test_no_concourse_at_all_is_no_trouble(chain: Scene, look: Look) -> None:
    run = look(repo=chain.repo)
    assert run.verdicts == {"aws/env-1": "free", "aws/env-2": "unverified"}
    assert run.warnings == []
    assert "no Concourse is configured" in run.locks["aws/env-2"]["reason"]
    assert refusal(look(repo=chain.repo, concourse_username="pool-boy", concourse_password="pa55word"))
