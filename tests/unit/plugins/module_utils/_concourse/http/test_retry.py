# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a request is sent while its tries fail."""

from __future__ import annotations

import itertools
import ssl

import pytest
from urllib3 import exceptions

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.retry import make_retry

RESET = exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))
REFUSED = OSError(111, "refused")
TIMEOUT = exceptions.TimeoutError()
UNTRUSTED = exceptions.SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))


def tries(method: str, errors: list[Exception], *, has_answered: bool) -> int:
    retry = make_retry(5, lambda: has_answered)
    for count, error in enumerate(itertools.chain(errors, itertools.repeat(errors[-1])), 1):
        try:
            retry = retry.increment(method, "/", error=error)
        except (exceptions.HTTPError, OSError):
            return count
    raise AssertionError


@pytest.mark.parametrize(
    ("method", "errors", "first", "later"),
    [
        ("GET", [RESET], 3, 3),
        ("GET", [REFUSED], 3, 3),
        ("GET", [TIMEOUT], 1, 2),
        ("GET", [RESET, TIMEOUT], 2, 3),
        ("GET", [TIMEOUT, RESET], 1, 3),
        ("GET", [UNTRUSTED], 1, 1),
        ("GET", [RESET, UNTRUSTED], 2, 2),
        ("POST", [RESET], 1, 1),
        ("POST", [REFUSED], 1, 1),
        ("POST", [TIMEOUT], 1, 1),
    ],
)
def test_tries(method: str, errors: list[Exception], first: int, later: int) -> None:
    """`first` tries while the server has never answered, `later` ones afterwards."""
    assert tries(method, errors, has_answered=False) == first
    assert tries(method, errors, has_answered=True) == later


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_only_gets_are_repeated_after_a_status(status: int) -> None:
    retry = make_retry(5, lambda: True)
    assert retry.is_retry("GET", status)
    assert not retry.is_retry("POST", status, has_retry_after=True)
