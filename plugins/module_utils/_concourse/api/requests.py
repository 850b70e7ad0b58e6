# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API. Only a response that Concourse itself can have sent counts."""

from __future__ import annotations

import math
import time
import typing as t

from ..._core.concourse.queries import HiddenResponse, NoCredibleResponse
from ..decode.fields import MalformedResponse
from ..http.errors import RequestFailed
from ..http.large_responses import LargeResponseTurn
from ..http.response import Response
from ..http.session import Session
from ..login.connection import Connection, Login
from .paths import request_line

Decoded = t.TypeVar("Decoded")
Decoder = t.Callable[[t.Any], Decoded]


class InternalError(NoCredibleResponse):
    """Concourse answered 500."""


_FAILURES = {401: HiddenResponse, 403: HiddenResponse, 500: InternalError}


class ApiRequests:
    """Sends requests to the API with the current login.

    No GET continues for longer than `seconds` from now. Raises NoCredibleResponse without a response that counts,
    ConcourseError for a refused login.
    """

    def __init__(self, session: Session, connection: Connection, seconds: float | None = None) -> None:
        self._session = session
        self._connection = connection
        self._until = math.inf if seconds is None else time.monotonic() + seconds
        self._has_ended = False

    def end(self) -> None:
        """Send no further request: threads that still need one get NoCredibleResponse."""
        self._has_ended = True

    def login(self) -> Login:
        """Return the server and the login; the first call logs in."""
        return self._connection.login()

    def get(self, path: str, decode: Decoder[Decoded]) -> Decoded:
        """Return the decoded JSON of a 200."""
        decoded = self.get_or_none(path, decode)
        if decoded is None:
            raise NoCredibleResponse(f"Concourse answered 404 to {request_line(path)}")
        return decoded

    def get_or_none(self, path: str, decode: Decoder[Decoded]) -> Decoded | None:
        """Return the decoded JSON of a 200, None for a 404 with Concourse's header: no such thing."""
        found = self.get_page_or_none(path, decode)
        return None if found is None else found[0]

    def get_page_or_none(self, path: str, decode: Decoder[Decoded]) -> tuple[Decoded, str | None] | None:
        """Return the decoded JSON of a 200 and the URL of the next page; None for a 404 with Concourse's header."""
        with self._session.large_responses.turn() as turn:
            response = self._fetch(path, turn)
            return None if response is None else (self.decode(path, response, decode), response.next_link)

    def _fetch(self, path: str, turn: LargeResponseTurn) -> Response | None:
        """Return a 200, None for a 404; both must carry Concourse's header."""
        if self._has_ended:
            raise NoCredibleResponse("the response came too late")
        token = self.login().token
        try:
            response = self._send_with_renewal(token, lambda valid: self._session.get(path, valid, turn, self._until))
        except RequestFailed as failure:
            raise NoCredibleResponse(failure.clause) from None
        if response.version is None:
            raise NoCredibleResponse(_describe_foreign_response(response, path))
        if response.status == 404:
            return None
        if response.status != 200:
            kind = _FAILURES.get(response.status, NoCredibleResponse)
            raise kind(self._describe_status(response, path, token))
        return response

    def post(self, path: str, body: bytes | None = None) -> Response:
        """Send a POST and return any response. Raises RequestFailed: Concourse may have acted on it.

        It is sent once; a second time only after a new login, when a 401 says that Concourse did nothing.
        """
        token = self.login().token
        return self._send_with_renewal(token, lambda valid: self._session.post(path, valid, body))

    def decode(self, path: str, response: Response, decode: Decoder[Decoded]) -> Decoded:
        """Return the decoded JSON of a response."""
        try:
            return decode(response.json())
        except MalformedResponse as error:
            raise NoCredibleResponse(f"the response to {request_line(path)} is malformed: {error}") from None
        except ValueError:
            raise NoCredibleResponse(f"the response to {request_line(path)} is cut off or is not JSON") from None

    def _send_with_renewal(self, token: str | None, send: t.Callable[[str | None], Response]) -> Response:
        """Send a request, and once more with a new token if Concourse does not accept the first one any more."""
        response = send(token)
        if response.status == 401 and response.version is not None and token is not None:
            renewed = self._connection.renew(token)
            if renewed is not None:
                return send(renewed)
        return response

    def _describe_status(self, response: Response, path: str, token: str | None) -> str:
        line = request_line(path)
        if response.status == 401 and token is None:
            self._connection.login_required = True
            return f"Concourse requires a login for {line}"
        if response.status in (401, 403):
            return f"Concourse answered {response.status} to {line}: this user has no role there"
        return f"Concourse answered {response.status} to {line}"


def _describe_foreign_response(response: Response, path: str) -> str:
    line = request_line(path)
    if response.is_redirect:
        return f"{line} was answered with a redirect"
    kind = "a web page" if response.is_web_page else "a response without the header X-Concourse-Version"
    return f"{line} was answered with {kind} (status {response.status})"
