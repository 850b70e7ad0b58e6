# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: one for each query, few connections, bounded retries."""

from __future__ import annotations

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.open_job_api import open_job_api
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    JobReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import ResponseLost
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.atc.http.messages import (
    Request,
    Response,
    json_response,
    text_response,
)
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, Connect
from ansible_collections.poolboy.concourse.tests.functional.concourse.scripted_server import ScriptedServer

THREADS = 16


def test_sixteen_threads_share_one_request(atc: Emulator, connect: Connect) -> None:
    queries, barrier = connect(atc.url).queries(), threading.Barrier(THREADS)

    def query(_other: int) -> bool:
        barrier.wait(10)
        return queries.build(BuildReference(id=1)) is not None and bool(queries.jobs(FLOW))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(query, range(THREADS)))
    assert sorted(entry.path for entry in atc.log.entries) == [
        "/api/v1/builds/1",
        "/api/v1/info",
        "/api/v1/teams/main/pipelines/flow/jobs",
        "/api/v1/user",
        "/sky/issuer/token",
    ]


def test_one_thread_needs_one_connection(atc: Emulator, queries: ConcourseQueries) -> None:
    for number in range(1, 40):
        queries.build(BuildReference(id=number))
    queries.version_id(FLOW, "lock", Version.of_commit("v1"))
    assert len(atc.log.entries) == 43
    assert atc.connections() == 1


def test_thirty_two_threads_share_sixteen_connections(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(latency=0.01)
    queries = connect(atc.url).queries()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: queries.build(BuildReference(id=number)), range(1, 200)))
    assert atc.connections() <= 16


def test_connections_are_closed_at_the_end(atc: Emulator, connect: Connect) -> None:
    with connect(atc.url) as concourse:
        assert concourse.queries().build(BuildReference(id=1)) is not None
        assert len(atc.server._open) == 1
    latest = time.monotonic() + 10
    while atc.server._open and time.monotonic() < latest:
        time.sleep(0.01)
    assert not atc.server._open


def test_a_connection_that_concourse_has_closed(atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    concourse.connect()
    atc.server.stop()
    atc.server.start()
    assert concourse.queries().build(BuildReference(id=1)) is not None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_recovers_at_the_third_try(status: int, atc: Emulator, connect: Connect) -> None:
    atc.add_fault("status", path="/builds/1$", status=status, count=2)
    started = time.monotonic()
    assert connect(atc.url).queries().build(BuildReference(id=1)) is not None
    assert 0.7 < time.monotonic() - started < 10
    assert [entry["status"] for entry in atc.requests(path="/builds/1$")] == [status, status, 200]


@pytest.mark.parametrize("kind", ["lost", "reset", "cut_body"])
def test_a_connection_that_breaks_once(kind: str, atc: Emulator, connect: Connect) -> None:
    atc.add_fault(kind, path="/builds/1$", count=1)
    assert connect(atc.url).queries().build(BuildReference(id=1)) is not None
    assert len(atc.requests(path="/builds/1$")) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 501])
def test_statuses_that_are_not_retried(status: int, atc: Emulator, connect: Connect) -> None:
    atc.add_fault("status", path="/jobs$", status=status, version_header=True)
    with pytest.raises(NoCredibleResponse):
        connect(atc.url).queries().jobs(FLOW)
    assert len(atc.requests(path="/jobs$")) == 1


def test_no_more_than_three_tries(atc: Emulator, connect: Connect) -> None:
    atc.add_fault("status", path="/builds/1$", status=503)
    with pytest.raises(NoCredibleResponse):
        connect(atc.url).queries().build(BuildReference(id=1))
    assert len(atc.requests(path="/builds/1$")) == 3


def test_a_time_out_is_retried_once(atc: Emulator, connect: Connect) -> None:
    """The second try times out as well: there is no third."""
    concourse = connect(atc.url, timeout=1)
    concourse.connect()
    fault = atc.add_fault("delay", path="/builds/1$", seconds=1.2)
    started = time.monotonic()
    with pytest.raises(NoCredibleResponse):
        concourse.queries().build(BuildReference(id=1))
    assert time.monotonic() - started < 3.5
    assert atc.fault_hits()[str(fault)] == 2


