# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value that says who uses a lock now, as the modules document it."""

from __future__ import annotations

import json
import typing as t

from ..concourse.model import Build
from ..concourse.pages import build_page, job_page
from ..concourse.references import PipelineReference
from ..shared.text import printable, printable_value
from ..verdict.verdict import Verdict


def user_value(verdict: Verdict) -> dict[str, t.Any] | None:
    """Return the build that uses the lock now, or the job that can still take it; None if neither is known."""
    build = verdict.active_build
    if build is not None:
        page = build_page(build)
        return {**_value(str(build), page, build.team, build.pipeline, build.job), **_about_build(build)}
    claiming = verdict.build
    if verdict.taker is None or claiming is None or claiming.pipeline is None:
        return None
    page = job_page(claiming, verdict.taker)
    text = f"{claiming.pipeline.name}/{verdict.taker}"
    return {**_value(text, page, claiming.team, claiming.pipeline, verdict.taker), **_about_build(None)}


def _about_build(build: Build | None) -> dict[str, t.Any]:
    return {"build": printable(build.name) if build else None, "status": build.status.value if build else None}


def _value(
    text: str, page: str | None, team: str, pipeline: PipelineReference | None, job: str | None
) -> dict[str, t.Any]:
    variables = pipeline.instance_vars if pipeline else None
    return {
        "text": printable(text),
        "url": page,
        "team": printable(team),
        "pipeline": printable_value(pipeline.name if pipeline else None),
        "instance_vars": printable_value(json.loads(variables)) if variables else None,
        "job": printable_value(job),
    }
