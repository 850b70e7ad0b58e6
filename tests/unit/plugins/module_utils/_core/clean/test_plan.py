# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which locks a plan releases, where to, and the reason for each."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.plan import Action, LockPlan, plan_releases
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause, Reason, reason_text
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.resolved_options import resolve_rules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

from .clean_model import (
    ERRORED,
    HANDED_OFF,
    LEAKED,
    LONG_DEAD,
    MANUAL,
    MINUTE,
    NOW,
    RUNNING,
    UNREACHABLE,
    ModelPools,
    judge_all,
)


def planned(pools: ModelPools, *names: str, now: int = NOW, **rules: object) -> dict[str, LockPlan]:
    judged, snapshot = judge_all(pools, *names)
    steps = plan_releases(judged, snapshot, CleanRules(**rules), now)  # type: ignore[arg-type]
    assert [step.judged for step in steps] == list(judged), "the order of the locks is kept, and none is left out"
    return {step.judged.lock.pool_and_name: step for step in steps}


def test_only_locks_that_the_policy_releases_are_released() -> None:
    pools = ModelPools()
    kept = {"running": RUNNING, "handed-off": HANDED_OFF, "manual": MANUAL, "unreachable": UNREACHABLE, "free": None}
    for name, verdict in {**kept, "errored": ERRORED, "leaked": LEAKED}.items():
        pools.add(f"aws/{name}", verdict)
    steps = planned(pools)
    assert {name for name, step in steps.items() if step.is_release} == {"aws/errored", "aws/leaked"}
    assert {step.target for step in steps.values() if not step.is_release} == {None}
    assert steps["aws/errored"].action is Action.RELEASE
    assert steps["aws/errored"].target == "aws"
    reasons = {name.removeprefix("aws/"): reason_text(step.reason, step.judged) for name, step in steps.items()}
    assert reasons["errored"].startswith("errored, since 20")
    assert {name: reasons[name] for name in kept} == {
        "running": "running, the policy keeps it",
        "handed-off": "handed_off, the policy keeps it",
        "manual": "manual, the policy keeps it",
        "unreachable": "unreachable, the policy keeps it",
        "free": "it is free",
    }


@pytest.mark.parametrize(("verdict", "wait"), [(ERRORED, 5), (LEAKED, 60)])
def test_a_lock_is_released_from_the_second_it_is_due(verdict: Verdict, wait: int) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", verdict)
    last_moment = LONG_DEAD + wait * MINUTE
    early = planned(pools, now=last_moment - 1)["aws/env-1"]
    assert (early.action, early.reason.cause) == (Action.KEEP, Cause.NOT_YET)
    assert planned(pools, now=last_moment)["aws/env-1"].action is Action.RELEASE


def test_a_lock_in_both_states_is_never_released() -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", ERRORED, twice=True)
    several: list[dict[str, Any]] = [{}, {"force": {"aws/env-1": commit}}, {"release_to": {"aws": "sick"}}]
    for rules in several:
        pools.add("sick/other")
        step = planned(pools, "aws", **rules)["aws/env-1"]
        assert (step.action, step.reason.cause) == (Action.KEEP, Cause.IN_BOTH_STATES)


@pytest.mark.parametrize(
    "pattern", ["aws/env-1", " aws/env-1 ", "aws/env-*", "env-1", "env-*", "*", "aws/env-[12]", "*/env-1"]
)
def test_an_excluded_lock_is_kept(pattern: str) -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", ERRORED)
    step = planned(pools, exclude=["gcp/*", pattern])["aws/env-1"]
    assert (step.action, step.reason.cause) == (Action.KEEP, Cause.EXCLUDED)
    assert not planned(pools, exclude=[pattern], force={"aws/env-1": commit})["aws/env-1"].is_release


@pytest.mark.parametrize("pattern", ["aws/ENV-1", "ENV-1", "env", "aws/env-?0", "cf/aws/env-1", "aws/ env-1"])
def test_a_pattern_must_match_the_whole_of_pool_and_lock(pattern: str) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    assert planned(pools, exclude=[pattern])["aws/env-1"].is_release


def test_release_to_moves_locks_to_another_pool() -> None:
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("gcp/env-2", ERRORED)
    steps = planned(pools, release_to={"aws": "sick"})
    assert (steps["aws/env-1"].action, steps["aws/env-1"].target) == (Action.MOVE, "sick")
    assert (steps["gcp/env-2"].action, steps["gcp/env-2"].target) == (Action.RELEASE, "gcp")


@pytest.mark.parametrize("there", [None, ERRORED])
def test_release_to_never_overwrites_a_lock(there: Verdict | None) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    pools.add("sick/env-1", there)
    step = planned(pools, "aws", release_to={"aws": "sick"})["aws/env-1"]
    assert (step.action, step.reason) == (Action.KEEP, Reason(Cause.NAME_TAKEN, "sick"))


def test_two_pools_with_one_target_move_only_one_lock_of_a_name() -> None:
    pools = ModelPools("sick")
    for name in ("aws/env-1", "gcp/env-1", "gcp/env-2"):
        pools.add(name, ERRORED)
    steps = planned(pools, release_to={"aws": "sick", "gcp": "sick"})
    assert {name for name, step in steps.items() if step.is_release} == {"aws/env-1", "gcp/env-2"}
    assert steps["gcp/env-1"].reason == Reason(Cause.NAME_TAKEN, "sick")


