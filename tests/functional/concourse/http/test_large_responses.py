# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large responses: limited in size, each and all together, however they are encoded."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http import limits
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.tests.atc.http.messages import Request, Response, json_response
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, Connect
from ansible_collections.poolboy.concourse.tests.functional.concourse.scripted_server import ScriptedServer

MIB = 1024 * 1024
VERSION = ("X-Concourse-Version", "8.2.5")
ENTRY = {"id": 1, "version": {"ref": "0123456789abcdef"}, "metadata": [{"name": "lock_name", "value": "x" * 200}]}
# A client alone has 60; the JSON of one response of 15 MiB takes about five times as much.
MOST_MEGABYTES = 350
PROGRAM = """
import resource, sys, threading
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions

lengths = []
with ConcourseClient(ConcourseOptions(url=sys.argv[1], timeout=60)) as concourse:
    api = concourse.requests()
    api.get("/api/v1/warm-up", len)
    def fetch(number):
        lengths.append(api.get(f"/api/v1/large/{number}", len))

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(*set(lengths), len(lengths), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def body_of(size: int) -> bytes:
    """Return a list of versions in JSON, at most `size` bytes long."""
    one = json.dumps(ENTRY).encode()
    return b"[" + b",".join([one] * ((size - 2) // (len(one) + 1))) + b"]"


def answers(large: bytes, *headers: tuple[str, str]) -> Callable[[Request], Response]:
    def respond(request: Request) -> Response:
        if request.path == "/api/v1/info":
            return json_response({"version": "8.2.5"}).with_headers(VERSION)
        if request.path == "/api/v1/warm-up":
            return json_response([]).with_headers(VERSION)
        return Response(200, [("Content-Type", "application/json"), VERSION, *headers], large)

    return respond


def test_sixteen_large_responses_at_once_fit_in_memory() -> None:
    large = body_of(15 * MIB)
    collections = Path(limits.__file__).parents[7]
    with ScriptedServer(answers(large)) as server:
        finished = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.url],
            capture_output=True,
            check=True,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(collections)},
        )
    entries, answered, megabytes = map(int, finished.stdout.split())
    assert (entries, answered) == (len(json.loads(large)), 16)
    assert megabytes < MOST_MEGABYTES


def query(large: bytes, connect: Connect, *headers: tuple[str, str]) -> int:
    with ScriptedServer(answers(large, *headers)) as server:
        return connect(server.url, anonymous=True, timeout=30).requests().get("/api/v1/large", len)


def test_a_response_that_is_too_long(connect: Connect) -> None:
    with pytest.raises(NoCredibleResponse, match="a response is longer than 16 MiB"):
        query(body_of(17 * MIB), connect)


def test_a_large_response_that_is_no_200(connect: Connect) -> None:
    """Nobody needs it to its end."""
    respond = answers(body_of(32 * MIB))

    def forbid(request: Request) -> Response:
        response = respond(request)
        return response if request.path == "/api/v1/info" else Response(403, response.headers, response.body)

    with ScriptedServer(forbid) as server:
        queries = connect(server.url, anonymous=True).queries()
        with pytest.raises(NoCredibleResponse, match="answered 403"):
            queries.jobs(FLOW)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_compressed_response(encoding: str, connect: Connect) -> None:
    large = body_of(3 * MIB)
    packed = zlib.compress(large) if encoding == "deflate" else gzip.compress(large)
    assert query(packed, connect, ("Content-Encoding", encoding)) == len(json.loads(large))


def test_a_response_that_is_too_long_when_it_is_unpacked(connect: Connect) -> None:
    with pytest.raises(NoCredibleResponse, match="a response is longer than 16 MiB"):
        query(gzip.compress(bytes(400 * MIB), 1), connect, ("Content-Encoding", "gzip"))


@pytest.mark.parametrize("packed", [gzip.compress(body_of(MIB))[:-20], b"not compressed"])
def test_a_compressed_response_that_is_cut_off(packed: bytes, connect: Connect) -> None:
    with pytest.raises(NoCredibleResponse, match="was cut off"):
        query(packed, connect, ("Content-Encoding", "gzip"))
