# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent again, and how often: urllib3's Retry, with bounds that it lacks.

GET, status 429, 500, 502, 503 or 504   up to three tries, after Retry-After or a growing pause
GET, lost or refused connection         up to three tries
GET, time-out                           two tries; one until the server has answered for the first time
GET, TLS options are wrong              one try
POST                                    one try: the server may have done what it was asked for
"""

from __future__ import annotations

import typing as t

from .errors import RequestTimedOut, TlsFailed, map_exception

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, Retry
    from urllib3.util.retry import RequestHistory

_RETRIES = 2
_BACKOFF = 0.4  # urllib3 pauses for 0 seconds before the second try, and for twice the factor before the third


def make_retry(timeout: int, has_answered: t.Callable[[], bool]) -> Retry:
    """Return the policy. `has_answered` tells whether the server has ever answered; `timeout` is in seconds."""
    from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
    from urllib3.util.retry import Retry

    class BoundedRetry(Retry):
        def increment(
            self,
            method: str | None = None,
            url: str | None = None,
            response: BaseHTTPResponse | None = None,
            error: Exception | None = None,
            _pool: t.Any = None,
            _stacktrace: t.Any = None,
        ) -> BoundedRetry:
            # allowed_methods alone would let a POST be repeated after errors of the connection or of TLS.
            if error is not None and (method != "GET" or not is_repeatable(error, self.history)):
                raise MaxRetryError(_pool, url or "", error)
            if response is not None and (self.get_retry_after(response) or 0) > timeout:
                raise MaxRetryError(_pool, url or "", ResponseError("Retry-After is longer than the time-out"))
            retry = super().increment(method, url, response, error, _pool, _stacktrace)
            if response is not None:
                # urllib3 would read the body of a failed try to its end, however long it is.
                response.close()
                response.release_conn()
            return retry

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            try:
                return super().get_retry_after(response)
            except InvalidHeader:
                return None

    def is_repeatable(error: Exception, history: tuple[RequestHistory, ...]) -> bool:
        failure = map_exception(error, "", timeout)
        if isinstance(failure, RequestTimedOut):
            return has_answered() and not any(_is_timeout(earlier.error) for earlier in history)
        return not isinstance(failure, TlsFailed)

    return BoundedRetry(
        total=_RETRIES,
        redirect=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({429, 500, 502, 503, 504}),
        backoff_factor=_BACKOFF,
        respect_retry_after_header=True,
        raise_on_status=False,
    )


def _is_timeout(error: Exception | None) -> bool:
    return error is not None and isinstance(map_exception(error, "", 0), RequestTimedOut)
