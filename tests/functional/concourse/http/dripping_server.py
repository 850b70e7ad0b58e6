# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers the first request of a client, and every other one byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable

INFO = b'{"version": "8.2.5"}'
HEAD = b"HTTP/1.1 200 OK\r\nX-Concourse-Version: 8.2.5\r\nContent-Type: application/json\r\n"
LONGEST = 15.0
"""Seconds after which it closes a connection, so that a client without a deadline ends as well."""


class DrippingServer:
    """Sends `start` at once and then each of `drops`, `pause` seconds after the one before; the last one repeats."""

    def __init__(
        self, start: bytes, drops: Iterable[bytes], *, pause: float = 0.1, tls: ssl.SSLContext | None = None
    ) -> None:
        self._start = start
        self._drops = list(drops)
        self._pause = pause
        self._tls = tls
        self._stopped = threading.Event()
        self.tries = 0

    def __enter__(self) -> DrippingServer:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            connection = plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            with connection, connection.makefile("rb") as lines:
                while request := lines.readline():
                    while lines.readline().strip():
                        pass
                    if b" /api/v1/info " in request:
                        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(INFO) + INFO)
                    else:
                        self._drip(connection)
                        return

    def _drip(self, connection: socket.socket) -> None:
        self.tries += 1
        latest = time.monotonic() + LONGEST
        connection.sendall(self._start)
        sent = 0
        while time.monotonic() < latest and not self._stopped.wait(self._pause):
            connection.sendall(self._drops[min(sent, len(self._drops) - 1)])
            sent += 1
