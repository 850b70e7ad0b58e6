# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP/1.1 server for tests: threads, keep-alive, TLS, and truncated or lost responses."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import struct
import threading
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .messages import Delivery, Request, Response, text_response

Respond = Callable[[Request], Response]


class HttpServer:
    """Serves `respond` on 127.0.0.1 from `start` to `stop`; it can restart on the same port.

    An exception of `respond` becomes a 500 and is appended to `errors`.
    """

    def __init__(self, respond: Respond, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.respond = respond
        self.port = port
        self.tls = tls
        self.errors: list[str] = []
        self.connections = itertools.count(1)
        self._open: set[socket.socket] = set()
        self._listener: _Listener | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._listener = _Listener(("127.0.0.1", self.port), self)
        self.port = self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop and close kept-alive connections, as a Concourse that shuts down does."""
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.server_close()
            self._listener = None
        for connection in list(self._open):
            _shut_down(connection)

    def opened(self, connection: socket.socket) -> None:
        self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        self._open.discard(connection)

    def response(self, request: Request) -> Response:
        try:
            return self.respond(request)
        except Exception as error:  # noqa: BLE001 - the client always gets a response
            self.errors.append("".join(traceback.format_exception(error)))
            return text_response(500, f"the emulator failed: {error!r}\n")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    """Many clients connect at once; with the default of 5 some wait a second."""

    def __init__(self, address: tuple[str, int], owner: HttpServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect or fail in the handshake."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        owner = self.server.owner
        if owner.tls is not None:
            # The handshake runs in the connection's thread, so that a client that sends nothing does not block others.
            self.request.settimeout(10)
            self.request = owner.tls.wrap_socket(self.request, server_side=True)
            self.request.settimeout(None)
        super().setup()
        self.connection_number = next(owner.connections)
        owner.opened(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.server.owner.closed(self.connection)
        _shut_down(self.connection)
        self.connection.close()

    def serve(self) -> None:
        # Not `self.path`: http.server removes double slashes from it.
        target = self.requestline.split(" ")[1]
        path, _separator, query_string = target.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query_string=query_string,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            connection=self.connection_number,
        )
        self._deliver(self.server.owner.response(request))

    def __getattr__(self, name: str) -> Any:
        """Return the handler for any `do_METHOD`: the routes decide on methods."""
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def _deliver(self, response: Response) -> None:
        if response.delivery in (Delivery.LOST, Delivery.RESET):
            self.close_connection = True
            if response.delivery is Delivery.RESET:
                # Without lingering, close resets the connection.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        whole = self._head(response) + (b"" if self.command == "HEAD" else response.body)
        if response.delivery is Delivery.CUT:
            self.close_connection = True
            whole = whole[: len(whole) - (len(response.body) + 1) // 2]
        self.wfile.write(whole)

    def _head(self, response: Response) -> bytes:
        """Return the head, to be sent with the body: two writes cost a round trip on a kept-alive connection."""
        lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}"]
        if not any(name == "Date" for name, _value in response.headers):
            lines.append(f"Date: {self.date_time_string()}")
        # As Go does: a Link can contain a pipeline's name with a line break.
        lines += [f"{name}: {_one_line(value)}" for name, value in response.headers]
        if response.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(response.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name in http.server
        """Log nothing: the emulator has its own log."""


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
