# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP proxy: forwards plain requests, opens tunnels for TLS, and records the requests."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from urllib.parse import urlsplit


class Proxy:
    """`with Proxy() as proxy:` serves at 127.0.0.1:`port`; `request_lines` and `heads` record the requests."""

    def __init__(self, *, user: str | None = None) -> None:
        self.user = user
        self.request_lines: list[str] = []
        self.heads: list[str] = []
        self._server = _Server(("127.0.0.1", 0), self)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, client: socket.socket) -> None:
        head = _read_head(client)
        first = head.decode("latin-1").partition("\r\n")[0]
        if not first:
            return
        self.request_lines.append(first)
        self.heads.append(head.decode("latin-1"))
        if self.user is not None and f"Proxy-Authorization: Basic {self.user}" not in head.decode("latin-1"):
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _other = first.split(" ")
        if method == "CONNECT":
            host, _separator, port = target.rpartition(":")
            with socket.create_connection((host, int(port)), 10) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                _relay(client, server)
            return
        parts = urlsplit(target)
        with socket.create_connection((str(parts.hostname), int(parts.port or 80)), 10) as server:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            own = head.replace(target.encode(), path.encode(), 1)
            server.sendall(own.replace(b"Connection: keep-alive", b"Connection: close", 1))
            # One request for each connection, and the client must know it.
            _relay(client, server, closing=True)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.server.proxy.serve(self.request)


def _read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(65536)
        if not piece:
            return b""
        head += piece
    return head


def _relay(client: socket.socket, server: socket.socket, *, closing: bool = False) -> None:
    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)

    upstream = threading.Thread(target=pump, args=(client, server), daemon=True)
    upstream.start()
    if closing:
        client.sendall(_read_head(server).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
    pump(server, client)
