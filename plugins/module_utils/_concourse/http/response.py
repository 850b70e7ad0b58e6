# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer over HTTP, as it came."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """`version` is the header X-Concourse-Version, on every answer of the API (atc/wrappa/versioned_handler.go)."""

    status: int
    body: bytes
    version: str | None = None
    content_type: str = ""
    link: str | None = None
    location: str | None = None

    @property
    def is_web_page(self) -> bool:
        return "html" in self.content_type.lower() or self.body[:200].lstrip().lower().startswith(
            (b"<!doctype html", b"<html")
        )

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400

    def json(self) -> t.Any:
        """Return the body's value. Raises ValueError unless it is whole and valid JSON."""
        try:
            return json.loads(self.body, parse_constant=_no_json)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _no_json(constant: str) -> t.NoReturn:
    raise ValueError(f"{constant} is not JSON")
