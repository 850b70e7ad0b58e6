# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot to judged locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.claim_memory import ClaimMemory
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import (
    JudgedLock,
    judge_locks,
    locks_of,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    DEFAULT_POLICIES,
    Policy,
    PoolPolicy,
    read_policies,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)

LOCKS = (
    Lock("aws", "a", State.CLAIMED),
    Lock("aws", "b", State.UNCLAIMED),
    Lock("gcp", "a", State.CLAIMED),
    Lock("gcp", "c", State.CLAIMED),
    Lock("unwanted", "d", State.CLAIMED),
)
NOW = START_OF_TIME + 3600
# A long wait for one pool, the usual one for the other.
POOLS = (PoolOption("gcp", PoolPolicy(grace=600)), PoolOption("aws", PoolPolicy()))


def world() -> tuple[Snapshot, PipelineModel]:
    """The same job has claimed two locks in an old format, for each in its pool; a person has claimed another."""
    model = PipelineModel(team="home")
    model.job("up", put("envs"))
    first, second = model.build("up", BuildStatus.ABORTED), model.build("up", BuildStatus.STARTED)
    messages = {"aws/claimed/a": "ci/up build 1 claiming: a", "gcp/claimed/a": "ci/up build 2 claiming: a"}
    claims = {
        path: Claim(path, (build.start_time or 0) + 1, "CI Pool Resource", messages[path])
        for path, build in zip(messages, (first, second), strict=True)
    }
    claims["gcp/claimed/c"] = Claim("gcp/claimed/c", START_OF_TIME, "Ada", "mine")
    return Snapshot("f" * 40, "main", ("aws", "gcp", "unwanted"), LOCKS, claims), model


def judge(
    snapshot: Snapshot, queries: ModelQueries | None, *, team: str = "home", each: object = map
) -> tuple[JudgedLock, ...]:
    mapper: Callable[[Callable[[Lock], JudgedLock], Sequence[Lock]], Iterable[JudgedLock]] = each  # type: ignore[assignment]
    return judge_locks(locks_of(snapshot, POOLS), snapshot, POOLS, queries, now=0, default_team=team, each=mapper)


def test_the_locks_of_the_chosen_pools_in_the_order_of_the_snapshot() -> None:
    snapshot, _other = world()
    assert locks_of(snapshot, POOLS) == list(LOCKS[:4])
    assert locks_of(snapshot, POOLS[:1]) == list(LOCKS[2:4])
    assert locks_of(snapshot, ()) == []


def test_each_lock_is_judged_by_its_own_claim() -> None:
    snapshot, model = world()
    judged = judge(snapshot, ModelQueries(model))
    assert [(one.lock, one.verdict.name) for one in judged] == list(
        zip(
            LOCKS,
            [VerdictName.ABORTED, VerdictName.FREE, VerdictName.RUNNING, VerdictName.MANUAL],
            strict=False,
        )
    )
    assert [one.claim.commit if one.claim else None for one in judged] == [
        "aws/claimed/a",
        None,
        "gcp/claimed/a",
        "gcp/claimed/c",
    ]
    assert [one.holder.kind if one.holder else None for one in judged] == [
        HolderKind.BUILD,
        None,
        HolderKind.BUILD,
        HolderKind.PERSON,
    ]


def test_each_lock_has_the_policy_of_its_pool() -> None:
    snapshot, model = world()
    model.set_status(model.builds[2], BuildStatus.ABORTED)
    aws, free, gcp, manual = judge(snapshot, ModelQueries(model))
    assert aws.verdict.dead_since is not None
    assert gcp.verdict.dead_since is not None
    assert aws.releasable_at == aws.verdict.dead_since + 5 * 60
    assert gcp.releasable_at == gcp.verdict.dead_since + 600 * 60
    assert (free.policy, free.releasable_at, manual.releasable_at) == (None, None, None)


def test_a_lock_is_releasable_from_its_second_on() -> None:
    snapshot, model = world()
    aws, free, running, _other = judge(snapshot, ModelQueries(model))
    assert aws.releasable_at is not None
    assert [aws.is_releasable(aws.releasable_at + seconds) for seconds in (-1, 0, 1)] == [False, True, True]
    assert not free.is_releasable(2**40)
    assert not running.is_releasable(2**40)


