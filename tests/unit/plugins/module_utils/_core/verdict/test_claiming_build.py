# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build made a claim: the time rules to the second, several readings, lost types, and a build's own outputs."""

from __future__ import annotations

from itertools import permutations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.claiming_build import (
    ClaimingBuild,
    ClaimTiming,
    ask_for_claiming_build,
    timing_of,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    Carried,
    PipelineModel,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    claim_by,
    holder_of,
    verdict_on,
)

DURING, AFTER, ANOTHER = ClaimTiming.DURING_BUILD, ClaimTiming.AFTER_BUILD, ClaimTiming.BEFORE_BUILD
ENDED = (BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED)
DEAD = ENDED[1:]


def one_build(
    status: BuildStatus, *, made: bool = False, name: str = "ci", instance_vars: str | None = None
) -> tuple[PipelineModel, Build]:
    model = PipelineModel(name, instance_vars=instance_vars)
    model.job("claim", put("envs"))
    return model, model.build("claim", status, made={"envs": "v2"} if made else None)


def timing(model: PipelineModel, build: Build, at: int) -> ClaimTiming:
    return ask_for_claiming_build(claim_by(build, "v2", at=at), holder_of(build), ModelQueries(model)).timing


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize(
    ("after_start", "expected"),
    [(-3600, ANOTHER), (-61, ANOTHER), (-60, DURING), (-1, DURING), (0, DURING), (1, DURING)],
)
def test_a_claim_may_be_a_minute_before_the_start(status: BuildStatus, after_start: int, expected: ClaimTiming) -> None:
    model, build = one_build(status)
    assert build.start_time is not None
    assert timing(model, build, build.start_time + after_start) is expected


@pytest.mark.parametrize(
    ("after_start", "other", "expected"),
    [(-120, False, DURING), (-86_400, False, DURING), (-86_401, False, ANOTHER), (-120, True, ANOTHER)],
)
def test_an_active_build_of_the_name_is_another_one_only_by_its_outputs_or_a_day(
    after_start: int, other: bool, expected: ClaimTiming
) -> None:
    model, build = one_build(BuildStatus.STARTED)
    if other:
        model.made[build.id] = (Carried("envs", "envs", ref("v9")),)
    assert timing(model, build, (build.start_time or 0) + after_start) is expected


def test_an_active_build_whose_outputs_name_the_claim_made_it_whatever_the_clocks_say() -> None:
    model, build = one_build(BuildStatus.STARTED, made=True)
    assert timing(model, build, (build.start_time or 0) - 2 * 86_400) is DURING


@pytest.mark.parametrize("before_start", [30, 0, -1])
@pytest.mark.parametrize("status", [BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.ERRORED])
def test_where_only_the_skew_of_clocks_lets_the_times_fit_the_outputs_of_an_ended_build_decide(
    status: BuildStatus, before_start: int
) -> None:
    """A pipeline that is created again at once has a build of the same name in the same minute, or the same second."""
    model, build = one_build(status, made=True)
    claim = claim_by(build, "v1", at=(build.start_time or 0) - before_start)
    found = ask_for_claiming_build(claim, holder_of(build), ModelQueries(model)).timing
    assert found is (DURING if status is BuildStatus.ERRORED or before_start < 0 else ANOTHER)
    own = claim_by(build, "v2", at=(build.start_time or 0) - before_start)
    assert ask_for_claiming_build(own, holder_of(build), ModelQueries(model)).timing is DURING


@pytest.mark.parametrize(("after_end", "expected"), [(0, DURING), (1, AFTER), (30, AFTER), (60, AFTER)])
def test_an_ended_build_with_other_claims_made_none_after_its_end(after_end: int, expected: ClaimTiming) -> None:
    model, build = one_build(BuildStatus.SUCCEEDED, made=True)
    claim = claim_by(build, "v1", at=(build.end_time or 0) + after_end)
    assert ask_for_claiming_build(claim, holder_of(build), ModelQueries(model)).timing is expected


@pytest.mark.parametrize("status", [BuildStatus.STARTED, BuildStatus.PENDING])
def test_an_active_build_without_a_start_can_have_claimed(status: BuildStatus) -> None:
    model, build = one_build(status)
    build = model.change(build, start_time=None)
    assert timing_of(claim_by(build, "v2", at=1_767_225_600), build) is DURING


