# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent again, and how often: urllib3's Retry, with bounds that it lacks.

GET, status 429, 500, 502, 503 or 504   up to three tries, after Retry-After or a growing pause
GET, Retry-After longer than time-out   no further try
GET, lost or refused connection         up to three tries
GET, time-out                           two tries; one until the server has answered for the first time
GET, TLS options are wrong              one try
POST                                    one try: the server may have acted on it

The time-out is the deadline of a whole try: the connection, TLS, the head and the body of the response (see `limits`).
"""

from __future__ import annotations

import typing as t
from contextlib import suppress

from .errors import RequestTimedOut, TlsFailed, map_exception

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, Retry

_RETRIES = 2
_BACKOFF = 0.4  # urllib3 pauses for 0 seconds before the second try, and for twice the factor before the third


def make_retry(timeout: int, has_answered: t.Callable[[], bool]) -> Retry:
    """Return the policy. `has_answered` returns whether the server has ever answered; `timeout` is in seconds."""
    from urllib3.exceptions import InvalidHeader, MaxRetryError
    from urllib3.util.retry import Retry

    class BoundedRetry(Retry):
        def increment(
            self,
            method: str | None = None,
            url: str | None = None,
            response: BaseHTTPResponse | None = None,
            error: Exception | None = None,
            *arguments: t.Any,
            **keywords: t.Any,
        ) -> t.Self:
            # allowed_methods alone would let a POST be repeated after errors of the connection or of TLS.
            if error is not None and (method != "GET" or not self._is_repeatable(error)):
                raise error
            if response is not None and (self.get_retry_after(response) or 0) > timeout:
                raise MaxRetryError(keywords["_pool"], url or "")
            retry = super().increment(method, url, response, error, *arguments, **keywords)
            if response is not None:
                # urllib3 would read the body of a failed try to its end, however long it is.
                response.close()
                response.release_conn()
            return retry

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            with suppress(InvalidHeader):
                return super().get_retry_after(response)
            return None

        def _is_repeatable(self, error: Exception) -> bool:
            errors = [error, *(earlier.error for earlier in self.history if earlier.error is not None)]
            failures = [type(map_exception(one, "", timeout)) for one in errors]
            timeouts = failures.count(RequestTimedOut)
            return TlsFailed not in failures and (timeouts == 0 or (timeouts == 1 and has_answered()))

    return BoundedRetry(
        total=_RETRIES,
        redirect=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({429, 500, 502, 503, 504}),
        backoff_factor=_BACKOFF,
        respect_retry_after_header=True,
        raise_on_status=False,
    )