def test_a_change_of_the_claimed_file_restarts_the_clock_of_the_policy() -> None:
    snapshot, model = world()
    lock = judge(snapshot, ModelQueries(model))[0]
    claim, dead_since = snapshot.claims["aws/claimed/a"], lock.verdict.dead_since
    assert claim == lock.claim
    assert dead_since is not None
    for changed_at, later in ((dead_since, 0), (dead_since + 1, 1), (dead_since + 7200, 7200)):
        claims = {**snapshot.claims, "aws/claimed/a": replace(claim, changed_at=changed_at)}
        changed = judge(replace(snapshot, claims=claims), ModelQueries(model))[0].verdict
        assert (changed.name, changed.dead_since) == (lock.verdict.name, dead_since + later)
        assert changed.reason == lock.verdict.reason + ("; somebody has changed its file since" if later else "")


def test_a_claim_that_somebody_made_again_is_that_of_a_person() -> None:
    snapshot, model = world()
    claims = {path: replace(claim, authored_at=7) for path, claim in snapshot.claims.items()}
    aborted, _free, running, manual = judge(replace(snapshot, claims=claims), ModelQueries(model))
    assert [one.verdict.name for one in (aborted, running, manual)] == ["manual", "running", "manual"]
    assert (aborted.policy, aborted.releasable_at) == (Policy.KEEP, None)
    assert aborted.verdict.otherwise == judge(snapshot, ModelQueries(model))[0].verdict
    assert manual.verdict.otherwise is None


def judge_person(claimed_at: int, *, now: int, **times: int) -> tuple[int | None, str]:
    claim = Claim("c", claimed_at, "Ada", "mine", **times)  # type: ignore[arg-type]
    lock = LOCKS[0]
    (judged,) = judge_locks([lock], Snapshot("f", "main", ("aws",), (lock,), {lock.path: claim}), POOLS, None, now=now)
    return judged.verdict.dead_since, judged.verdict.reason.partition("; ")[2]


def test_a_claim_is_no_earlier_than_the_commits_before_it() -> None:
    """The clock of a laptop is behind, or wrote no time at all: the wait counts from the commit before the claim."""
    said = "a commit before the claim is from 1970-01-01T00:15:00Z"
    assert judge_person(0, now=1000, made_after=900) == (900, said)
    assert judge_person(900, now=1000, made_after=900) == (900, "")
    assert judge_person(950, now=1000, made_after=900) == (950, "")


def test_a_change_is_no_earlier_than_the_commits_before_it() -> None:
    said = "somebody has changed its file since"
    assert judge_person(500, now=1000, changed_at=1, changed_after=900) == (900, said)
    assert judge_person(500, now=1000, changed_at=950, changed_after=900) == (950, said)
    assert judge_person(0, now=1000, made_after=800, changed_at=1, changed_after=900)[0] == 900


def test_a_commit_from_the_far_future_does_not_count() -> None:
    """Otherwise the locks that are claimed after it would wait until then."""
    day = 24 * 3600
    assert judge_person(500, now=1000, made_after=1000 + day)[0] == 1000 + day
    assert judge_person(500, now=1000, made_after=1001 + day) == (500, "")
    assert judge_person(500, now=1000, changed_at=600, changed_after=1001 + day)[0] == 600


def test_the_end_of_a_build_is_as_concourse_says() -> None:
    snapshot, model = world()
    before = judge(snapshot, ModelQueries(model))[0].verdict
    claim = snapshot.claims["aws/claimed/a"]
    claims = {**snapshot.claims, "aws/claimed/a": replace(claim, made_after=(before.dead_since or 0) + 60)}
    again = replace(snapshot, claims=claims)
    locks = judge_locks(locks_of(again, POOLS), again, POOLS, ModelQueries(model), now=2**40, default_team="home")
    assert locks[0].verdict == before


def test_a_change_of_the_claimed_file_makes_no_lock_in_use_releasable() -> None:
    snapshot, model = world()
    claims = {path: replace(claim, changed_at=claim.claimed_at + 9) for path, claim in snapshot.claims.items()}
    running = judge(replace(snapshot, claims=claims), ModelQueries(model))[2].verdict
    assert (running.name, running.dead_since) == (VerdictName.RUNNING, None)


def test_formats_without_a_team_are_asked_in_the_default_team() -> None:
    snapshot, model = world()
    names = [one.verdict.name for one in judge(snapshot, ModelQueries(model), team="other")]
    assert names == [VerdictName.GONE, VerdictName.FREE, VerdictName.GONE, VerdictName.MANUAL]


