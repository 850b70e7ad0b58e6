# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of a lock that is leaked in the end, on which the rules ask all that they ever ask about a hand-off."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)


def long_way() -> tuple[PipelineModel, Build]:
    """A lock that is leaked after a long way: every kind of job has been looked at before that is known."""
    model = PipelineModel(instance_vars='{"n":"1"}')
    model.page = 2
    model.versions("envs", "v1", "v2", "v3")
    model.versions("src", "s1", "s2", "s3")
    model.job("claim", get("src"), put("envs"))
    model.job("smoke", get("envs", passed=["claim"]))
    model.job("deploy", get("envs", passed=["claim"]), get("src", passed=["claim"]))
    model.job("gate", get("envs", passed=["deploy"]))
    model.job("audit", get("envs", passed=["deploy"]))
    model.job("adopt", get("envs", passed=["gate"]), put("envs"))
    model.job("release", get("envs", passed=["gate", "adopt"]), get("src", passed=["test"]), put("envs"))
    model.job("test", get("src", passed=["claim"]))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2"})
    model.build("deploy", took={"envs": "v2", "src": "s2"})
    model.build("claim", took={"src": "s3"}, made={"envs": "v3"})
    model.build("deploy", took={"envs": "v3", "src": "s3"})
    model.build("smoke", FAILED, took={"envs": "v2"})
    model.build("test", FAILED, took={"src": "s2"})
    for _count in range(3):
        model.build("smoke", took={"envs": "v3"})
    model.build("audit", took={"envs": "v3"})
    model.next_inputs("gate", {"envs": "v3"})
    model.next_inputs("release", {"envs": "v3", "src": "s3"})
    return model, claiming


def forgotten_way() -> tuple[PipelineModel, Build]:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v2"})
    model.forgotten = {"envs"}
    return model, claiming


def archived_way() -> tuple[PipelineModel, Build]:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "v1"})
    model.archived = True
    return model, claiming
