# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the one configured Concourse, and to no other host."""

from __future__ import annotations

import threading
import time
import typing as t
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote_plus

from ..config.settings import ConcourseSettings
from ..config.tls import make_context
from .errors import RequestFailed, request_failed
from .response import Response
from .transport import open_session

if t.TYPE_CHECKING:
    import requests

# Seconds before the second and the third try of a GET; no try starts after so many times the time-out.
_PAUSES = (0.2, 0.6)
_PATIENCE = 2
_PATIENCE_AT_FIRST = 1
# What a proxy or a data base that is away answers; 501 means switched off for good (concourse-api: load limits).
_WORTH_ANOTHER_TRY = frozenset({500, 502, 503, 504})
_AWAY = frozenset({502, 503, 504})
# After so many questions in a row without an answer the others are not asked any more.
_MOST_FAILURES = 5
# No answer that is needed comes near it; a hundred builds are 40 kB.
_MOST_BYTES = 64 * 1024 * 1024


class Session:
    """Threads share it. Raises RequestFailed when none came, MissingLibrary or BadOption when it cannot work at all."""

    def __init__(self, settings: ConcourseSettings, connections: int) -> None:
        self._settings = settings
        self._connections = connections
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self._failures = 0
        self._last_failure = ""

    def get(self, path: str, token: str | None = None, *, first: bool = False) -> Response:
        """Ask, and ask again a few times while the answer is missing or says that the server is away.

        `path` begins with a slash and holds the query; `token` is sent as bearer token. The `first` question of all,
        to a server that may be down altogether, is not asked again when it has timed out.
        """
        self._give_up_if_down()
        latest = time.monotonic() + (_PATIENCE_AT_FIRST if first else _PATIENCE) * self._settings.timeout
        credential = None if token is None else f"Bearer {token}"
        outcome = self._try("GET", path, credential)
        for pause in _PAUSES:
            if not _is_worth_another_try(outcome) or time.monotonic() + pause >= latest:
                break
            time.sleep(pause)
            outcome = self._try("GET", path, credential)
        self._count(outcome)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    def post_form(self, path: str, form: Mapping[str, str], client: tuple[str, str]) -> Response:
        """Send a form once, as an OAuth client with its id and secret."""
        # RFC 6749, 2.3.1, as golang.org/x/oauth2 and Dex do it: both are form-encoded first.
        pair = ":".join(quote_plus(part) for part in client)
        outcome = self._try("POST", path, f"Basic {b64encode(pair.encode('ascii')).decode('ascii')}", form)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    def post(self, path: str, token: str | None, body: bytes | None = None) -> Response:
        """Ask for something to be made, once: if the answer is lost, nobody knows whether it was. `body` is JSON."""
        credential = None if token is None else f"Bearer {token}"
        outcome = self._try("POST", path, credential, body)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    @property
    def failure(self) -> str | None:
        """Why nothing is asked any more, None while questions are."""
        with self._lock:
            down = self._failures >= _MOST_FAILURES
            return f"{self._last_failure}, {self._failures} times in a row" if down else None

    def start_afresh(self) -> None:
        """Forget that the server was down: the next question is asked again."""
        with self._lock:
            self._failures = 0

    def close(self) -> None:
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _opened(self) -> requests.Session:
        with self._lock:
            if self._session is None:
                secure = self._settings.address.lower().startswith("https:")
                context = make_context(self._settings.tls) if secure else None
                self._session = open_session(context, self._connections)
            return self._session

    def _try(
        self, method: str, path: str, credential: str | None, sent: Mapping[str, str] | bytes | None = None
    ) -> Response | RequestFailed:
        session = self._opened()
        import requests
        import urllib3

        wait = self._settings.timeout
        try:
            with session.request(
                method,
                self._settings.address + path,
                data=sent,
                headers={"Content-Type": "application/json"} if isinstance(sent, bytes) else None,
                auth=_Authorization(credential),
                timeout=(wait, wait),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return request_failed(error, self._settings.address, wait)

    def _give_up_if_down(self) -> None:
        trouble = self.failure
        if trouble is not None:
            raise RequestFailed(trouble)

    def _count(self, outcome: Response | RequestFailed) -> None:
        with self._lock:
            if isinstance(outcome, RequestFailed):
                self._failures += 1
                self._last_failure = outcome.clause
            elif outcome.status in _AWAY:
                self._failures += 1
                self._last_failure = f"Concourse answered {outcome.status}"
            else:
                self._failures = 0


class _Authorization:
    """Sets the header, or none; an object of its own keeps requests from taking a login from ~/.netrc."""

    def __init__(self, credential: str | None) -> None:
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credential is not None:
            request.headers["Authorization"] = self._credential
        return request


def _is_worth_another_try(outcome: Response | RequestFailed) -> bool:
    if isinstance(outcome, RequestFailed):
        return outcome.remedy is None
    return outcome.status in _WORTH_ANOTHER_TRY


def _read(response: requests.Response) -> Response:
    body = bytearray()
    for piece in response.iter_content(64 * 1024):
        body += piece
        if len(body) > _MOST_BYTES:
            raise ValueError("the answer is too long")
    headers = response.headers
    return Response(
        status=response.status_code,
        body=bytes(body),
        version=headers.get("X-Concourse-Version") or None,
        content_type=headers.get("Content-Type", ""),
        link=headers.get("Link"),
        location=headers.get("Location"),
    )