def test_without_a_concourse_only_people_and_free_locks_are_known() -> None:
    snapshot, _other = world()
    names = [one.verdict.name for one in judge(snapshot, None)]
    assert names == [VerdictName.UNVERIFIED, VerdictName.FREE, VerdictName.UNVERIFIED, VerdictName.MANUAL]
    assert [one.is_undecided for one in judge(snapshot, None)] == [True, False, True, False]
    assert all(one.releasable_at is None for one in judge(snapshot, None))


def test_without_a_concourse_each_pool_goes_by_its_own_decision() -> None:
    snapshot, model = world()
    by_age = read_policies({"unverified": "stale"}, DEFAULT_POLICIES)
    pools = [PoolOption("aws", PoolPolicy(by_age, no_concourse=Policy.STALE)), PoolOption("gcp", PoolPolicy(by_age))]
    aws, _free, gcp, _person = judge_locks(locks_of(snapshot, pools), snapshot, pools, None, now=0, default_team="home")
    assert (aws.policy, gcp.policy) == (Policy.STALE, Policy.KEEP)
    assert (aws.is_undecided, gcp.is_undecided) == (False, True)
    asked = judge_locks(locks_of(snapshot, pools), snapshot, pools, ModelQueries(model), now=0, default_team="home")
    assert not any(one.is_undecided for one in asked)


def test_the_caller_decides_how_the_locks_are_gone_through() -> None:
    snapshot, model = world()
    seen: list[Lock] = []

    def backwards(judge_one: Callable[[Lock], JudgedLock], locks: Sequence[Lock]) -> Iterable[JudgedLock]:
        seen.extend(locks)
        return [judge_one(lock) for lock in reversed(locks)][::-1]

    assert judge(snapshot, ModelQueries(model), each=backwards) == judge(snapshot, ModelQueries(model))
    assert seen == list(LOCKS[:4])


def test_what_the_caller_leaves_out_is_not_remembered() -> None:
    """It can be judged in a thread that comes to its end after the memory was saved."""
    snapshot, model = world()
    pools, locks = [PoolOption("aws", PoolPolicy())], [LOCKS[0]]
    model.builds.clear()
    for left_out in (False, True):
        memory = ClaimMemory()
        each = partial(_judge_and_leave_out, left_out)
        judge_locks(locks, snapshot, pools, ModelQueries(model), now=NOW, memory=memory, default_team="home", each=each)
        assert bool(memory.gone_since) != left_out


def _judge_and_leave_out(
    left_out: bool, judge_one: Callable[[Lock], JudgedLock], locks: Sequence[Lock]
) -> list[JudgedLock]:
    judged = [judge_one(lock) for lock in locks]
    return [] if left_out else judged


def test_without_a_memory_a_lock_whose_build_is_gone_is_kept() -> None:
    snapshot, model = world()
    model.builds.clear()
    gone_locks = partial(judge_locks, [LOCKS[0]], snapshot, POOLS, ModelQueries(model), now=NOW, default_team="home")
    (gone,) = gone_locks()
    assert (gone.verdict.name, gone.verdict.dead_since, gone.releasable_at) == (VerdictName.GONE, None, None)
    memory = ClaimMemory()
    (gone,) = gone_locks(memory=memory)
    assert gone.releasable_at is not None
    assert gone.claim is not None
    assert memory.gone_since == {gone.claim.commit: NOW}


def test_what_is_gone_counts_from_the_time_after_the_responses() -> None:
    snapshot, model = world()
    model.builds.clear()
    memory, asked = ClaimMemory(), list[Lock]()

    def each(judge_one: Callable[[Lock], JudgedLock], locks: Sequence[Lock]) -> Iterable[JudgedLock]:
        for lock in locks:
            asked.append(lock)
            yield judge_one(lock)

    clean = partial(judge_locks, [LOCKS[0]], snapshot, POOLS, ModelQueries(model), default_team="home", each=each)
    (gone,) = clean(now=NOW, seen_at=lambda: NOW + 600 * len(asked), memory=memory)
    assert gone.verdict.dead_since == NOW + 600
    assert list(memory.gone_since.values()) == [NOW + 600]


def test_a_hold_ends_at_the_time_of_the_run() -> None:
    snapshot, model = world()
    message = "claiming: c\n\nHeld-By: ada\nHold-Until: 2026-01-01T01:00:00Z"
    claims = {**snapshot.claims, LOCKS[3].path: Claim("c", START_OF_TIME, "Ada", message)}
    snapshot = replace(snapshot, claims=claims)
    for seconds, expected in ((3599, VerdictName.HELD), (3600, VerdictName.EXPIRED)):
        (held,) = judge_locks([LOCKS[3]], snapshot, POOLS, ModelQueries(model), now=START_OF_TIME + seconds)
        assert held.verdict.name is expected


