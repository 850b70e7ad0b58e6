# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict rules on random pipelines with random histories, missing answers and clocks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    DEFAULT_POLICIES,
    Policy,
    PoolPolicy,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import ref
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.random_worlds import (
    COMMIT,
    LOCKS,
    World,
    worlds,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.reference import Reference

# Where CI is in the environment, Hypothesis itself takes the same examples every time.
PROPERTY = settings(max_examples=300, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])

SKEW = 60
# Seconds from the start or the end of the claiming build to the claim: on both sides of every bound.
MOMENTS = st.tuples(
    st.sampled_from(["start", "end"]), st.sampled_from([-3600, -61, -60, -59, -1, 0, 1, 59, 60, 61, 3600])
)
POLICIES = st.builds(
    PoolPolicy,
    by_verdict=st.fixed_dictionaries({name: st.sampled_from(Policy) for name in DEFAULT_POLICIES}),
    stale_timeout=st.integers(0, 5),
    grace=st.integers(0, 5),
)


def _claimed_at(world: World, moment: tuple[str, int]) -> int:
    anchor, seconds = moment
    build = world.claiming
    since = build.end_time if anchor == "end" and build.end_time is not None else build.start_time
    return (since or 1_767_225_600) + seconds


def _reference(world: World) -> Reference:
    return Reference(world.model, world.claiming, LOCKS, ref(COMMIT))


def _is_in_use(world: World, claimed_at: int) -> bool:
    """Whether a build with the lock is pending or started, unless the claim's time makes it another build."""
    build, reference = world.claiming, replace(_reference(world), counts_old_reruns=False)
    if build.status is BuildStatus.PENDING or (build.is_active and build.start_time is None):
        return True
    proven = LOCKS not in world.model.forgotten and (build.is_active or build.status is BuildStatus.SUCCEEDED)
    if claimed_at < (build.start_time or 0) - SKEW and not proven:
        return False
    if build.is_active or reference.has_user(reference.own()) or reference.waiting_for(reference.own()):
        return True
    late = claimed_at > (build.end_time or 0) + SKEW
    return build.status is BuildStatus.SUCCEEDED and (proven or not late) and reference.is_in_use()


@PROPERTY
@given(world=worlds(statuses=tuple(BuildStatus)), moment=MOMENTS, policy=POLICIES, lost_start=st.booleans())
def test_no_policy_gives_away_a_lock_that_is_in_use(
    world: World, moment: tuple[str, int], policy: PoolPolicy, lost_start: bool
) -> None:
    if lost_start and world.claiming.is_active:
        world = World(world.model, world.model.change(world.claiming, start_time=None))
    claimed_at = _claimed_at(world, moment)
    verdict = verdict_on(ModelQueries(world.model), world.claiming, COMMIT, at=claimed_at)
    event(verdict.name.value)
    if _is_in_use(world, claimed_at):
        assert verdict.dead_since is None
        assert policy.releasable_at(verdict) is None


@PROPERTY
@given(
    world=worlds(statuses=tuple(BuildStatus)),
    moment=MOMENTS,
    policy=POLICIES,
    missing=st.sets(st.integers(0, 40), min_size=1, max_size=3),
)
def test_no_policy_gives_away_a_lock_while_an_answer_is_missing(
    world: World, moment: tuple[str, int], policy: PoolPolicy, missing: set[int]
) -> None:
    queries = ModelQueries(world.model)
    queries.is_missing = lambda query: len(queries.asked) - 1 in missing
    verdict = verdict_on(queries, world.claiming, COMMIT, at=_claimed_at(world, moment))
    if verdict.name is VerdictName.UNREACHABLE:
        # A running build that is not on the first page of its job's builds counts as a missing answer.
        assert queries.refused or "its latest ones do not show" in verdict.reason
    if queries.refused:
        assert verdict.name is VerdictName.UNREACHABLE
        assert verdict.dead_since is None
        assert policy.releasable_at(verdict) is None


@PROPERTY
@given(world=worlds(statuses=tuple(BuildStatus)), moment=MOMENTS, policy=POLICIES)
def test_every_world_has_one_verdict_and_always_the_same(
    world: World, moment: tuple[str, int], policy: PoolPolicy
) -> None:
    claimed_at = _claimed_at(world, moment)

    def judge() -> Verdict:
        return verdict_on(ModelQueries(world.model), world.claiming, COMMIT, at=claimed_at)

    verdict = judge()
    assert verdict == judge()
    assert verdict.reason.isprintable()
    assert verdict.dead_since is None or verdict.dead_since >= claimed_at
    assert policy.of(verdict) is not None
    at = policy.releasable_at(verdict)
    assert at is None or at >= claimed_at


@PROPERTY
@given(world=worlds(pages=(100,)))
def test_handed_off_and_leaked_are_as_a_second_reading_of_the_design_has_it(world: World) -> None:
    verdict = verdict_on(ModelQueries(world.model), world.claiming, COMMIT)
    if verdict.otherwise is not None:
        # It made other versions, and Concourse has forgotten the lock's: the history can have been rewritten.
        assert verdict.name is VerdictName.UNVERIFIED
        verdict = verdict.otherwise
    reference = _reference(world)
    handed_off = reference.is_handed_off()
    event(f"handed off: {handed_off}, in use: {reference.is_in_use()}")
    assert verdict.name is (VerdictName.HANDED_OFF if handed_off else VerdictName.LEAKED), verdict.reason
    assert (verdict.dead_since is None) == reference.is_in_use()
