# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that only its number and its times connect with a claim: which are looked at, and which of them count.

In all of them build 1 of `claim` in the pipeline `old` has claimed, and no pipeline has that name any more.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.namesake import ask_for_namesake
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)

OLD = PipelineReference("main", "old")
NAMED = BuildReference(pipeline=OLD, job="claim", name="1")
CLAIM = Claim("v2", START_OF_TIME + 1200, "CI Pool Resource", "claiming: env-1")


def pipeline(
    name: str = "new", *, job: str = "claim", instance_vars: str | None = None, first_id: int = 1
) -> tuple[PipelineModel, Build]:
    """A pipeline whose build 1 was started before the claim and has made nothing yet."""
    model = PipelineModel(name, instance_vars=instance_vars, first_id=first_id)
    model.job(job, put("envs"))
    return model, model.build(job, BuildStatus.STARTED, start=CLAIM.claimed_at - 10)


def ask(*models: PipelineModel, references: tuple[BuildReference, ...] = (NAMED,)) -> Build | None:
    holder = Holder(HolderKind.BUILD, "a build", references)
    return ask_for_namesake(CLAIM, holder, ModelQueries(*models), is_version_known=True)


@pytest.mark.parametrize(
    "reference",
    [
        BuildReference(id=1),
        BuildReference(job="claim", name="1"),
        BuildReference(pipeline=OLD, name="1"),
        BuildReference(pipeline=OLD, job="claim"),
    ],
)
def test_only_a_full_name_has_namesakes_and_the_next_reading_of_the_claim_is_looked_at(
    reference: BuildReference,
) -> None:
    model, build = pipeline()
    queries = ModelQueries(model)
    holder = Holder(HolderKind.BUILD, "a build", (reference,))
    assert ask_for_namesake(CLAIM, holder, queries, is_version_known=True) is None
    assert queries.asked == []
    assert ask(model, references=(reference, NAMED)) == build


def test_a_namesake_that_cannot_have_claimed_hides_no_other() -> None:
    waiting, first = pipeline("aaa")
    waiting.set_status(first, BuildStatus.PENDING)
    late, second = pipeline("bbb", first_id=100)
    late.change(second, start_time=CLAIM.claimed_at + 61)
    model, build = pipeline("ccc", first_id=200)
    assert ask(waiting, late, model) == build
    assert ask(waiting, late) is None


def test_a_pipeline_of_another_instance_or_without_the_job_hides_no_other() -> None:
    instance, _first = pipeline("aaa", instance_vars='{"n":1}')
    without, _second = pipeline("bbb", job="another", first_id=100)
    model, build = pipeline("ccc", first_id=200)
    assert ask(instance, without, model) == build
    assert ask(instance, without) is None


def test_in_another_pipeline_that_has_the_job_only_that_job_is_looked_at() -> None:
    model, build = pipeline(job="another")
    model.job("claim", put("envs"))
    assert ask(model) is None
    model.builds[build.id] = replace(build, job="claim")
    assert ask(model) == model.builds[build.id]


def test_of_several_namesakes_one_that_made_the_claim_or_may_have_counts() -> None:
    made_another, first = pipeline("aaa")
    made_another.made[first.id] = made_another._carried("claim", {"envs": "v9"}, type(put("envs")))
    model, build = pipeline("bbb", first_id=100)
    assert ask(made_another, model) == build
    model.made[build.id] = model._carried("claim", {"envs": "v2"}, type(put("envs")))
    ended = model.set_status(build, BuildStatus.FAILED)
    assert ask(made_another, model) == ended