def test_the_default_team_is_that_of_concourse() -> None:
    snapshot, model = world()
    model.ref = PipelineReference("main", "ci")
    model.builds = {number: replace(build, team="main", pipeline=model.ref) for number, build in model.builds.items()}
    judged = judge_locks(locks_of(snapshot, POOLS), snapshot, POOLS, ModelQueries(model), now=0)
    assert judged[0].verdict.name is VerdictName.ABORTED


def test_an_unverified_claim_with_a_concourse_goes_by_its_policy_and_not_by_that_without() -> None:
    snapshot, model = world()
    claims = {LOCKS[0].path: Claim("c", START_OF_TIME, "CI Pool Resource", "claiming: a")}
    snapshot = replace(snapshot, claims=claims)
    by_age = read_policies({"unverified": "stale"}, DEFAULT_POLICIES)
    pools = [PoolOption("aws", PoolPolicy(by_age, no_concourse=Policy.KEEP))]
    (asked,) = judge_locks([LOCKS[0]], snapshot, pools, ModelQueries(model), now=0, default_team="home")
    assert (asked.verdict.name, asked.policy) == (VerdictName.UNVERIFIED, Policy.STALE)


def test_a_build_that_an_earlier_run_found_is_asked_for_at_once() -> None:
    snapshot, model = world()
    claims = {LOCKS[0].path: Claim("c", START_OF_TIME, "CI Pool Resource", "claiming: a")}
    snapshot = replace(snapshot, claims=claims)
    model.versions("envs", "c")
    build = model.build("up", BuildStatus.STARTED, made={"envs": "c"})
    searched = []
    for memory in (ClaimMemory(builds={"other": 1}), ClaimMemory(builds={"c": build.id})):
        queries = ModelQueries(model)
        (found,) = judge_locks([LOCKS[0]], snapshot, POOLS, queries, now=0, memory=memory, default_team="home")
        assert (found.verdict.name, found.verdict.build) == (VerdictName.RUNNING, build)
        assert memory.builds["c"] == build.id
        searched.append("resources" in {query.method for query in queries.asked})
    assert searched == [True, False]


def test_a_claim_that_names_nothing_is_searched_for_in_the_default_team_first() -> None:
    snapshot, model = world()
    claims = {LOCKS[0].path: Claim("c", START_OF_TIME, "CI Pool Resource", "claiming: a")}
    queries = ModelQueries(model)
    judge_locks([LOCKS[0]], replace(snapshot, claims=claims), POOLS, queries, now=0, default_team="home")
    assert {query.about[0] for query in queries.asked if query.method == "resources"} == {frozenset({"home"})}


def test_an_unnamed_claim_is_compared_with_the_lock_that_a_build_has_put() -> None:
    snapshot, model = world()
    build = model.build("up", BuildStatus.ERRORED, made={"envs": "c"})
    claims = {LOCKS[0].path: Claim("c", (build.start_time or 0) + 1, "CI Pool Resource", "claiming: a")}
    snapshot = replace(snapshot, claims=claims)
    for lock, expected in (("aws/a", VerdictName.ERRORED), ("aws/b", VerdictName.UNVERIFIED)):
        queries = ModelQueries(model)
        queries.locks_of_versions["envs", ref("c")] = lock
        (judged,) = judge_locks([LOCKS[0]], snapshot, POOLS, queries, now=NOW, default_team="home")
        assert judged.verdict.name is expected


def test_a_change_of_the_claimed_file_counts_whoever_has_the_lock() -> None:
    """Either a person has restored the claim or its history was rewritten: both wait from the change on."""
    snapshot, model = world()
    claim = replace(snapshot.claims["aws/claimed/a"], authored_at=7)
    for changed_claim in (replace(claim, changed_at=NOW), replace(claim, changed_after=NOW)):
        changed = replace(snapshot, claims={**snapshot.claims, "aws/claimed/a": changed_claim})
        judged = judge_locks([LOCKS[0]], changed, POOLS, ModelQueries(model), now=NOW, default_team="home")[0]
        assert [one.dead_since for one in judged.verdict.readings] == [NOW, NOW]
