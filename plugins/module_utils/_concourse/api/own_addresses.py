# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of the configured Concourse."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.url import normalized_url
from .requests import ApiRequests


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The configured `address`, and the `normalized` ones under which claims can name the same Concourse."""

    api: ApiRequests
    normalized: frozenset[str]
    address: str

    def include(self, base: str) -> bool:
        """Compare only: `base` comes from a commit message, so no request is ever sent to it."""
        address = normalized_url(base)
        if address is None or address in self.normalized:
            return address is not None
        external_url = self.api.login().server.external_url
        return external_url is not None and normalized_url(external_url) == address

    def for_people(self) -> str:
        """Return the URL that Concourse names for its pages, else the configured one, which may be an internal one."""
        return self.api.login().server.external_url or self.address
