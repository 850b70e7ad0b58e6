# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`git http-backend` as a CGI program behind a handler of http.server."""

from __future__ import annotations

import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import IO, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from ..lockrepo.git_command import git_environment

BLOCK = 1 << 16


def read_body(handler: BaseHTTPRequestHandler) -> BinaryIO:
    """Return a request's body in a rewound temporary file: by its length, or in chunks as git sends large bodies."""
    body = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
        while size := int(handler.rfile.readline().split(b";")[0], 16):
            body.write(handler.rfile.read(size))
            handler.rfile.readline()
        while handler.rfile.readline().strip():
            pass  # trailers, up to the empty line
    else:
        body.write(handler.rfile.read(int(handler.headers.get("Content-Length") or 0)))
    body.seek(0)
    return body


def run_backend(handler: BaseHTTPRequestHandler, *, program: str, root: Path, body: BinaryIO, user: str) -> None:
    """Run git http-backend for a request below `root` and stream its response to the client."""
    environment = _environment(handler, root=root, length=body.seek(0, 2), user=user)
    body.seek(0)
    with subprocess.Popen([program], stdin=body, stdout=subprocess.PIPE, env=environment) as backend:
        answer = cast(IO[bytes], backend.stdout)
        status, headers = _read_headers(answer)
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while block := answer.read(BLOCK):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        handler.wfile.write(b"0\r\n\r\n")


def _environment(handler: BaseHTTPRequestHandler, *, root: Path, length: int, user: str) -> dict[str, str]:
    address = urlsplit(handler.path)
    return git_environment(
        GIT_PROJECT_ROOT=str(root),
        GIT_HTTP_EXPORT_ALL="1",
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="http.receivepack",  # otherwise a push requires a user
        GIT_CONFIG_VALUE_0="true",
        REQUEST_METHOD=handler.command,
        PATH_INFO=unquote(address.path),
        QUERY_STRING=address.query,
        CONTENT_TYPE=handler.headers.get("Content-Type", ""),
        CONTENT_LENGTH=str(length),
        HTTP_CONTENT_ENCODING=handler.headers.get("Content-Encoding", ""),
        GIT_PROTOCOL=handler.headers.get("Git-Protocol", ""),
        REMOTE_USER=user,
        REMOTE_ADDR=str(handler.client_address[0]),
    )


def _read_headers(answer: IO[bytes]) -> tuple[int, list[tuple[str, str]]]:
    status, headers = 200, []
    while line := answer.readline().decode("latin-1").strip():
        name, _colon, value = line.partition(": ")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers.append((name, value))
    return status, headers
