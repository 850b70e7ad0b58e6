# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no answer came, told from the errors of the network libraries.

Their own texts are never shown: they quote addresses of proxies, which may hold passwords.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from ..._core.shared.text import printable

# Alerts by which a server refuses a client's certificate, or the lack of one (RFC 8446, 6.2).
_WANTS_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE")
_REFUSES_CERTIFICATE = (
    "ALERT_UNKNOWN_CA",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_UNKNOWN",
)
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
# Errors of libraries that need not be installed are known by name.
_BY_NAME = {
    (
        "ProxyError",
        "InvalidProxyURL",
        "InvalidSchema",
        "ProxySchemeUnknown",
    ): "the proxy between here and {address} could not be used",
    (
        "ConnectTimeout",
        "ReadTimeout",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "TimeoutError",
    ): "{address} did not answer within {timeout} seconds",
    (
        "IncompleteRead",
        "ContentDecodingError",
        "DecodeError",
        "InvalidChunkLength",
    ): "the answer of {address} was cut off",
}
_BY_KIND: dict[tuple[type[BaseException], ...], str] = {
    (socket.gaierror,): "the name of {address} is not known",
    (ConnectionRefusedError,): "{address} refused the connection",
    # http.client's RemoteDisconnected is a ConnectionResetError.
    (ConnectionResetError, BrokenPipeError): "{address} closed the connection without an answer",
}


class RequestFailed(Exception):
    """No answer came. `clause` says what happened; `remedy` is what the user has to do where waiting does not help."""

    def __init__(self, clause: str, remedy: str | None = None) -> None:
        super().__init__(clause)
        self.clause = clause
        self.remedy = remedy


def request_failed(error: Exception, address: str, timeout: int) -> RequestFailed:
    """Return what an error of requests, urllib3 or Python's own libraries means for a person."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _tls_trouble(cause, address)
    for names, clause in _BY_NAME.items():
        if any(type(cause).__name__ in names for cause in causes):
            return RequestFailed(clause.format(address=address, timeout=timeout))
    for kinds, clause in _BY_KIND.items():
        if any(isinstance(cause, kinds) for cause in causes):
            return RequestFailed(clause.format(address=address))
    reasons = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    reason = next(reasons, "what came is no answer of a web server")
    return RequestFailed(f"{address} could not be reached: {printable(reason, 100)}")


def _tls_trouble(error: ssl.SSLError, address: str) -> RequestFailed:
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = printable(str(getattr(error, "verify_message", "")), 200).rstrip(".")
        return RequestFailed(
            f"the certificate of {address} is not trusted ({why})",
            "Give the file of its certificate authority as ca_path; validate_certs: false would trust anybody.",
        )
    if any(alert in reason for alert in _WANTS_CERTIFICATE):
        return RequestFailed(
            f"{address} refused a secure connection without a client certificate that it knows",
            "Give one as client_cert and client_key.",
        )
    if any(alert in reason for alert in _REFUSES_CERTIFICATE):
        return RequestFailed(f"{address} refused the client certificate", "Check client_cert and client_key.")
    if any(alert in reason for alert in _NO_TLS):
        return RequestFailed(f"{address} does not speak TLS", "Check concourse_url: is it http:// instead of https://?")
    return RequestFailed(f"no secure connection to {address} came about ({printable(reason, 60) or 'it was cut off'})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it was made from: chained, or handed on as an argument or as a reason."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        linked = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting.extend(one for one in linked if isinstance(one, BaseException))
