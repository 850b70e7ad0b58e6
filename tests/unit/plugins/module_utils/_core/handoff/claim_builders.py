# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims that the hand-off tests start from, and their verdicts."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)

HANDED_OFF, LEAKED = VerdictName.HANDED_OFF, VerdictName.LEAKED
FAILED, SUCCEEDED, STARTED, PENDING = (
    BuildStatus.FAILED,
    BuildStatus.SUCCEEDED,
    BuildStatus.STARTED,
    BuildStatus.PENDING,
)
UNSUCCESSFUL = (BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED)


def claimed() -> tuple[PipelineModel, Build]:
    """A pipeline in which `claim` has claimed a lock, and nothing comes after it yet."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("envs"))
    _before, claiming, _after = (model.build("claim", made={"envs": version}) for version in ("v1", "v2", "v3"))
    return model, claiming


def judged(model: PipelineModel, claiming: Build) -> Verdict:
    return verdict_on(ModelQueries(model), claiming, "v2")


def name(model: PipelineModel, claiming: Build) -> VerdictName:
    return judged(model, claiming).name


def claimed_with_source() -> tuple[PipelineModel, Build]:
    """A pipeline in which `claim` has claimed a lock for a version of `src`, and nothing comes after it yet."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.versions("src", "s1", "s2", "s3")
    model.job("claim", get("src"), put("envs"))
    _before, claiming, _after = (
        model.build("claim", took={"src": f"s{number}"}, made={"envs": f"v{number}"}) for number in (1, 2, 3)
    )
    return model, claiming
