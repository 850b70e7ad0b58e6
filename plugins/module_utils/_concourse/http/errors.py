# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of requests that got no response.

    RequestFailed            no response: refused or lost connection, unknown host, broken proxy, server given up
    ├── RequestTimedOut      the server did not answer in time
    ├── ResponseTruncated    the response broke off in its body
    ├── ResponseTooLong      the response has more bytes than any that is needed
    └── TlsFailed            the certificates or the scheme are wrong: the user has to change an option

The texts of the libraries are never shown: they quote the addresses of proxies, which can hold passwords.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

from ..._core.shared.text import printable


class RequestFailed(Exception):
    """A request got no response. `clause` says what happened, without a full stop."""

    def __init__(self, clause: str) -> None:
        super().__init__(clause)
        self.clause = clause


class RequestTimedOut(RequestFailed):
    """The server did not answer within the configured time."""


class ResponseTruncated(RequestFailed):
    """The connection broke, or the encoding ended, in the middle of the response's body."""


class ResponseTooLong(RequestFailed):
    """The response has more than `most` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a response is longer than {most // 1024**2} MiB")


class TlsFailed(RequestFailed):
    """No TLS connection is possible with these options. `remedy` is a sentence: what the user has to change."""

    def __init__(self, clause: str, remedy: str) -> None:
        super().__init__(clause)
        self.remedy = remedy


# Alerts by which a server rejects a client certificate, or asks for one (RFC 8446, 6.2).
_CERTIFICATE_REQUIRED = ("CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE")
_CERTIFICATE_REJECTED = (
    "ALERT_UNKNOWN_CA",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_UNKNOWN",
)
_CUT_OFF = ("", "UNEXPECTED_EOF_WHILE_READING")
_ON_THE_WAY = "see the logs of Concourse and of the proxies on the way"
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")


def map_exception(error: BaseException, address: str, timeout: int) -> RequestFailed:
    """Return the RequestFailed for an exception of requests, urllib3 or the standard library.

    `address` is the configured one, `timeout` is in seconds.
    """
    from urllib3.exceptions import NewConnectionError

    # To urllib3, NewConnectionError is a time-out; its own cause says what happened.
    causes = [cause for cause in _causes(error) if not isinstance(cause, NewConnectionError)]
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _map_tls_error(cause, address)
    for types, failure, clause in _mappings():
        if any(isinstance(cause, types) for cause in causes):
            return failure(clause.format(address=address, timeout=timeout))
    reasons = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    reason = next(reasons, "the response is not valid HTTP")
    return RequestFailed(f"{address} could not be reached: {printable(reason, 100)}")


def _mappings() -> tuple[tuple[tuple[type[BaseException], ...], type[RequestFailed], str], ...]:
    """Return exceptions, the failure they become, and its clause; the first match counts."""
    from requests import exceptions as requests_errors
    from urllib3 import exceptions as urllib3_errors

    proxy = (
        requests_errors.ProxyError,
        requests_errors.InvalidProxyURL,
        requests_errors.InvalidSchema,
        urllib3_errors.ProxyError,
        urllib3_errors.ProxySchemeUnknown,
        urllib3_errors.LocationParseError,
    )
    timeout = (TimeoutError, requests_errors.Timeout, urllib3_errors.TimeoutError)
    truncated = (
        requests_errors.ChunkedEncodingError,
        requests_errors.ContentDecodingError,
        urllib3_errors.DecodeError,
        http.client.IncompleteRead,
    )
    return (
        (proxy, RequestFailed, "the proxy between here and {address} could not be used"),
        (timeout, RequestTimedOut, "{address} did not answer within {timeout} seconds"),
        (truncated, ResponseTruncated, f"the response of {{address}} was cut off: {_ON_THE_WAY}"),
        ((socket.gaierror,), RequestFailed, "the host name of {address} is unknown"),
        ((ConnectionRefusedError,), RequestFailed, "{address} refused the connection"),
        # http.client.RemoteDisconnected is a ConnectionResetError.
        ((ConnectionResetError, BrokenPipeError), RequestFailed, "{address} closed the connection without a response"),
    )


def _map_tls_error(error: ssl.SSLError, address: str) -> RequestFailed:
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = printable(str(getattr(error, "verify_message", "")), 200).rstrip(".")
        return TlsFailed(
            f"the certificate of {address} is not trusted ({detail})",
            "Give the file of its certificate authority as ca_path; validate_certs: false would trust any server.",
        )
    if any(alert in reason for alert in _CERTIFICATE_REQUIRED):
        return TlsFailed(
            f"{address} refused a TLS connection without a client certificate that it knows",
            "Give one as client_cert and client_key.",
        )
    if any(alert in reason for alert in _CERTIFICATE_REJECTED):
        return TlsFailed(f"{address} refused the client certificate", "Check client_cert and client_key.")
    if any(alert in reason for alert in _NO_TLS):
        return TlsFailed(f"{address} does not speak TLS", "Check concourse_url: is it http:// instead of https://?")
    if reason in _CUT_OFF:
        return RequestFailed(
            f"the TLS connection to {address} failed (it was cut off): {_ON_THE_WAY}; if it requires a client"
            " certificate, check client_cert and client_key"
        )
    return RequestFailed(f"the TLS connection to {address} failed ({printable(reason, 60)})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all exceptions behind it: chained, or passed as an argument or a reason."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        linked = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting.extend(one for one in linked if isinstance(one, BaseException))
