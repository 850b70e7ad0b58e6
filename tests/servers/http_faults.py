# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of a test's HTTP server during a push; fetches succeed."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, BinaryIO

from .http_answers import smart

if TYPE_CHECKING:
    from .https import GitRequestHandler


def read_only(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Allow fetches and refuse pushes with status 403, as GitHub and GitLab do."""
    if "git-receive-pack" in handler.path:
        handler.reply(403, b"You are not allowed to push to this repository.\n")
    else:
        smart(handler, body)


def lost_before(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Close the connection before the push takes effect."""
    if _is_push(handler, body):
        _hang_up(handler)
    else:
        smart(handler, body)


def lost_after(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Carry out the push, then close the connection without a response."""
    if _is_push(handler, body):
        _carry_out(handler, body)
        _hang_up(handler)
    else:
        smart(handler, body)


def bad_gateway_after(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Carry out the push, then respond with status 502, as a proxy that timed out."""
    if _is_push(handler, body):
        wire = _carry_out(handler, body)
        handler.wfile = wire
        handler.reply(502, b"Bad gateway\n")
    else:
        smart(handler, body)


def _is_push(handler: GitRequestHandler, body: BinaryIO) -> bool:
    """Whether this request carries the commits; git may send an empty request first."""
    size = body.seek(0, io.SEEK_END)
    body.seek(0)
    return handler.command == "POST" and "git-receive-pack" in handler.path and size > len(b"0000")


def _carry_out(handler: GitRequestHandler, body: BinaryIO) -> io.BufferedIOBase:
    """Pass the request to git, discard its response, and return the client's stream."""
    wire = handler.wfile
    handler.wfile = io.BytesIO()
    smart(handler, body)
    return wire


def _hang_up(handler: GitRequestHandler) -> None:
    handler.close_connection = True
    handler.wfile = io.BytesIO()
    handler.connection.shutdown(socket.SHUT_RDWR)
