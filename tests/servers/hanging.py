# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that accepts every connection and never responds, for tests of timeouts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class HangingServer:
    """A listening socket on 127.0.0.1; `connections` are the waiting clients in the order of their arrival."""

    port: int
    connections: list[socket.socket] = field(default_factory=list)

    def url(self, repository: str = "locks.git", *, scheme: str = "https") -> str:
        """Return an address at this server; `ssh`, `git`, `http` and `https` all hang."""
        user = "git@" if scheme == "ssh" else ""
        return f"{scheme}://{user}127.0.0.1:{self.port}/{repository}"


@contextmanager
def serve_nothing() -> Iterator[HangingServer]:
    """Accept connections and never respond; close them when the context ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = HangingServer(listener.getsockname()[1])

    def accept_for_ever() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            server.connections.append(connection)

    thread = threading.Thread(target=accept_for_ever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # interrupts accept; close alone does not
        listener.close()
        thread.join(5)
        for connection in server.connections:
            connection.close()