@pytest.mark.parametrize("status", [BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.STARTED])
def test_the_commit_of_another_repository_is_no_other_claim(status: BuildStatus) -> None:
    """A job that claims and pushes code: Concourse has forgotten the claim, as the key of the locks was changed."""
    model, build = one_build(status, made=True)
    model.job("claim", put("envs"), put("code"))
    model.made[build.id] = (*model.made[build.id], Carried("code", "code", ref("c0de")))
    model.forgotten = {"envs"}
    since = -3600 if status is BuildStatus.STARTED else -30
    assert timing(model, build, (build.start_time or 0) + since) is DURING
    model.job("claim", put("code"))
    assert timing(model, build, (build.start_time or 0) + since) is ANOTHER, "all its puts are listed"


@pytest.mark.parametrize(
    ("after_end", "expected"),
    [(-1, DURING), (0, DURING), (1, DURING), (60, DURING), (61, AFTER), (86_400, AFTER)],
)
def test_a_claim_may_be_a_minute_after_the_end_of_a_build_that_succeeded(after_end: int, expected: ClaimTiming) -> None:
    model, build = one_build(BuildStatus.SUCCEEDED)
    assert build.end_time is not None
    assert timing(model, build, build.end_time + after_end) is expected


@pytest.mark.parametrize("status", DEAD)
@pytest.mark.parametrize(("after_end", "expected"), [(-1, DURING), (0, DURING), (1, AFTER), (6, AFTER), (61, AFTER)])
def test_a_claim_may_not_be_a_second_after_the_end_of_any_other_build(
    status: BuildStatus, after_end: int, expected: ClaimTiming
) -> None:
    model, build = one_build(status)
    assert build.end_time is not None
    assert timing(model, build, build.end_time + after_end) is expected


def test_a_started_build_can_have_claimed_at_any_time_since_its_start() -> None:
    model, build = one_build(BuildStatus.STARTED)
    assert build.start_time is not None
    assert timing(model, build, build.start_time + 30 * 86_400) is DURING


@pytest.mark.parametrize("at", [0, 1_767_225_600, 4_000_000_000])
def test_a_pending_build_is_taken_for_the_holder_at_any_time(at: int) -> None:
    model, build = one_build(BuildStatus.PENDING)
    assert timing(model, build, at) is DURING


def test_a_build_that_was_aborted_before_it_started_has_claimed_nothing() -> None:
    model, build = one_build(BuildStatus.ABORTED)
    assert build.end_time is not None
    build = model.change(build, start_time=None)
    assert timing(model, build, build.end_time or 0) is ANOTHER


def test_a_started_build_without_a_start_is_never_judged_to_be_another_one() -> None:
    """Either answer does, that it is the holder or that Concourse was not credible, but not `gone`."""
    model, build = one_build(BuildStatus.STARTED)
    build = model.change(build, start_time=None)
    assert verdict_on(ModelQueries(model), build, "v2", at=1_767_225_600).dead_since is None


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_build_without_an_end_is_no_credible_answer(status: BuildStatus) -> None:
    model, build = one_build(status)
    assert build.start_time is not None
    build = model.change(build, end_time=None)
    with pytest.raises(NoCredibleResponse, match="when ci/claim 1 ended"):
        timing(model, build, (build.start_time or 0) + 1)


@pytest.mark.parametrize("status", [BuildStatus.STARTED, *ENDED])
@pytest.mark.parametrize("moment", [-3600, 3600])
def test_the_builds_own_output_proves_the_claim_whatever_the_clocks_say(status: BuildStatus, moment: int) -> None:
    model, build = one_build(status, made=True)
    start = build.start_time or 0
    assert timing(model, build, start + moment) is DURING
    model, build = one_build(status)
    time_alone = DURING if build.is_active else AFTER if moment > 0 else ANOTHER
    assert timing(model, build, start + moment) is time_alone


def test_the_output_of_another_claim_proves_nothing() -> None:
    model, build = one_build(BuildStatus.SUCCEEDED, made=True)
    assert build.end_time is not None
    assert (
        ask_for_claiming_build(
            claim_by(build, "v1", at=build.end_time + 61), holder_of(build), ModelQueries(model)
        ).timing
        is AFTER
    )


def test_the_outputs_are_not_asked_for_where_the_times_fit() -> None:
    for status in BuildStatus:
        model, build = one_build(status)
        queries = ModelQueries(model)
        ask_for_claiming_build(claim_by(build, "v2"), holder_of(build), queries)
        assert [query.method for query in queries.asked] == ["build"]


def test_a_missing_list_of_outputs_is_no_proof_against_a_claim() -> None:
    model, build = one_build(BuildStatus.SUCCEEDED)
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.method == "build_resources"
    with pytest.raises(NoCredibleResponse):
        ask_for_claiming_build(claim_by(build, "v2", at=(build.end_time or 0) + 61), holder_of(build), queries)


def _holder(*references: BuildReference) -> Holder:
    return Holder(HolderKind.BUILD, "a build", references)


