# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A git server over HTTPS, or plain HTTP: the standard library's server in front of `git http-backend`."""

from __future__ import annotations

import base64
import ssl
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .certificates import CertificateAuthority, new_authority
from .http_answers import Answer, smart
from .http_backend import read_body
from .require import require_git_program


@dataclass(frozen=True)
class Request:
    """One request as the server saw it.

    `authorization`: whether it carried credentials, valid or not. `encoding`: how git encoded the body: `gzip`,
    `chunked` or not at all.
    """

    method: str
    path: str
    status: int
    authorization: bool
    host: str
    encoding: str


class GitRequestHandler(BaseHTTPRequestHandler):
    """Reads a request, checks the password if one is set, and sends the server's response."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: GitHttpServer

    def do_GET(self) -> None:
        """Respond to a fetch or a push if the client is authorized."""
        with read_body(self) as body:
            if self.server.admits(self.headers.get("Authorization")):
                self.server.answer(self, body)
            else:
                self.reply(401, b"Who are you?\n", headers={"WWW-Authenticate": 'Basic realm="locks"'})

    do_POST = do_GET  # noqa: N815 - name of the standard library

    def reply(
        self, status: int, content: bytes, *, content_type: str = "text/plain", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send one complete response."""
        self.send_response(status)
        described = {"Content-Type": content_type, "Content-Length": str(len(content)), **(headers or {})}
        for name, value in described.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Record the request instead of printing it."""
        authorization, host = "Authorization" in self.headers, self.headers.get("Host", "")
        encoding = self.headers.get("Content-Encoding") or self.headers.get("Transfer-Encoding") or ""
        self.server.requests.append(Request(self.command, self.path, int(code), authorization, host, encoding))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
        """Print nothing."""


class GitHttpServer(ThreadingHTTPServer):
    """A running server. `answer` may be replaced at any time; `requests` and `problems` (tracebacks) grow."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self, root: Path, *, answer: Answer, user: str, password: str, tls: ssl.SSLContext | None, ca_file: Path | None
    ) -> None:
        self.root = root.resolve()
        self.answer = answer
        self.user = user
        self.password = password
        self._ca_file = ca_file
        self.backend = require_git_program("git-http-backend")
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self._tls = tls
        super().__init__(("127.0.0.1", 0), GitRequestHandler)

    @property
    def ca_file(self) -> Path:
        """The CA certificate (PEM) that a client must trust; raises ValueError for plain HTTP."""
        if self._ca_file is None:
            raise ValueError("a server of plain HTTP has no certificate")
        return self._ca_file

    def base_url(self, *, host: str = "127.0.0.1") -> str:
        """Return the server's address without a path; its certificate covers 127.0.0.1 and localhost."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.server_port}"

    def url(self, repository: Path | str, *, host: str = "127.0.0.1") -> str:
        """Return the address of a repository, given its path below the served folder."""
        return f"{self.base_url(host=host)}/{Path(repository).as_posix()}"

    def admits(self, authorization: str | None) -> bool:
        """Whether these credentials are valid, or none are required."""
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return not self.user or authorization == f"Basic {token}"

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; the TLS handshake runs in its own thread and does not block other clients."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the traceback of a failed connection for the test instead of printing it."""
        self.problems.append(traceback.format_exc())


@contextmanager
def serve_https(
    root: Path,
    *,
    answer: Answer = smart,
    user: str = "",
    password: str = "",
    tls: bool = True,
    authority: CertificateAuthority | None = None,
    client_certificates: bool = False,
) -> Iterator[GitHttpServer]:
    """Serve the bare repositories below `root` until the context ends, only to `user` if one is given.

    `tls=False` serves plain HTTP. Without an `authority` the server creates its own, which no client trusts.
    """
    with tempfile.TemporaryDirectory(prefix="poolboy-https-") as folder:
        context, ca_file = None, None
        if tls:
            ca = authority or new_authority(Path(folder))
            context, ca_file = ca.server_context(client_certificates=client_certificates), ca.ca_file
        server = GitHttpServer(root, answer=answer, user=user, password=password, tls=context, ca_file=ca_file)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
