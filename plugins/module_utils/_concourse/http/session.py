# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the configured Concourse, and to no other host."""

from __future__ import annotations

import math
import threading
import time
import typing as t
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote_plus

from ..config.settings import ConcourseSettings
from ..config.tls import make_context
from .body import receive_body
from .errors import RequestFailed, ResponseTruncated, map_exception
from .large_responses import LargeResponses, LargeResponseTurn
from .limits import RequestLimits
from .next_link import read_next_link
from .requests_library import import_requests
from .response import Response
from .response_date import OnDate, ignore_date, read_response_date
from .retry import make_retry
from .transport import open_session

if t.TYPE_CHECKING:
    import requests

# Statuses of a server, or of the proxy before it, that answers nothing now.
_UNAVAILABLE = frozenset({429, 502, 503, 504})
# After this number of failed requests in a row, no further one is sent.
_MAX_FAILURES = 5


class Session:
    """Sends requests; threads share it.

    Raises RequestFailed without a response, MissingLibrary without requests, BadOption for an unusable certificate.
    """

    def __init__(self, settings: ConcourseSettings, connections: int, on_date: OnDate = ignore_date) -> None:
        self._settings = settings
        self._connections = connections
        self._on_date = on_date
        self._limits = RequestLimits(settings.timeout)
        self.large_responses = LargeResponses()
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self._has_answered = False
        self._failures = 0
        self._last_failure = ""

    def get(
        self,
        path: str,
        token: str | None = None,
        turn: LargeResponseTurn | None = None,
        until: float = math.inf,
    ) -> Response:
        """Send a GET, with retries (see `retry`). `path` begins with a slash and includes the query.

        Without a turn of `large_responses` the response must be a small one. No try continues after `until`, in
        monotonic seconds; a request that ends this way is not a failure of Concourse.
        """
        failure = self.failure
        if failure is not None:
            raise RequestFailed(failure)
        self._limits.until = until
        try:
            response = self._get(path, token, turn)
        except RequestFailed as error:
            if time.monotonic() < until:
                self._count_failure(error.clause)
            raise
        finally:
            self._limits.until = math.inf
        if response.status in _UNAVAILABLE:
            self._count_failure(f"Concourse answered {response.status}")
        else:
            self.forget_failures()
        return response

    def post_form(self, path: str, form: Mapping[str, str], client: tuple[str, str]) -> Response:
        """Send a form once, as an OAuth client with its id and secret."""
        # RFC 6749, 2.3.1, as golang.org/x/oauth2 and Dex do it: both are form-encoded first.
        pair = ":".join(quote_plus(part) for part in client)
        return self._send("POST", path, f"Basic {b64encode(pair.encode('ascii')).decode('ascii')}", form)

    def post(self, path: str, token: str | None, body: bytes | None = None) -> Response:
        """Send a POST once, with a JSON body. After RequestFailed Concourse may or may not have acted on it."""
        return self._send("POST", path, _bearer(token), body)

    @property
    def failure(self) -> str | None:
        """The reason why no GET is sent any more; None while they are sent."""
        with self._lock:
            is_down = self._failures >= _MAX_FAILURES
            return f"{self._last_failure}, {self._failures} times in a row" if is_down else None

    def forget_failures(self) -> None:
        """Send requests again, although earlier ones failed."""
        with self._lock:
            self._failures = 0

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _get(self, path: str, token: str | None, turn: LargeResponseTurn | None) -> Response:
        try:
            return self._send("GET", path, _bearer(token), turn=turn)
        except ResponseTruncated:
            # urllib3 retries only until the headers are read.
            return self._send("GET", path, _bearer(token), turn=turn)

    def _send(
        self,
        method: str,
        path: str,
        authorization: str | None,
        body: Mapping[str, str] | bytes | None = None,
        turn: LargeResponseTurn | None = None,
    ) -> Response:
        session = self._open()
        import requests
        import urllib3

        timeout = self._settings.timeout
        try:
            with session.request(
                method,
                self._settings.address + path,
                data=body,
                headers={"Content-Type": "application/json"} if isinstance(body, bytes) else None,
                auth=_Authorization(authorization),
                timeout=(timeout, timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._has_answered = True
                # Before the body is received, which can take long.
                self._on_date(read_response_date(response.headers))
                return self._receive(response, turn)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise map_exception(error, self._settings.address, timeout) from None

    def _receive(self, response: requests.Response, turn: LargeResponseTurn | None) -> Response:
        headers = response.headers
        return Response(
            status=response.status_code,
            body=receive_body(response.raw, self._limits, turn),
            version=headers.get("X-Concourse-Version") or None,
            content_type=headers.get("Content-Type", ""),
            next_link=read_next_link(headers.get("Link", "")),
            location=headers.get("Location"),
        )

    def _open(self) -> requests.Session:
        with self._lock:
            if self._session is None:
                import_requests()
                is_https = self._settings.address.lower().startswith("https:")
                context = make_context(self._settings.tls) if is_https else None
                retry = make_retry(self._settings.timeout, lambda: self._has_answered)
                self._session = open_session(context, self._connections, retry, self._limits)
            return self._session

    def _count_failure(self, clause: str) -> None:
        with self._lock:
            self._failures += 1
            self._last_failure = clause


class _Authorization:
    """Sets the header Authorization, or leaves it out; without an object here, requests would read ~/.netrc."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value is not None:
            request.headers["Authorization"] = self._value
        return request


def _bearer(token: str | None) -> str | None:
    return None if token is None else f"Bearer {token}"
