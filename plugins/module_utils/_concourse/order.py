# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking Concourse to make something: it is made, refused, or nobody knows. Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.answer import Answer
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.inquiry import Inquiry
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.question import outline
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.shapes import Misshapen
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.trouble import NoAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import AnswerLost, CannotTrigger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_job import JobRef
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_plan import (
    archived,
    manual_trigger_disabled,
)

Made = t.TypeVar("Made")
_MADE = (200, 201)


def placed(
    inquiry: Inquiry, asked: str, job: JobRef, understand: t.Callable[[t.Any], Made], body: bytes | None = None
) -> Made:
    """Send a POST once and return what `understand` makes of the answer.

    Raises CannotTrigger where Concourse says that it made nothing, AnswerLost where it may have made it all the same.
    """
    try:
        answer = inquiry.post(asked, body)
    except NoAnswer as trouble:
        raise AnswerLost(trouble.clause) from None
    if answer.version is not None:
        if answer.status in _MADE:
            return _understood(answer, asked, understand)
        refusal = _refusal(answer, job, asked, is_anonymous=inquiry.contact().token is None)
        if refusal is not None:
            raise CannotTrigger(refusal)
    if answer.is_redirect:
        raise CannotTrigger(
            f"A redirect came in answer to {outline(asked, 'POST')}: give the address that Concourse itself answers at "
            "as concourse_url."
        )
    without = "" if answer.version is not None else ", without the header X-Concourse-Version,"
    raise AnswerLost(f"{answer.status}{without} came in answer to {outline(asked, 'POST')}")


def _understood(answer: Answer, asked: str, understand: t.Callable[[t.Any], Made]) -> Made:
    try:
        return understand(answer.json())
    except (Misshapen, ValueError, NoCredibleAnswer):
        raise AnswerLost(f"the answer to {outline(asked, 'POST')} is cut off or cannot be understood") from None


def _refusal(answer: Answer, job: JobRef, asked: str, *, is_anonymous: bool) -> str | None:
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
            return f"Concourse answered 404 to {outline(asked, 'POST')}: what it names is gone."
        case 409 if b"archived" in answer.body:
            return archived(job)
        case 409:
            return manual_trigger_disabled(job)
        case 400:
            return f"Concourse answered 400 to {outline(asked, 'POST')}: check the job and its instance_vars."
    return None
