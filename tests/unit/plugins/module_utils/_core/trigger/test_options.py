# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job of a pool as users write it, valid and invalid."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import (
    TriggerPool,
    read_trigger_pools,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import read_pools


def read(*given: object) -> tuple[TriggerPool, ...]:
    return read_trigger_pools(read_pools(given, PoolPolicy()))


def test_the_short_form() -> None:
    job = JobReference(PipelineReference("main", "ci"), "claim")
    assert read({"name": "aws", "job": " main / ci/claim "}) == (TriggerPool("aws", job),)
    assert read("aws=main/ci/claim", "cf/fresh:30=main/ci/other")[1].name == "cf/fresh"
    assert read("aws=main/ci/claim") == (TriggerPool("aws", job),)


def test_the_long_form() -> None:
    given = {"team": "main", "pipeline": "a/b", "job": "c/d", "instance_vars": {"z": 1, "a": {"b": True}}}
    job = JobReference(PipelineReference("main", "a/b", '{"a":{"b":true},"z":1}'), "c/d")
    assert read({"name": "aws", "job": given, "resource": " env "}) == (TriggerPool("aws", job, "env"),)
    nothing: tuple[object, ...] = ({}, None)
    for empty in nothing:
        (pool,) = read({"name": "aws", "job": {**given, "instance_vars": empty}})
        assert pool.job.pipeline == PipelineReference("main", "a/b")


BAD: list[tuple[object, list[str]]] = [
    ("claim", ["'claim'", "team/pipeline/job"]),
    ("ci/claim", ["'ci/claim'", "team/pipeline/job"]),
    ("main/ci/sub/claim", ["'main/ci/sub/claim'", "{team: main"]),
    ("main//claim", ["'main//claim'", "team/pipeline/job"]),
    ("/main/ci/claim", ["team/pipeline/job"]),
    ("", ["has no job", "team/pipeline/job"]),
    (["main", "ci", "claim"], ["names no job"]),
    (7, ["'7'"]),
    ({"team": "main", "pipeline": "ci"}, ["has no job", "team/pipeline/job"]),
    ({"team": "main", "job": " "}, ["has no pipeline and no job"]),
    ({"team": "main", "pipeline": 7, "job": "claim"}, ["has no pipeline"]),
    ({"team": "main", "pipeline": "ci", "job": "claim", "vars": {}}, ["unknown key vars"]),
    ({"team": "main", "pipeline": "ci", "job": "claim", "instance_vars": "a=b"}, ["instance_vars", "mapping"]),
]


@pytest.mark.parametrize(("job", "words"), BAD, ids=[str(job)[:50] for job, _words in BAD])
def test_invalid_jobs(job: object, words: list[str]) -> None:
    with pytest.raises(BadOption) as refused:
        read({"name": "aws", "job": job})
    for word in ["aws", *words]:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("pools", "words"),
    [
        ([], ["names no pool"]),
        (["aws"], ["aws has no job", "team/pipeline/job"]),
        (["aws:60", {"name": "gcp", "grace": 5}, "ok=a/b/c"], ["aws and gcp has no job"]),
        (["aws=a/b/c", "gcp=a/b/d", {"name": "x", "job": "a/b/c"}], ["aws and x", "same job a/b/c"]),
        ([{"name": "aws", "job": "a/b/c", "resource": 7}], ["resource of aws"]),
        ([{"name": "aws", "job": "a/b/c", "resource": ["env"]}], ["resource of aws"]),
    ],
)
def test_invalid_pools(pools: list[Any], words: list[str]) -> None:
    with pytest.raises(BadOption) as refused:
        read(*pools)
    for word in words:
        assert word in str(refused.value)


def test_two_instances_of_a_pipeline_are_two_jobs() -> None:
    job = {"team": "main", "pipeline": "ci", "job": "claim"}
    first, second = ({**job, "instance_vars": {"n": value}} for value in (1, "1"))
    assert len(read({"name": "aws", "job": first}, {"name": "gcp", "job": second})) == 2


def test_other_modules_ignore_an_invalid_job() -> None:
    (pool,) = read_pools([{"name": "aws", "job": 7, "resource": []}], PoolPolicy())
    assert pool.name == "aws"
    (pool,) = read_pools(["aws:30=nonsense"], PoolPolicy())
    assert (pool.name, pool.policy.stale_timeout) == ("aws", 30)
