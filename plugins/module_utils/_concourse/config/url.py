# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of Concourse: validation, and a canonical form for comparing them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Text behind a colon that is not a port: of an address that ends too early, it is the password.
_NOT_A_PORT = re.compile(r"((?:.*?://)?[^/]*?:)(?!/|[0-9]+(?:/|$)).*")


def normalized_url(address: str) -> str | None:
    """Return the canonical form of an address: lower-case scheme and host, explicit port, no trailing slash.

    None for anything but an http or https address without user, query and fragment.

    >>> normalized_url("HTTPS://CI.example.com/")
    'https://ci.example.com:443'
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def checked_url(address: str, option: str) -> str:
    """Return an option's address without trailing slashes. Raises BadOption if it is not an address of Concourse."""
    address = address.strip().rstrip("/")
    if "@" in address:  # also behind a / that is not escaped in a password
        raise BadOption(
            f"{option} contains a user or a password: remove them from the address and give them as "
            "concourse_username and concourse_password."
        )
    if normalized_url(address) is None or not address.isascii() or not address.isprintable() or " " in address:
        shown = printable(_NOT_A_PORT.sub(r"\1...", address), 200)
        raise BadOption(
            f"{option} is '{shown}', which is not the address of a Concourse: "
            "give the address that you open in a browser, for example https://ci.example.com."
        )
    return address
