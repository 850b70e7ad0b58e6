# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that expire while they are used."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, Connect

THREADS = 16


def test_sixteen_threads_log_in_again_once(atc: Emulator, connect: Connect) -> None:
    for number in range(100, 100 + THREADS):
        atc.record_build("main/flow", "claim", id=number)
    concourse = connect(atc.url)
    concourse.connect()
    queries, barrier = concourse.queries(), threading.Barrier(THREADS)
    atc.expire_tokens()
    atc.clear_log()

    def query(number: int) -> int | None:
        barrier.wait(10)
        build = queries.build(BuildReference(id=number))
        return None if build is None else build.id

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(query, range(100, 100 + THREADS))) == list(range(100, 100 + THREADS))
    assert len(atc.requests(method="POST")) == 1
    # The old token is rejected once, the new one accepted once.
    assert [entry["status"] for entry in atc.requests(path="/user$")] == [401, 200]
    assert len(atc.requests(path="/builds/")) <= 2 * THREADS


def test_a_token_expires_repeatedly(atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    for logins in range(1, 4):
        assert concourse.queries().build(BuildReference(id=1)) is not None
        assert len(atc.requests(method="POST")) == logins
        atc.expire_tokens()


@pytest.mark.parametrize("version", ["5.8.1", "8.2.5"])
def test_a_given_token_that_expires_is_an_error(version: str, atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version=version)
    concourse = connect(atc.url, token=atc.issue_token("local:admin"))
    queries = concourse.queries()
    assert queries.build(BuildReference(id=1)) is not None
    atc.expire_tokens()
    for _count in range(2):
        with pytest.raises(ConcourseError, match="refuses concourse_token: it is invalid or has expired"):
            queries.jobs(FLOW)
    assert len(atc.requests(path="/jobs")) == 1


def test_a_changed_password_is_an_error(atc: Emulator, queries: ConcourseQueries) -> None:
    assert queries.build(BuildReference(id=1)) is not None
    atc.set_user("admin", "another")
    atc.expire_tokens()
    for _count in range(2):
        with pytest.raises(ConcourseError, match="refused user 'admin'"):
            queries.jobs(FLOW)
    assert len(atc.requests(method="POST")) == 2


def test_a_401_with_a_valid_token_is_not_an_expiry(atc: Emulator, connect: Connect) -> None:
    """6.7 answered 401 for one-off builds of other teams."""
    queries = connect(atc.url).queries()
    assert queries.build(BuildReference(id=1)) is not None
    atc.add_fault("status", path="/jobs", status=401, body="not authorized", version_header=True)
    with pytest.raises(NoCredibleResponse, match=r"answered 401 to GET .*this user has no role there"):
        queries.jobs(FLOW)
    assert len(atc.requests(method="POST")) == 1
    assert len(atc.requests(path="/jobs")) == 1


def test_a_new_token_that_is_refused_is_an_error(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(token_lifetime=-1)
    with pytest.raises(ConcourseError, match="refuses the token that it has just issued"):
        connect(atc.url).connect()
    assert len(atc.requests(method="POST")) == 1


def test_a_failed_renewal_is_repeated_by_the_next_query(atc: Emulator, queries: ConcourseQueries) -> None:
    assert queries.build(BuildReference(id=1)) is not None
    atc.expire_tokens()
    atc.add_fault("status", method="POST", status=503, count=1)
    with pytest.raises(NoCredibleResponse, match="answered 503 to POST"):
        queries.jobs(FLOW)
    # The next query logs in again.
    assert queries.latest_builds(FLOW, "claim")
