# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking Concourse to make something: it is made, refused, or nobody knows."""

from __future__ import annotations

import typing as t

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference
from ..._core.shared.text import printable
from ..._core.trigger.job_api import CannotTrigger, ResponseLost
from ..._core.trigger.plan import archived, manual_trigger_disabled
from ..http.errors import RequestFailed
from ..http.response import Response
from .json_fields import MalformedResponse
from .paths import request_line
from .requests import ApiRequests

Created = t.TypeVar("Created")
_MADE = (200, 201)


def post_once(
    inquiry: ApiRequests,
    asked: str,
    job: JobReference,
    understand: t.Callable[[t.Any], Created],
    body: bytes | None = None,
) -> Created:
    """Send a POST once and return what `understand` makes of the answer.

    Raises CannotTrigger where Concourse says that it made nothing, ResponseLost where it may have made it all the same.
    """
    try:
        answer = inquiry.post(asked, body)
    except RequestFailed as trouble:
        raise ResponseLost(trouble.clause) from None
    if answer.version is not None:
        if answer.status in _MADE:
            return _understood(answer, asked, understand)
        refusal = _refusal(answer, job, asked, is_anonymous=inquiry.contact().token is None)
        if refusal is not None:
            raise CannotTrigger(refusal)
    if answer.is_redirect:
        raise CannotTrigger(
            f"A redirect came in answer to {request_line(asked, 'POST')}: give the address that Concourse itself "
            "answers at as concourse_url."
        )
    without = "" if answer.version is not None else ", without the header X-Concourse-Version,"
    raise ResponseLost(f"{answer.status}{without} came in answer to {request_line(asked, 'POST')}")


def _understood(answer: Response, asked: str, understand: t.Callable[[t.Any], Created]) -> Created:
    try:
        return understand(answer.json())
    except (MalformedResponse, ValueError, NoCredibleResponse):
        raise ResponseLost(f"the answer to {request_line(asked, 'POST')} is cut off or cannot be understood") from None


def _refusal(answer: Response, job: JobReference, asked: str, *, is_anonymous: bool) -> str | None:
    """Say what a refusal means (atc/wrappa, atc/api/jobserver/create_build.go); None for an answer that is none."""
    name = printable(str(job), 120)
    team = printable(job.pipeline.team, 80)
    match answer.status:
        case 401 if is_anonymous:
            return (
                f"Concourse wants a login to start builds of {name}: give one with the role pipeline-operator in team "
                f"{team}."
            )
        case 401 | 403:
            return (
                f"This login may not start builds of {name} (Concourse answered {answer.status}): it needs the role "
                f"pipeline-operator in team {team}, which 'fly set-team' gives."
            )
        case 404:
            return f"Concourse answered 404 to {request_line(asked, 'POST')}: what it names is gone."
        case 409 if b"archived" in answer.body:
            return archived(job)
        case 409:
            return manual_trigger_disabled(job)
        case 400:
            return f"Concourse answered 400 to {request_line(asked, 'POST')}: check the job and its instance_vars."
    return None
