# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""POST requests that are sent once: Concourse acts, refuses, or the outcome is unknown."""

from __future__ import annotations

import typing as t

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference
from ..._core.shared.text import printable
from ..._core.trigger.job.api import CannotTrigger, ResponseLost
from ..._core.trigger.reason import archived, manual_trigger_disabled
from ..http.errors import RequestFailed
from ..http.response import Response
from .paths import request_line
from .requests import ApiRequests

Decoded = t.TypeVar("Decoded")


def post_once(
    api: ApiRequests, path: str, job: JobReference, decode: t.Callable[[t.Any], Decoded], body: bytes | None = None
) -> Decoded:
    """Send a POST once and return the decoded response.

    Raises CannotTrigger if Concourse says that it did nothing, ResponseLost if it may have acted.
    """
    line = request_line(path, "POST")
    try:
        response = api.post(path, body)
    except RequestFailed as failure:
        raise ResponseLost(failure.clause) from None
    if response.version is not None:
        if response.status in (200, 201):
            return _decode(response, line, decode)
        refusal = _refusal(response, job, line, is_anonymous=api.login().token is None)
        if refusal is not None:
            raise CannotTrigger(refusal)
    if response.is_redirect:
        raise CannotTrigger(
            f"{line} was answered with a redirect: give the address at which Concourse itself answers as concourse_url."
        )
    without = "" if response.version is not None else ", without the header X-Concourse-Version"
    raise ResponseLost(f"{line} was answered with status {response.status}{without}")


def _decode(response: Response, line: str, decode: t.Callable[[t.Any], Decoded]) -> Decoded:
    try:
        return decode(response.json())
    except (ValueError, NoCredibleResponse):
        raise ResponseLost(f"the response to {line} is cut off or malformed") from None


def _refusal(response: Response, job: JobReference, line: str, *, is_anonymous: bool) -> str | None:
    """Return a sentence for a status that refuses (atc/wrappa, atc/api/jobserver/create_build.go), else None."""
    name = printable(str(job), 120)
    team = printable(job.pipeline.team, 80)
    match response.status:
        case 401 if is_anonymous:
            return (
                f"Concourse requires a login to start builds of {name}: give one with the role pipeline-operator in "
                f"team {team}."
            )
        case 401 | 403:
            return (
                f"This user may not start builds of {name} (Concourse answered {response.status}): it needs the role "
                f"pipeline-operator in team {team}, which 'fly set-team' gives."
            )
        case 404:
            return f"Concourse answered 404 to {line}: the job or the resource no longer exists."
        case 409 if b"archived" in response.body:
            return archived(job)
        case 409:
            return manual_trigger_disabled(job)
        case 400:
            return f"Concourse answered 400 to {line}: check the job and its instance_vars."
    return None