def test_a_lock_waits_while_its_namesake_leaves_the_target_pool() -> None:
    """aws/env-1 moves to gcp while gcp/env-1 leaves: the commits of one push would collide, so one waits."""
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("gcp/env-1", ERRORED)
    steps = planned(pools, release_to={"aws": "gcp", "gcp": "sick"})
    assert steps["aws/env-1"].action is Action.KEEP
    assert steps["gcp/env-1"].action is Action.MOVE


@pytest.mark.parametrize("verdict", [RUNNING, HANDED_OFF, MANUAL, UNREACHABLE])
def test_force_releases_a_lock_that_the_policy_keeps(verdict: Verdict) -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", verdict)
    pools.add("aws/env-2", verdict)
    steps = planned(pools, force={"aws/env-1": commit})
    assert steps["aws/env-1"].is_release
    assert steps["aws/env-1"].reason.cause is Cause.FORCED
    assert not steps["aws/env-2"].is_release


def check(pools: ModelPools, **rules: object) -> str:
    judged, snapshot = judge_all(pools, "aws")
    with pytest.raises(BadOption) as refused:
        resolve_rules(CleanRules(**rules), judged, snapshot)  # type: ignore[arg-type]
    return str(refused.value)


def test_invalid_rules() -> None:
    pools = ModelPools("sick")
    commit = pools.add("aws/env-1", ERRORED)
    pools.add("aws/env-2")
    pools.add("gcp/env-3", ERRORED)
    assert "into itself" in check(pools, release_to={"aws": "aws"})
    unknown = check(pools, release_to={"aws": "nowhere"})
    assert "nowhere" in unknown
    assert all(pool in unknown for pool in pools.pools)
    assert f"is now claimed by commit {commit}" in check(pools, force={"aws/env-1": "1234567"})
    assert "is now free" in check(pools, force={"aws/env-2": commit})
    for stranger in ("gcp/env-3", "aws/env-9", "env-1", "", "aws/claimed/env-1"):
        assert "there is no lock" in check(pools, force={stranger: commit})
    assert check(pools, force={"env-1": commit}).endswith("in the chosen pools. Write it as pool/lock: aws/env-1.")
    assert check(pools, force={"env-9": commit}).endswith("Write it as pool/lock, such as aws/env-6.")
    assert "Write it" not in check(pools, force={"aws/env-9": commit})
    for part in ("", commit[:7], commit.upper(), f"{commit} "):
        assert "check the lock again" in check(pools, force={"aws/env-1": part})


CLAIM = "7000aa5c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"


@pytest.mark.parametrize("commit", [CLAIM, CLAIM[:7], CLAIM[:12]])
def test_a_claim_may_be_abbreviated(commit: str) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", RUNNING, commit=CLAIM)
    judged, snapshot = judge_all(pools)
    resolve_rules(CleanRules(force={"aws/env-1": commit}), judged, snapshot)
    assert planned(pools, force={"aws/env-1": commit})["aws/env-1"].is_release


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        (CLAIM[:6], "write at least 7 of its hexadecimal digits"),
        ("7", "write at least 7 of its hexadecimal digits"),
        ("7000aa6", "check the lock again"),
        (CLAIM[1:], "check the lock again"),
        (f"{CLAIM}0", "check the lock again"),
        ("", "check the lock again"),
    ],
)
def test_force_with_another_claim(commit: str, words: str) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", RUNNING, commit=CLAIM)
    assert words in check(pools, force={"aws/env-1": commit})


def test_a_run_with_force_releases_no_other_lock() -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", RUNNING)
    pools.add("aws/env-2", ERRORED)
    pools.add("aws/env-3", MANUAL)
    assert planned(pools)["aws/env-2"].is_release
    steps = planned(pools, force={"aws/env-1": commit})
    assert {name for name, step in steps.items() if step.is_release} == {"aws/env-1"}
    assert steps["aws/env-2"].reason.cause is Cause.NOT_FORCED
    assert steps["aws/env-3"].reason.cause is Cause.POLICY_KEEPS


def test_a_lock_cannot_be_forced_and_excluded() -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", RUNNING)
    message = check(pools, force={"aws/env-1": commit}, exclude=["gcp/*", "aws/*"])
    assert "the pattern 'aws/*' of exclude keeps lock aws/env-1" in message


def test_errors_escape_control_characters() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    assert "\x1b" not in check(pools, force={"aws/\x1b[2J": "x"})
    assert "\x1b" not in check(pools, force={"aws/env-1": "\x1b[2J"})
    assert "\x1b" not in check(pools, release_to={"aws": "\x1b[2J"})


def test_valid_rules() -> None:
    pools = ModelPools("sick")
    commit = pools.add("aws/env-1", Verdict(VerdictName.RUNNING, "it runs"))
    judged, snapshot = judge_all(pools, "aws")
    resolve_rules(CleanRules({"aws": "sick"}, ["gcp/*"], {"aws/env-1": commit}, 1), judged, snapshot)