@pytest.mark.usefixtures("short_pauses")
def test_no_more_requests_after_five_failures_in_a_row(atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    queries = concourse.queries()
    assert queries.build(BuildReference(id=1)) is not None
    atc.add_fault("reset")
    atc.clear_log()

    def query(number: int) -> str:
        with pytest.raises(NoCredibleResponse) as error:
            queries.build(BuildReference(id=number))
        return str(error.value)

    with ThreadPoolExecutor(THREADS) as pool:
        reasons = list(pool.map(query, range(100, 600)))
    assert all("closed the connection without a response" in reason for reason in reasons)
    # Five requests in a row, and those in flight by then, each with three tries.
    assert len(atc.log.entries) <= 3 * (5 + THREADS)
    assert "times in a row" in (concourse.failure or "")
    atc.clear_faults()
    assert concourse.queries().build(BuildReference(id=1)) is not None
    assert concourse.failure is None


@pytest.mark.usefixtures("short_pauses")
def test_single_failures_stop_no_requests(atc: Emulator, queries: ConcourseQueries) -> None:
    atc.add_fault("lost", path="/builds/[0-9]*[13579]$")
    for number in range(2, 30, 2):
        assert queries.build(BuildReference(id=number)) is None
        with pytest.raises(NoCredibleResponse, match=r"closed the connection without a response$"):
            queries.build(BuildReference(id=number + 1))


def test_a_client_encodes_its_id_and_secret(connect: Connect) -> None:
    """Dex decodes them (RFC 6749, 2.3.1); the emulator does not."""

    def respond(request: Request) -> Response:
        if request.path == "/api/v1/info":
            return json_response({"version": "8.2.5"}).with_headers(("X-Concourse-Version", "8.2.5"))
        return text_response(401, '{"error": "invalid_client"}')

    with ScriptedServer(respond) as server, pytest.raises(ConcourseError):
        connect(server.url, client_id="b ot", client_secret="a+b:c%dé").connect()
    login = server.requests[-1]
    scheme, _separator, encoded = login.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(encoded)) == ("Basic", b"b+ot:a%2Bb%3Ac%25d%C3%A9")
    assert login.form == {"grant_type": "client_credentials", "scope": "openid federated:id"}
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"


def test_an_endless_list_of_versions(connect: Connect) -> None:
    """Every page links to a next one, on another host: the client fetches 200 pages from Concourse and gives up."""

    def respond(request: Request) -> Response:
        version = ("X-Concourse-Version", "8.2.5")
        if request.path == "/api/v1/info":
            return json_response({"version": "8.2.5"}).with_headers(version)
        if "filter" in request.query:
            return json_response([]).with_headers(version)
        number = int(request.parameter("to") or 100_000)
        page = [{"id": number, "version": {"ref": str(number)}}]
        link = f'<http://evil.example.com/api/v1/x?to={number - 1}&limit=200&vars.a="b">; rel="next"'
        return json_response(page).with_headers(version, ("Link", link))

    with ScriptedServer(respond) as server:
        queries = connect(server.url, anonymous=True).queries()
        for _count in range(2):
            with pytest.raises(NoCredibleResponse, match="more than 40000 versions since"):
                queries.is_newer(FLOW, "lock", Version.of_commit("a"), Version.of_commit("b"))
        pages = [request for request in server.requests if request.path.endswith("/versions")]
        assert len(pages) == 200
        assert pages[1].query_string == "to=99999&limit=200"


@pytest.mark.parametrize(
    ("header", "statuses", "seconds"),
    [
        pytest.param("1", [429, 200], 1.0, id="honoured"),
        pytest.param("0", [429, 200], 0.0, id="none"),
        pytest.param("soon", [429, 200], 0.0, id="malformed"),
        pytest.param("60", [429], 0.0, id="longer than the time-out"),
    ],
)
def test_retry_after(header: str, statuses: list[int], seconds: float, connect: Connect) -> None:
    answered: list[int] = []

    def respond(request: Request) -> Response:
        version = ("X-Concourse-Version", "8.2.5")
        if request.path == "/api/v1/info":
            return json_response({"version": "8.2.5"}).with_headers(version)
        answered.append(200 if answered else 429)
        if answered == [429]:
            return text_response(429, "").with_headers(version, ("Retry-After", header))
        return json_response([]).with_headers(version)

    with ScriptedServer(respond) as server:
        queries = connect(server.url, anonymous=True, timeout=2).queries()
        started = time.monotonic()
        if statuses[-1] == 200:
            assert queries.jobs(FLOW) == ()
        else:
            with pytest.raises(NoCredibleResponse, match="answered 429"):
                queries.jobs(FLOW)
        assert seconds <= time.monotonic() - started < seconds + 1.5
        assert answered == statuses


@pytest.mark.parametrize("fault", ["lost", "reset", "cut_body", "status"])
def test_a_post_is_sent_once(fault: str, atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    concourse.connect()
    atc.add_fault(fault, method="POST", path="/builds$", **({"status": 503} if fault == "status" else {}))
    with pytest.raises(ResponseLost):
        open_job_api(concourse).start(JobReference(FLOW, "claim"))
    assert len(atc.requests(method="POST", path="/builds$")) == 1


def test_a_post_is_not_repeated_after_a_refused_connection(atc: Emulator, connect: Connect) -> None:
    concourse = connect(atc.url)
    concourse.connect()
    job_api = open_job_api(concourse)
    atc.server.stop()
    try:
        with pytest.raises(ResponseLost, match="refused the connection"):
            job_api.start(JobReference(FLOW, "claim"))
    finally:
        atc.server.start()