def _reading(model: PipelineModel, name: str = "1") -> BuildReference:
    return BuildReference(pipeline=model.ref, job="claim", name=name)


def test_there_is_no_build_of_any_reading() -> None:
    model, build = one_build(BuildStatus.FAILED)
    found = ask_for_claiming_build(
        claim_by(build, "v2"), _holder(_reading(model, "2"), BuildReference(id=99)), ModelQueries(model)
    )
    assert found == ClaimingBuild(ClaimTiming.NO_BUILD)


def test_the_reading_that_fits_the_time_is_the_build() -> None:
    early, old = one_build(BuildStatus.FAILED, name="early")
    late = PipelineModel("late", first_id=1000)
    late.job("claim", put("envs"))
    new = late.build("claim", BuildStatus.ABORTED)
    queries = ModelQueries(early, late)
    between, before = (old.end_time or 0) + 1000, (old.start_time or 0) - 1000
    for references in permutations([_reading(PipelineModel("none")), _reading(early), _reading(late)]):
        holder = _holder(*references)
        assert ask_for_claiming_build(claim_by(old, "v2"), holder, queries) == ClaimingBuild(DURING, old)
        assert ask_for_claiming_build(claim_by(new, "v2"), holder, queries) == ClaimingBuild(DURING, new)
        # After the end of the one, before the start of the other: a zombie is what the claim can be.
        assert ask_for_claiming_build(claim_by(new, "v2", at=between), holder, queries) == ClaimingBuild(AFTER, old)
        assert ask_for_claiming_build(claim_by(new, "v2", at=before), holder, queries).timing is ANOTHER


@pytest.mark.parametrize("missing", [0, 1])
def test_nothing_is_known_while_the_answer_for_one_reading_is_missing(missing: int) -> None:
    model, build = one_build(BuildStatus.FAILED)
    references = [_reading(PipelineModel("none")), BuildReference(id=99)]
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.about == (references[missing],)
    with pytest.raises(NoCredibleResponse):
        ask_for_claiming_build(claim_by(build, "v2"), _holder(*references), queries)


def _instances(*instance_vars: str | None) -> list[PipelineModel]:
    models = []
    for number, one in enumerate(instance_vars):
        model = PipelineModel(instance_vars=one, first_id=1 + number)
        model.job("claim", put("envs"))
        model.build("claim", BuildStatus.FAILED)
        models.append(model)
    return models


UNTYPED = BuildReference(
    pipeline=PipelineReference("main", "ci"), job="claim", name="1", untyped_vars=(("b", "x y"), ("n", "9000"))
)


def test_lost_types_are_found_by_the_only_instance_that_fits() -> None:
    models = _instances(
        None, '{"b":"x y","n":"9001"}', '{"b":"x y","n":9000}', '{"b":"x y"}', '{"b":"x y","n":9000,"o":1}'
    )
    build = models[2].builds[3]
    queries = ModelQueries(*models)
    assert ask_for_claiming_build(claim_by(build, "v2"), _holder(UNTYPED), queries) == ClaimingBuild(DURING, build)
    assert [query.method for query in queries.asked] == ["pipelines", "build"]


def test_lost_types_that_fit_no_instance_are_no_build() -> None:
    models = _instances(None, '{"b":"x y","n":"9001"}')
    other = PipelineModel("other", instance_vars='{"b":"x y","n":9000}')
    found = ask_for_claiming_build(claim_by(models[1].builds[2], "v2"), _holder(UNTYPED), ModelQueries(*models, other))
    assert found == ClaimingBuild(ClaimTiming.NO_BUILD)


@pytest.mark.parametrize("value", ["fix/#12", "a&b", "rel+1", "50%25", "x;y"])
def test_lost_types_beside_an_instance_whose_variables_read_otherwise_are_no_credible_answer(value: str) -> None:
    """Concourse 8.0 escaped nothing, so what the claim shows of `fix/#12` is `fix/`."""
    models = _instances('{"b":"other","n":9000}', f'{{"b":"{value}","n":9000}}')
    with pytest.raises(NoCredibleResponse, match="does not say which instance"):
        ask_for_claiming_build(claim_by(models[1].builds[2], "v2"), _holder(UNTYPED), ModelQueries(*models))


def test_lost_types_that_fit_two_instances_are_no_credible_answer() -> None:
    models = _instances('{"b":"x y","n":"9000"}', '{"b":"x y","n":9000}')
    with pytest.raises(NoCredibleResponse, match="several instances"):
        ask_for_claiming_build(claim_by(models[0].builds[1], "v2"), _holder(UNTYPED), ModelQueries(*models))
