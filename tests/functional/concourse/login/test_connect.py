# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first request and the login: responses, failures, and servers that are not Concourse."""

from __future__ import annotations

import socket
import time

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.atc.http.messages import Response, json_response, text_response
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect
from ansible_collections.poolboy.concourse.tests.functional.concourse.scripted_server import ScriptedServer
from ansible_collections.poolboy.concourse.tests.servers import serve_nothing


def refusal(concourse: ConcourseClient) -> str:
    with pytest.raises(ConcourseError) as error:
        concourse.connect()
    assert str(error.value)[0].isupper() or str(error.value).startswith("http")
    return str(error.value)


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (text_response(404, "not found"), "is not a Concourse: it answered 404"),
        (json_response({"version": "8.2.5"}), "is not a Concourse: it answered 200"),
        (text_response(200, "<!DOCTYPE html><html></html>", "text/html"), "answers with a web page"),
        (text_response(200, " <HTML>", "text/plain"), "answers with a web page"),
        (text_response(401, "sign in"), "requires a login of its own"),
        (text_response(403, "<html>", "text/html"), "requires a login of its own"),
        (
            text_response(301, "").with_headers(("Location", "https://ci.example.com/api/v1/info")),
            "only redirects, to https://ci.example.com: give",
        ),
        (
            text_response(302, "").with_headers(("Location", "https://u:s3cret@sso.example.com/login?state=s3cret")),
            "only redirects, to https://sso.example.com/login: give",
        ),
        (text_response(302, "").with_headers(("Location", "/login")), "only redirects, to another page"),
        (text_response(302, "").with_headers(("Location", "http://[half")), "only redirects, to another page"),
    ],
)
def test_servers_that_are_not_concourse(response: Response, sentence: str, connect: Connect) -> None:
    with ScriptedServer(response) as server:
        message = refusal(connect(server.url))
        assert sentence in message
        assert "concourse_url" in message
        assert "s3cret" not in message
        # It gets one request, without credentials.
        assert [request.path for request in server.requests] == ["/api/v1/info"]
        assert "authorization" not in server.requests[0].headers


def test_the_web_page_of_a_concourse(atc: Emulator, connect: Connect) -> None:
    assert "without the path of a team" in refusal(connect(f"{atc.url}/teams/main"))


def test_slashes_at_the_end_of_the_address_do_not_matter(atc: Emulator, connect: Connect) -> None:
    assert connect(f"{atc.url}//").queries().build(BuildReference(id=1)) is not None


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def assert_fails_quietly(concourse: ConcourseClient, words: str) -> None:
    """connect() raises nothing, and every query fails with the reason in `failure`."""
    concourse.connect()
    assert words in (concourse.failure or "")
    queries = concourse.queries()
    for number in range(1, 30):
        with pytest.raises(NoCredibleResponse) as error:
            queries.build(BuildReference(id=number))
        assert words in str(error.value)
    assert words in (concourse.failure or "")


def test_a_refused_connection(connect: Connect) -> None:
    assert_fails_quietly(connect(f"http://127.0.0.1:{unused_port()}"), "refused the connection")


def test_an_unknown_host(connect: Connect) -> None:
    assert_fails_quietly(
        connect("http://no-such-host.invalid"), "the host name of http://no-such-host.invalid is unknown"
    )


def test_a_server_that_never_answers_gets_one_request(connect: Connect) -> None:
    with serve_nothing() as server:
        url = f"http://127.0.0.1:{server.port}"
        concourse = connect(url, timeout=1)
        started = time.monotonic()
        concourse.connect()
        assert time.monotonic() - started < 1.9, "the time-out is paid once"
        assert concourse.failure == f"{url} did not answer within 1 seconds"
        tried = len(server.connections)
        assert tried == 1
        for more in (0, 1):
            # New queries send one more request, together.
            queries = concourse.queries()
            for number in range(1, 30):
                with pytest.raises(NoCredibleResponse, match="did not answer within"):
                    queries.build(BuildReference(id=number))
            assert len(server.connections) <= tried + more


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("status", {"status": 502}, "answered 502 to GET /api/v1/info"),
        ("status", {"status": 500, "version_header": True}, "answered 500 to GET /api/v1/info"),
        ("status", {"status": 429}, "answered 429 to GET /api/v1/info"),
        ("status", {"status": 403, "version_header": True}, "answered 403 to GET /api/v1/info"),
        ("cut_json", {}, "is cut off or is not JSON"),
        ("cut_body", {}, "was cut off"),
        ("lost", {}, "closed the connection without a response"),
        ("reset", {}, "closed the connection without a response"),
    ],
)
def test_failures_of_the_first_request(
    kind: str, fields: dict[str, int], words: str, atc: Emulator, connect: Connect
) -> None:
    atc.add_fault(kind, path="/info", **fields)
    concourse = connect(atc.url)
    concourse.connect()
    assert words in (concourse.failure or "")
    # The first queries share that failure, later ones log in again.
    queries = concourse.queries()
    atc.clear_faults()
    with pytest.raises(NoCredibleResponse, match=words):
        queries.build(BuildReference(id=1))
    assert concourse.queries().build(BuildReference(id=1)) is not None
    assert concourse.failure is None


@pytest.mark.parametrize("path", ["/sky/issuer/token", "/api/v1/user"])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 500}),
        ("html", {}),
        ("cut_json", {}),
        ("cut_body", {}),
        ("lost", {}),
        ("reset", {}),
        ("delay", {"seconds": 1.5}),
    ],
)
def test_failures_of_the_login(kind: str, fields: dict[str, float], path: str, atc: Emulator, connect: Connect) -> None:
    fault = atc.add_fault(kind, path=path, **fields)
    concourse = connect(atc.url, timeout=1)
    concourse.connect()
    assert concourse.failure
    assert concourse.failure[-1] != "."
    # A POST is never repeated.
    assert path.startswith("/api/") or atc.fault_hits()[str(fault)] == 1
    atc.clear_faults()
    concourse.queries()
    assert concourse.queries().build(BuildReference(id=1)) is not None


def test_a_401_without_the_header_does_not_reject_a_token(atc: Emulator, connect: Connect) -> None:
    atc.add_fault("no_version_header", path="/user")
    concourse = connect(atc.url, token="wr0ng")
    concourse.connect()
    assert "no usable response (401)" in (concourse.failure or "")


def test_options_alone_make_no_request() -> None:
    with ConcourseClient(ConcourseOptions(url="http://127.0.0.1:1")) as concourse:
        assert concourse.failure is None
        assert concourse.team == "main"
