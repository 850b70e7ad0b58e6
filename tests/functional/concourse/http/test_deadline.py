# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time-out is a deadline for a whole response, however it arrives; so a server cannot hold up a run."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.open_job_api import open_job_api
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    JobReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import ResponseLost
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, Connect
from ansible_collections.poolboy.concourse.tests.functional.concourse.http.dripping_server import HEAD, DrippingServer
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority

Tls = tuple[ssl.SSLContext | None, dict[str, Any]]

CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS: dict[str, tuple[bytes, list[bytes]]] = {
    "status line": (b"HTTP/1.1 200 ", [b"O"]),
    "header": (HEAD + b"X-Long: ", [b"a"]),
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", [b" "]),
    "body without a length": (HEAD + b"Connection: close\r\n\r\n", [b" "]),
    "chunks": (CHUNKED, [b"1\r\n \r\n"]),
    "chunk size": (CHUNKED, [b"0"]),
    "chunk extension": (CHUNKED + b"5;name=", [b"a"]),
    "trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nX-Trailer: ", [b"a"]),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", [b"X-Trailer: a\r\n"]),
    "100 Continue": (b"", [b"HTTP/1.1 100 Continue\r\n\r\n"]),
}


@contextmanager
def assert_ends_within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.fixture(params=["http", "https"])
def tls(
    request: pytest.FixtureRequest, authority: CertificateAuthority
) -> tuple[ssl.SSLContext | None, dict[str, Any]]:
    """The TLS context of a server, and the options by which a client trusts it."""
    if request.param == "http":
        return None, {}
    return authority.server_context(), {"ca_path": str(authority.ca_file)}


@pytest.mark.parametrize("drip", DRIPS)
def test_a_response_that_drips(drip: str, tls: Tls, connect: Connect) -> None:
    context, options = tls
    with DrippingServer(*DRIPS[drip], tls=context) as server:
        queries = connect(server.url, anonymous=True, timeout=1, **options).queries()
        assert not queries.names_this_concourse("http://other.example.com")
        with assert_ends_within(5), pytest.raises(NoCredibleResponse, match="did not answer within 1 seconds"):
            queries.build(BuildReference(id=1))
        assert server.tries <= 2


@pytest.mark.parametrize("drip", ["100 Continue", "trailers", "chunk extension"])
def test_a_flood_without_pauses(drip: str, connect: Connect) -> None:
    start, drops = DRIPS[drip]
    with DrippingServer(start, [drop * 1000 for drop in drops], pause=0) as server:
        queries = connect(server.url, anonymous=True, timeout=2).queries()
        with assert_ends_within(10), pytest.raises(NoCredibleResponse):
            queries.build(BuildReference(id=1))


def test_a_response_to_a_post_that_drips(connect: Connect) -> None:
    with DrippingServer(*DRIPS["header"]) as server:
        concourse = connect(server.url, anonymous=True, timeout=1)
        concourse.connect()
        job_api = open_job_api(concourse)
        with assert_ends_within(4), pytest.raises(ResponseLost, match="did not answer within 1 seconds"):
            job_api.start(JobReference(FLOW, "claim"))
        assert server.tries == 1


def test_a_handshake_that_drips(connect: Connect) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _address = listener.accept()
        with connection:
            for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.1)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with listener, assert_ends_within(4):
        concourse = connect(f"https://127.0.0.1:{listener.getsockname()[1]}", anonymous=True, timeout=1)
        concourse.connect()
        assert "did not answer within 1 seconds" in (concourse.failure or "")
    thread.join(5)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_drips(scheme: str, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also before its tunnel is open."""
    with DrippingServer(*DRIPS["header"]) as server:
        monkeypatch.setenv(f"{scheme}_proxy", server.url)
        concourse = connect(f"{scheme}://ci.example.com", anonymous=True, timeout=1)
        with assert_ends_within(5):
            concourse.connect()
            queries = concourse.queries()
            with pytest.raises(NoCredibleResponse):
                queries.build(BuildReference(id=1))
        assert server.tries >= 1


def test_a_resolver_that_does_not_answer(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_arguments: Any, **_keywords: Any) -> Any:
        released.wait(15)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with assert_ends_within(4):
        concourse = connect("http://ci.example.com", anonymous=True, timeout=1)
        concourse.connect()
        assert "did not answer within 1 seconds" in (concourse.failure or "")
    released.set()


def test_a_connection_is_used_again_after_the_deadline_of_its_last_request(atc: Emulator, connect: Connect) -> None:
    queries = connect(atc.url, timeout=1).queries()
    assert queries.build(BuildReference(id=1)) is not None
    time.sleep(1.2)
    assert queries.jobs(FLOW)
    assert atc.connections() == 1


def in_threads(number: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(one,)) for one in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_the_wait_for_a_free_connection_does_not_count(atc: Emulator, connect: Connect) -> None:
    """56 requests of 0.4 seconds over 16 connections: the last ones wait for longer than the time-out of 1 second."""
    queries = connect(atc.url, timeout=1).queries()
    queries.build(BuildReference(id=1))
    atc.change_settings(latency=0.4)
    failures: list[str] = []

    def query(number: int) -> None:
        try:
            queries.build(BuildReference(id=number + 2))
        except NoCredibleResponse as error:
            failures.append(str(error))

    in_threads(56, query)
    assert failures == []


def test_queries_with_a_time_limit_end_in_time_and_are_no_failure(atc: Emulator, connect: Connect) -> None:
    """No try is repeated after the limit; later queries have the usual time."""
    concourse = connect(atc.url, timeout=60)
    concourse.connect()
    fault = atc.add_fault("delay", seconds=4, path="/builds/")
    for number in range(1, 9):
        looked = concourse.queries(0.2)
        with assert_ends_within(3), pytest.raises(NoCredibleResponse):
            looked.build(BuildReference(id=number))
    asked_at_once = concourse.queries(0.5)
    with assert_ends_within(3), ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(asked_at_once.build, BuildReference(id=number)) for number in range(1, 9)]
        assert all(isinstance(one.exception(), NoCredibleResponse) for one in asked)
    assert concourse.failure is None, "what the limit ends is no failure of Concourse"
    assert atc.fault_hits()[str(fault)] == 16
    ended = concourse.queries()
    ended.end()
    with pytest.raises(NoCredibleResponse, match="came too late"):
        ended.build(BuildReference(id=1))
    assert concourse.queries(60).build(BuildReference(id=1)) is not None
