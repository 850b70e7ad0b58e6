# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A response over HTTP."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """A response, read to its end.

    `version` is the header X-Concourse-Version, which every response of the API has
    (atc/wrappa/versioned_handler.go); `next_link` is the URL of the next page of a list (header Link).
    """

    status: int
    body: bytes
    version: str | None = None
    content_type: str = ""
    next_link: str | None = None
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
        """Return the body, decoded. Raises ValueError unless it is complete, valid JSON."""
        try:
            return json.loads(self.body, parse_constant=_reject_constant)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _reject_constant(constant: str) -> t.NoReturn:
    raise ValueError(f"{constant} is not JSON")
