# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clauses and remedies for exceptions of the network libraries, without their texts."""

from __future__ import annotations

import socket
import ssl

import pytest
import requests
import urllib3

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.errors import TlsFailed, map_exception
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.login.server_info import parse_version

ADDRESS = "https://ci.example.com"


def tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] something (_ssl.c:1)")
    error.reason = reason
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate in certificate chain"
    return error


def wrapped(error: Exception) -> requests.ConnectionError:
    """Wrap an error as requests does: in a MaxRetryError of urllib3."""
    pool = urllib3.HTTPSConnectionPool("ci.example.com")
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/secret", error))


@pytest.mark.parametrize(
    ("error", "words", "remedy"),
    [
        (requests.ReadTimeout(), "did not answer within 5 seconds", None),
        (wrapped(urllib3.exceptions.ConnectTimeoutError()), "did not answer within 5 seconds", None),
        (wrapped(ConnectionRefusedError(111, "refused")), "refused the connection", None),
        (wrapped(socket.gaierror(-2, "Name or service not known")), "the host name of", None),
        (requests.ConnectionError(ConnectionResetError(104, "reset")), "closed the connection", None),
        (requests.exceptions.ProxyError("http://u:s3cret@proxy"), "the proxy between here and", None),
        (requests.exceptions.ChunkedEncodingError(urllib3.exceptions.IncompleteRead(1, 2)), "was cut off: see", None),
        (wrapped(OSError(113, "No route to host")), "No route to host", None),
        (ValueError("whatever"), "not valid HTTP", None),
        (wrapped(urllib3.exceptions.SSLError(untrusted())), "is not trusted (self-signed", "ca_path"),
        (wrapped(tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED")), "client certificate", "client_cert and client_key"),
        (wrapped(tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE")), "client certificate", "client_cert and client_key"),
        (wrapped(tls_error("TLSV1_ALERT_UNKNOWN_CA")), "refused the client certificate", "client_cert"),
        (wrapped(tls_error("WRONG_VERSION_NUMBER")), "does not speak TLS", "http://"),
        (wrapped(tls_error("UNEXPECTED_EOF_WHILE_READING")), "(it was cut off): see the logs", None),
        (wrapped(tls_error("")), "check client_cert and client_key", None),
        (wrapped(tls_error("DECRYPTION_FAILED")), "TLS connection to", None),
    ],
)
def test_map_exception(error: Exception, words: str, remedy: str | None) -> None:
    failure = map_exception(error, ADDRESS, 5)
    assert words in failure.clause
    assert (remedy is not None) == isinstance(failure, TlsFailed)
    assert remedy is None or remedy in vars(failure)["remedy"]
    assert "s3cret" not in failure.clause
    assert "/secret" not in failure.clause


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("8.2.5", (8, 2, 5)),
        ("7.0.0-rc.12", (7, 0, 0)),
        ("6.5.1+dev", (6, 5, 1)),
        ("0.0.0-dev", (999, 0, 0)),
        ("", (999, 0, 0)),
        ("unknown", (999, 0, 0)),
    ],
)
def test_versions(text: str, version: tuple[int, int, int]) -> None:
    assert parse_version(text) == version
