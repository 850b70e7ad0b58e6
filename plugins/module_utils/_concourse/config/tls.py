# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: the trusted certificates, and the client certificate."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from ..._core.shared.errors import BadOption


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """`ca_path` (file or directory) replaces the default certificates, `extra_ca` (PEM text) adds to them."""

    verify: bool = True
    ca_path: str | None = None
    extra_ca: str | None = field(default=None, repr=False)
    client_cert: str | None = None
    client_key: str | None = None


def make_context(settings: TlsSettings) -> ssl.SSLContext:
    """Return the TLS context of all connections. Raises BadOption if a certificate cannot be used."""
    context = ssl.create_default_context() if settings.ca_path is None else _context_with(settings.ca_path)
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_path is None:
        _trust_defaults(context)
    if settings.extra_ca is not None:
        try:
            context.load_verify_locations(cadata=settings.extra_ca)
        except (ssl.SSLError, ValueError):
            raise BadOption("The ca_cert of the fly target is not a PEM certificate: log in again with fly.") from None
    if settings.client_cert and settings.client_key:
        _load_client_certificate(context, settings.client_cert, settings.client_key)
    return context


def _context_with(ca_path: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(ssl.Purpose.SERVER_AUTH, **_location(ca_path))
    except OSError as error:
        raise BadOption(
            f"ca_path {ca_path} is unusable: {_reason(error)}. Give PEM certificates that the user of this run"
            " can read."
        ) from None


def _trust_defaults(context: ssl.SSLContext) -> None:
    """Trust the certificates of requests, or of REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, besides the system's."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    try:
        context.load_verify_locations(**_location(bundle))
    except OSError as error:
        raise BadOption(
            f"The certificates in {bundle} (REQUESTS_CA_BUNDLE) are unusable: {_reason(error)}. Name PEM certificates"
            " that the user of this run can read, or unset the variable."
        ) from None


def _location(path: str) -> dict[str, str]:
    return {"capath" if Path(path).is_dir() else "cafile": path}


def _load_client_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    def no_password() -> str:
        raise BadOption(f"client_key {key} is protected by a password: give a key without one.")

    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except OSError as error:
        raise BadOption(
            f"client_cert {certificate} and client_key {key} are unusable: {_reason(error)}. Give two PEM files that"
            " belong together and that the user of this run can read."
        ) from None


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        return "they do not match" if mismatch else "no usable certificate or key in the file"
    return error.strerror or type(error).__name__
