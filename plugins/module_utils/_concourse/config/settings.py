# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the client: one address, one login, one TLS configuration, resolved from the options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable
from .credentials import Anonymous, ClientLogin, Credentials, PasswordLogin, TokenLogin
from .flyrc import FlyTarget, flyrc_path, read_target
from .options import ConcourseOptions
from .tls import TlsSettings
from .url import checked_url, normalized_url


@dataclass(frozen=True, slots=True)
class ConcourseSettings:
    """Resolved options. `address` has no trailing slash, `aliases` are normalized, `timeout` is in seconds."""

    address: str
    credentials: Credentials
    tls: TlsSettings
    team: str
    aliases: frozenset[str]
    timeout: int


def resolve_settings(options: ConcourseOptions, environment: Mapping[str, str] | None = None) -> ConcourseSettings:
    """Return the settings. Raises BadOption if options contradict each other, are incomplete or name no Concourse."""
    if options.timeout < 1:
        raise BadOption(f"concourse_timeout is {options.timeout}: give at least 1 second.")
    logins = _given_logins(options)
    if len(logins) > 1:
        raise BadOption(f"{' and '.join(logins)} are different ways to log in to Concourse: give only one of them.")
    if not options.url and not options.target:
        given = logins[0] if logins else "A login"
        raise BadOption(
            f"{given} needs a Concourse to log in to: give its address as concourse_url (CONCOURSE_BASE_URL)."
        )
    target = None
    if options.target:
        target = read_target(options.target, flyrc_path(os.environ if environment is None else environment))
    return ConcourseSettings(
        address=_address(options, target),
        credentials=_credentials(options, target),
        tls=_tls(options, target),
        team=options.team or (target.team if target else "main"),
        aliases=_aliases(options.url_aliases),
        timeout=options.timeout,
    )


def _given_logins(options: ConcourseOptions) -> list[str]:
    """Return the option of each given login. Raises BadOption if half of a pair is missing."""
    logins = []
    for first, second in (("username", "password"), ("client_id", "client_secret")):
        given = [name for name in (first, second) if getattr(options, name)]
        if len(given) == 1:
            missing = second if given == [first] else first
            raise BadOption(f"concourse_{given[0]} is given without concourse_{missing}: give both.")
        if given:
            logins.append(f"concourse_{first}")
    return logins + [f"concourse_{name}" for name in ("token", "target") if getattr(options, name)]


def _address(options: ConcourseOptions, target: FlyTarget | None) -> str:
    if target is None:
        return checked_url(options.url or "", "concourse_url")
    address = checked_url(target.api, f"The address of target {target.name}")
    if options.url and normalized_url(checked_url(options.url, "concourse_url")) != normalized_url(address):
        # The target's token must not go to another host.
        raise BadOption(
            f"concourse_url is {options.url}, but concourse_target '{target.name}' is at {address}: give one of them."
        )
    return address


def _credentials(options: ConcourseOptions, target: FlyTarget | None) -> Credentials:
    if target is not None:
        remedy = f"run 'fly -t {target.name} login'"
        if target.token is None:
            raise BadOption(f"concourse_target '{target.name}' is not logged in: {remedy}.")
        return TokenLogin(_checked_token(target.token), f"the token of fly target '{target.name}'", remedy)
    if options.token:
        return TokenLogin(_checked_token(options.token))
    if options.username and options.password:
        return PasswordLogin(options.username, options.password)
    if options.client_id and options.client_secret:
        return ClientLogin(options.client_id, options.client_secret)
    return Anonymous()


def _checked_token(token: str) -> str:
    """Return the token without the line break or the word Bearer that come with it from a file or a header."""
    token = token.strip()
    if token[:7].lower() == "bearer ":
        token = token[7:].strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadOption(
            "The token for Concourse is invalid: it is empty, or contains spaces, line breaks or non-ASCII characters."
        )
    return token


def _tls(options: ConcourseOptions, target: FlyTarget | None) -> TlsSettings:
    certificate, key = options.client_cert or None, options.client_key or None
    names = "client_cert", "client_key"
    if target is not None and certificate is None and key is None:
        certificate, key = target.client_cert_path, target.client_key_path
        names = f"client_cert_path of fly target '{target.name}'", "its client_key_path"
    if (certificate is None) != (key is None):
        given, missing = names if certificate else reversed(names)
        raise BadOption(f"{given} is given without {missing}: give both; if one PEM file contains both, name it twice.")
    for path in (options.ca_path, certificate, key):
        if path and not os.path.exists(path):
            shown = printable(path, 200)
            raise BadOption(f"{shown} does not exist: ca_path, client_cert and client_key must be PEM files.")
    verify = options.validate_certs
    if verify is None:
        verify = target is None or not target.insecure
    return TlsSettings(
        verify=verify,
        ca_path=options.ca_path or None,
        extra_ca=target.ca_cert if target is not None else None,
        client_cert=certificate,
        client_key=key,
    )


def _aliases(addresses: tuple[str, ...]) -> frozenset[str]:
    checked = (normalized_url(checked_url(address, "concourse_url_aliases")) for address in addresses if address)
    return frozenset(address for address in checked if address is not None)
