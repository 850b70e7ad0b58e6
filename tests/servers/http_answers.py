# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of a test's HTTP server to a git client: the smart protocol, the dumb protocol, and common failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from ..lockrepo.git_command import git
from .http_backend import run_backend

if TYPE_CHECKING:
    from .https import GitRequestHandler

Answer = Callable[["GitRequestHandler", BinaryIO], None]

PAGE = ["<!DOCTYPE html>", "<html><head><title>Sign in</title></head>", "<body><form><input></form></body></html>", ""]


def smart(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Serve the smart protocol, versions 0 to 2, for fetch and push."""
    server = handler.server
    run_backend(handler, program=server.backend, root=server.root, body=body, user=server.user or "anonymous")


def dumb(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Serve plain files, as a web server without git does; pushes fail."""
    address = urlsplit(handler.path)
    file = (handler.server.root / unquote(address.path).lstrip("/")).resolve()
    if handler.command != "GET" or not file.is_relative_to(handler.server.root):
        handler.reply(405, b"This server is read-only.\n")
        return
    if file.parts[-2:] == ("info", "refs") and file.parent.parent.is_dir():
        git("update-server-info", folder=file.parent.parent)
    if file.is_file():
        handler.reply(200, file.read_bytes(), content_type="application/octet-stream")
    else:
        handler.reply(404, b"File not found.\n")


def login_page(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Return the HTML form of a login proxy with status 200 for every request."""
    handler.reply(200, "\n".join(PAGE).encode(), content_type="text/html; charset=utf-8")


def one_line_page(handler: GitRequestHandler, body: BinaryIO) -> None:
    """Return one line without a line end: git reads it as the dumb protocol's empty list of branches."""
    handler.reply(200, "".join(PAGE).encode(), content_type="text/html; charset=utf-8")


def failing(status: int) -> Answer:
    """Return a handler that responds to every request with this status, such as 403 or 500."""

    def fail(handler: GitRequestHandler, body: BinaryIO) -> None:
        handler.reply(status, b"The server refuses the request.\n")

    return fail


def redirecting(to: str, *, status: int = 301) -> Answer:
    """Return a handler that redirects to the same path at another address, such as `https://localhost:1234`."""

    def redirect(handler: GitRequestHandler, body: BinaryIO) -> None:
        handler.reply(status, b"", headers={"Location": f"{to.rstrip('/')}{handler.path}"})

    return redirect
