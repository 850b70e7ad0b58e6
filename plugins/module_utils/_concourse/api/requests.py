# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking, and believing only what a Concourse can have said."""

from __future__ import annotations

import typing as t

from ..._core.concourse.queries import NoCredibleResponse
from ..http.errors import RequestFailed
from ..http.response import Response
from ..http.session import Session
from ..login.connection import Connection, Login
from .json_fields import MalformedResponse
from .paths import request_line

Decoded = t.TypeVar("Decoded")


class ApiRequests:
    """Asks the API. Raises NoCredibleResponse unless it can believe the answer, ConcourseError for a refused login."""

    def __init__(self, session: Session, contact: Connection) -> None:
        self._session = session
        self._contact = contact

    def contact(self) -> Login:
        """Return what the first contact told, and make it if need be."""
        return self._contact.established()

    def ask(self, asked: str, understand: t.Callable[[t.Any], Decoded]) -> Decoded:
        """Return what `understand` makes of the JSON of a 200."""
        told = self.get_or_none(asked, understand)
        if told is None:
            raise NoCredibleResponse(f"Concourse answered 404 to {request_line(asked)}")
        return told

    def get_or_none(self, asked: str, understand: t.Callable[[t.Any], Decoded]) -> Decoded | None:
        """Return the same; None when Concourse says that it knows no such thing: a 404 with its header."""
        answer = self.fetch(asked)
        return None if answer is None else self.understood(asked, answer, understand)

    def fetch(self, asked: str) -> Response | None:
        """Return a believable 200, None for a believable 404."""
        answer = self._answer(asked)
        if answer.version is None:
            raise NoCredibleResponse(_without_header(answer, asked))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise NoCredibleResponse(self._unhelpful(answer, asked))
        return answer

    def post(self, asked: str, body: bytes | None = None) -> Response:
        """Ask for something to be made, and return whatever came. Raises RequestFailed: then it may have been made.

        It is sent once; again only after a new login, where a 401 says that nothing was made.
        """
        token = self._contact.established().token
        return self._renewing(token, lambda credential: self._session.post(asked, credential, body))

    def understood(self, asked: str, answer: Response, understand: t.Callable[[t.Any], Decoded]) -> Decoded:
        """Return what `understand` makes of an answer's JSON."""
        try:
            return understand(answer.json())
        except MalformedResponse as misshapen:
            raise NoCredibleResponse(
                f"Concourse's answer to {request_line(asked)} cannot be understood: {misshapen}"
            ) from None
        except ValueError:
            raise NoCredibleResponse(f"Concourse's answer to {request_line(asked)} is cut off or is no JSON") from None

    def _answer(self, asked: str) -> Response:
        token = self._contact.established().token
        try:
            return self._renewing(token, lambda credential: self._session.get(asked, credential))
        except RequestFailed as trouble:
            raise NoCredibleResponse(trouble.clause) from None

    def _renewing(self, token: str | None, send: t.Callable[[str | None], Response]) -> Response:
        """Send something, and once more with a new token if the first is not good any more."""
        answer = send(token)
        if answer.status == 401 and answer.version is not None and token is not None:
            renewed = self._contact.renewed(token)
            if renewed is not None:
                return send(renewed)
        return answer

    def _unhelpful(self, answer: Response, asked: str) -> str:
        if answer.status == 401 and self._contact.established().token is None:
            return f"Concourse wants a login for {request_line(asked)}"
        if answer.status in (401, 403):
            return f"Concourse answered {answer.status} to {request_line(asked)}: this login has no role there"
        return f"Concourse answered {answer.status} to {request_line(asked)}"


def _without_header(answer: Response, asked: str) -> str:
    if answer.is_redirect:
        return f"a redirect came in answer to {request_line(asked)}"
    what = "a web page" if answer.is_web_page else "an answer without the header X-Concourse-Version"
    return f"{what} ({answer.status}) came in answer to {request_line(asked)}"
