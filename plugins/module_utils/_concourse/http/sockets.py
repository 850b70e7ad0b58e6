# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that keep the limits of a request in every operation."""

from __future__ import annotations

import socket
import ssl
import threading
import typing as t
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from .limits import RequestLimits

AddressInfo = tuple[int, int, int, str, t.Any]


class _Limited(socket.socket):
    """A socket whose operations end at the deadline. A subclass sets `limits`."""

    limits: RequestLimits

    def recv_into(self, *arguments: t.Any, **keywords: t.Any) -> int:
        self.settimeout(self.limits.seconds_left())
        received = super().recv_into(*arguments, **keywords)
        self.limits.count(received)
        return received

    def recv(self, *arguments: t.Any, **keywords: t.Any) -> bytes:
        self.settimeout(self.limits.seconds_left())
        received = super().recv(*arguments, **keywords)
        self.limits.count(len(received))
        return received

    def sendall(self, *arguments: t.Any, **keywords: t.Any) -> None:
        self.settimeout(self.limits.seconds_left())
        super().sendall(*arguments, **keywords)


def plain_socket_class(request_limits: RequestLimits) -> type[socket.socket]:
    """Return a class of sockets with these limits."""

    class LimitedSocket(_Limited):
        limits = request_limits

    return LimitedSocket


def tls_socket_class(request_limits: RequestLimits) -> type[ssl.SSLSocket]:
    """Return a class of TLS sockets with these limits, for SSLContext.sslsocket_class."""

    class LimitedTlsSocket(_Limited, ssl.SSLSocket):
        limits = request_limits

        def do_handshake(self, block: bool = False) -> None:
            self.settimeout(self.limits.seconds_left())
            super().do_handshake(block)

    return LimitedTlsSocket


def connect(
    socket_class: type[socket.socket],
    limits: RequestLimits,
    address: tuple[str, int],
    source_address: tuple[str, int] | None,
    options: Iterable[tuple[int, int, int | bytes]],
) -> socket.socket:
    """Return a connection to a host and port. Raises OSError.

    Each address of the host gets its share of the time that is left, so that one without a route costs not all of it.
    """
    found = _resolve(address, limits)
    failure: OSError = OSError("the host has no address")
    for position, (family, kind, protocol, _name, target) in enumerate(found):
        connection = socket_class(family, kind, protocol)
        try:
            for option in options:
                connection.setsockopt(*option)
            if source_address is not None:
                connection.bind(source_address)
            connection.settimeout(limits.seconds_left() / (len(found) - position))
            connection.connect(target)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _resolve(address: tuple[str, int], limits: RequestLimits) -> Sequence[AddressInfo]:
    """Return the addresses of a host. The resolver of the system has no deadline, so it runs in a thread."""
    from urllib3.util.connection import allowed_gai_family

    found: Future[Sequence[AddressInfo]] = Future()

    def resolve() -> None:
        host, port = address
        try:
            found.set_result(socket.getaddrinfo(host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    threading.Thread(target=resolve, daemon=True).start()
    return found.result(limits.seconds_left())
