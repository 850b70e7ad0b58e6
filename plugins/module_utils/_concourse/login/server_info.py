# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first request: whether the server is a Concourse, its version, and its own URL."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.shared.errors import ConcourseError
from ..._core.shared.text import printable
from ..http.errors import RequestFailed, TlsFailed
from ..http.response import Response
from ..http.session import Session

ServerVersion = tuple[int, int, int]
# The version of a development build (versions.go: 0.0.0-dev).
_DEVELOPMENT: ServerVersion = (0, 0, 0)
_NEWEST: ServerVersion = (999, 0, 0)
_INFO = "/api/v1/info"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A Concourse's version, and the URL with which every build URL of it begins; None before 5.3."""

    version: ServerVersion
    external_url: str | None


def fetch_server_info(session: Session, address: str) -> ServerInfo:
    """Request version and URL without a token: Concourse would refuse an invalid one (atc/wrappa/api_auth_wrappa.go).

    Raises ConcourseError if the server is no Concourse, NoCredibleResponse without a usable response.
    """
    try:
        response = session.get(_INFO)
    except RequestFailed as failure:
        raise first_request_error(failure) from None
    if response.status >= 500 or response.status == 429:
        raise NoCredibleResponse(f"{address} answered {response.status} to GET {_INFO}")
    if response.version is None:
        raise ConcourseError(_not_concourse(response, address))
    if response.status != 200:
        raise NoCredibleResponse(f"Concourse answered {response.status} to GET {_INFO}")
    try:
        info = response.json()
    except ValueError:
        info = None
    if not isinstance(info, dict):
        raise NoCredibleResponse(f"the response to GET {_INFO} is cut off or is not JSON")
    return ServerInfo(parse_version(_text(info, "version") or response.version), _text(info, "external_url"))


def parse_version(text: str) -> ServerVersion:
    """Return a version as numbers; text that is not a version counts as the newest one."""
    match = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", text)
    version = (int(match[1]), int(match[2]), int(match[3])) if match else _DEVELOPMENT
    return _NEWEST if version == _DEVELOPMENT else version


def first_request_error(failure: RequestFailed) -> ConcourseError | NoCredibleResponse:
    """Return the error for a request that failed during the login; ConcourseError if the user has to change options."""
    if not isinstance(failure, TlsFailed):
        return NoCredibleResponse(failure.clause)
    # A clause that begins with an address is not capitalized.
    clause = failure.clause
    start = clause[0] if clause.startswith("http") else clause[0].upper()
    return ConcourseError(f"{start}{clause[1:]}. {failure.remedy}")


def describe_redirect(response: Response, address: str) -> str:
    """Return the sentence for a redirect; it names the target without user, password and query."""
    try:
        target = urlsplit(response.location or "")
    except ValueError:
        target = urlsplit("")
    url = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path.removesuffix(_INFO)}"
    is_absolute = target.scheme in ("http", "https") and target.netloc
    shown = printable(url, 200) if is_absolute else "another page"
    return f"{address} only redirects, to {shown}: give the address at which Concourse itself answers as concourse_url."


def _not_concourse(response: Response, address: str) -> str:
    if response.is_redirect:
        return describe_redirect(response, address)
    if response.status in (401, 403, 407):
        return (
            f"A proxy in front of {address} requires a login of its own (it answered {response.status}, without the "
            "header X-Concourse-Version): give an address at which Concourse itself answers as concourse_url."
        )
    if response.is_web_page:
        return (
            f"{address} answers with a web page instead of Concourse's API: give the address of Concourse's start "
            "page as concourse_url, without the path of a team, a pipeline or a build."
        )
    return (
        f"{address} is not a Concourse: it answered {response.status} to GET {_INFO}, without the header "
        "X-Concourse-Version. Check concourse_url."
    )


def _text(info: dict[str, t.Any], key: str) -> str | None:
    value = info.get(key)
    return value if isinstance(value, str) and value else None
