# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first question: is it a Concourse, which version, and what does it call itself."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.shared.errors import ConcourseError
from ..._core.shared.text import printable
from ..http.errors import RequestFailed
from ..http.response import Response
from ..http.session import Session

ServerVersion = tuple[int, int, int]
# What a development build calls itself (versions.go: 0.0.0-dev).
_DEVELOPMENT: ServerVersion = (0, 0, 0)
_NEWEST: ServerVersion = (999, 0, 0)
_INFO = "/api/v1/info"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """`external_url` begins the URL of every build that this Concourse writes; None before 5.3."""

    version: ServerVersion
    external_url: str | None


def fetch_server_info(session: Session, address: str) -> ServerInfo:
    """Ask for the version, without a token: a bad one would be refused (atc/wrappa/api_auth_wrappa.go).

    Raises ConcourseError when what answers is no Concourse, NoCredibleResponse when nothing answers, or nothing useful.
    """
    try:
        answer = session.get(_INFO, first=True)
    except RequestFailed as trouble:
        raise first_request_error(trouble) from None
    if answer.status >= 500 or answer.status == 429:
        raise NoCredibleResponse(f"{address} answered {answer.status} to GET {_INFO}")
    if answer.version is None:
        raise ConcourseError(_no_concourse(answer, address))
    if answer.status != 200:
        raise NoCredibleResponse(f"Concourse answered {answer.status} to GET {_INFO}")
    try:
        information = answer.json()
    except ValueError:
        information = None
    if not isinstance(information, dict):
        raise NoCredibleResponse(f"Concourse's answer to GET {_INFO} is cut off or is no JSON")
    return ServerInfo(read_version(_text(information, "version") or answer.version), _text(information, "external_url"))


def read_version(text: str) -> ServerVersion:
    """Return a version as numbers; what is no version is taken for the newest."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", text)
    version = (int(found[1]), int(found[2]), int(found[3])) if found else _DEVELOPMENT
    return _NEWEST if version == _DEVELOPMENT else version


def first_request_error(trouble: RequestFailed) -> ConcourseError | NoCredibleResponse:
    """Return what no answer means before the first answer: some of it only the user can mend."""
    if trouble.remedy is None:
        return NoCredibleResponse(trouble.clause)
    # An address at the start of a sentence stays as it is.
    begin = trouble.clause[0] if trouble.clause.startswith("http") else trouble.clause[0].upper()
    return ConcourseError(f"{begin}{trouble.clause[1:]}. {trouble.remedy}")


def redirect_error(answer: Response, address: str) -> str:
    """Return the sentence for a redirect; it names the new address only as far as it can be used."""
    try:
        target = urlsplit(answer.location or "")
    except ValueError:
        target = urlsplit("")
    there = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path.removesuffix(_INFO)}"
    known = target.scheme in ("http", "https") and target.netloc
    where = printable(there, 200) if known else "another page"
    return f"{address} only redirects, to {where}: give the address that Concourse itself answers at as concourse_url."


def _no_concourse(answer: Response, address: str) -> str:
    if answer.is_redirect:
        return redirect_error(answer, address)
    if answer.status in (401, 403, 407):
        return (
            f"Something in front of {address} asks for a login of its own (it answered {answer.status}, without the "
            "header X-Concourse-Version): give an address at which Concourse itself answers as concourse_url."
        )
    if answer.is_web_page:
        return (
            f"{address} answers with a web page and not as Concourse's API does: give the address of Concourse's start "
            "page as concourse_url, without the path of a team, a pipeline or a build."
        )
    return (
        f"{address} is no Concourse: it answered {answer.status} to GET {_INFO}, without the header "
        "X-Concourse-Version. Check concourse_url."
    )


def _text(information: dict[str, t.Any], key: str) -> str | None:
    value = information.get(key)
    return value if isinstance(value, str) and value else None
