# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real HTTP/1.1 server for tests: threads, keep-alive, TLS, and answers that get lost on the way."""

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

from .messages import Answer, Delivery, Request, text_answer

Respond = Callable[[Request], Answer]


class HttpServer:
    """Serves `respond` on 127.0.0.1 from `start` to `stop`; can be started again, on the same port.

    What `respond` raises is answered with 500 and kept in `errors`, so that a test can ask for them.
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
        """Also ends the connections that clients keep alive, as a Concourse that goes down does."""
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

    def answer(self, request: Request) -> Answer:
        try:
            return self.respond(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must get an answer
            self.errors.append("".join(traceback.format_exception(error)))
            return text_answer(500, f"the emulator failed: {error!r}\n")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    """Many clients connect at once; the default of 5 drops some of them for a second."""

    def __init__(self, address: tuple[str, int], owner: HttpServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away or fails to shake hands is everyday life here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        owner = self.server.owner
        if owner.tls is not None:
            # Here and not when accepting: a client that does not shake hands must hold up nobody else.
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
        # `self.path` is no use: http.server cleans double slashes out of it.
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
        self._deliver(self.server.owner.answer(request))

    def __getattr__(self, name: str) -> Any:
        """`http.server` looks for `do_METHOD`; which methods there are is the routes' business."""
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def _deliver(self, answer: Answer) -> None:
        if answer.delivery in (Delivery.LOST, Delivery.RESET):
            self.close_connection = True
            if answer.delivery is Delivery.RESET:
                # A socket that does not linger is reset when it is closed.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        whole = self._head(answer) + (b"" if self.command == "HEAD" else answer.body)
        if answer.delivery is Delivery.CUT:
            self.close_connection = True
            whole = whole[: len(whole) - (len(answer.body) + 1) // 2]
        self.wfile.write(whole)

    def _head(self, answer: Answer) -> bytes:
        """One piece with the body: two writes would cost a round trip on a kept-alive connection."""
        lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}", f"Date: {self.date_time_string()}"]
        # Go, too, turns line breaks in header values into spaces; a link may hold a pipeline's name with one.
        lines += [f"{name}: {_one_line(value)}" for name, value in answer.headers]
        if answer.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(answer.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in http.server
        """The emulator keeps a log of its own."""


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
