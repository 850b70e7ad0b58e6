# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lies that no other response contradicts, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ....plugins.module_utils._concourse.http.response import Response
from .lie import Lie

_CHANGES_OF_A_LIST = {"dropped", "emptied", "null at", "another value at", "all dropped but"}
# What a job takes, from where, and what it puts; which jobs there are, and which of them are active.
_CONFIGURATION = {"inputs", "outputs", "passed", "resource", "name", "next_build", ""}


def is_undetectable(lie: Lie, known: Mapping[str, Response], commit: str) -> bool:
    """Return whether no other response contradicts a lie; `known` has the real responses, `commit` is the claim's."""
    if lie.kind == "/teams/NAME/pipelines/NAME/jobs":
        # Only the whole configuration of the pipeline says it again, and that has secrets.
        return lie.change == "[]" or (lie.field in _CONFIGURATION and lie.change in _CHANGES_OF_A_LIST)
    if lie.kind == "/teams/NAME/pipelines/NAME/resources/NAME/versions/N/output_of":
        # A step that was taken out shows its resource only here, except for the lock's own version.
        return _is_of_removed_job(lie.path, known) and not _is_version_of(lie.path, commit, known)
    if lie.kind == "/builds/N/resources":
        # So it looks when the source of the resource has changed since: Concourse forgets what builds took of it.
        # It forgets which step took a version, too, when the job has another configuration now.
        if "inputs" not in lie.place:
            return False
        return lie.field == "name" or lie.change in ("dropped", "emptied", "null at") or _is_of_other_step(lie)
    is_unknown = lie.response.status == 404 or lie.response.body.strip() == b"[]"
    if lie.kind == "/teams/NAME/pipelines/NAME/resources/NAME/versions?filter" and is_unknown:
        # A step that was taken out can have had another resource than the one that has its name now.
        return not _is_used(lie.path, known)
    return False


def _is_used(path: str, known: Mapping[str, Response]) -> bool:
    """Return whether a job still has a step of the resource in a path."""
    pipeline, _separator, rest = path.partition("/resources/")
    if f"{pipeline}/jobs" not in known:
        return True
    jobs = json.loads(known[f"{pipeline}/jobs"].body)
    steps = [step for job in jobs for step in (*(job.get("inputs") or ()), *(job.get("outputs") or ()))]
    return rest.partition("/")[0] in {step["resource"] for step in steps}


def _is_of_removed_job(path: str, known: Mapping[str, Response]) -> bool:
    """Return whether the pipeline in a path has none of the jobs whose builds made a version."""
    pipeline, _separator, _rest = path.partition("/resources/")
    names = {job["name"] for job in json.loads(known[f"{pipeline}/jobs"].body)}
    return not names & {build["job_name"] for build in json.loads(known[path].body)}


def _is_version_of(path: str, commit: str, known: Mapping[str, Response]) -> bool:
    """Return whether a path names the version of a commit."""
    versions, _separator, rest = path.partition("/versions/")
    response = known.get(f"{versions}/versions?filter=ref%3A{commit}")
    found = [] if response is None or response.status != 200 else json.loads(response.body)
    return rest.partition("/")[0] in {str(version["id"]) for version in found}


def _is_of_other_step(lie: Lie) -> bool:
    """Return whether a whole input was exchanged for that of another step."""
    return lie.change == "another value at" and lie.field == "inputs"
