# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What concourse_pool_clean returns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.plan import Action, LockPlan, plan_releases
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause, Reason
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.result import (
    clean_diff,
    clean_result,
    clean_warnings,
    failure_result,
    slow_warnings,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.layout import WIDTH
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

from .clean_model import ERRORED, LEAKED, LONG_DEAD, MANUAL, NOW, RUNNING, UNREACHABLE, ModelPools, judge_all
from .clean_runs import begin

STATUS_KEYS = {
    "pool",
    "name",
    "state",
    "verdict",
    "reason",
    "claimed_at",
    "age_minutes",
    "holder",
    "hold",
    "build",
    "user",
    "commit",
    "policy",
    "dead_since",
    "releasable",
    "releasable_at",
    "content",
}


def plan(pools: ModelPools, **rules: object) -> tuple[tuple[LockPlan, ...], Snapshot]:
    judged, snapshot = judge_all(pools, "aws")
    return plan_releases(judged, snapshot, CleanRules(**rules), NOW), snapshot  # type: ignore[arg-type]


def releases(steps: Sequence[LockPlan]) -> list[LockPlan]:
    return [step for step in steps if step.is_release]


def a_pool() -> ModelPools:
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("aws/env-2", RUNNING)
    pools.add("aws/env-3")
    pools.add("aws/env-4", LEAKED)
    return pools


def test_locks_have_an_action_and_released_ones_are_listed() -> None:
    steps, snapshot = plan(a_pool())
    result = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))
    assert {lock["name"]: lock["action"] for lock in result["locks"]} == {
        "env-1": "release",
        "env-2": "keep",
        "env-3": "keep",
        "env-4": "release",
    }
    assert all(lock.keys() == STATUS_KEYS | {"action", "action_reason"} for lock in result["locks"])
    assert all(lock["action_reason"] for lock in result["locks"])
    assert result["commit"] == "tip-1"
    (pool,) = result["pools"]
    assert (pool["name"], pool["claimed"], pool["unclaimed"], pool["releasable"]) == ("aws", 3, 1, 2), "before the run"
    assert result["released"][0] == {
        "pool": "aws",
        "name": "env-1",
        "to_pool": "aws",
        "verdict": "errored",
        "reason": ERRORED.reason,
        "commit": "claim-of-aws/env-1",
    }
    assert [one["name"] for one in result["released"]] == ["env-1", "env-4"]


def test_released_is_empty_before_the_push() -> None:
    steps, snapshot = plan(a_pool())
    undone = clean_result(steps, snapshot, ["aws"], NOW, released=())
    done = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))
    assert undone["released"] == []
    assert {**undone, "released": None} == {**done, "released": None}


def test_a_move_names_its_target() -> None:
    steps, snapshot = plan(a_pool(), release_to={"aws": "sick"})
    result = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))
    assert {one["to_pool"] for one in result["released"]} == {"sick"}
    assert {lock["action"] for lock in result["locks"]} == {"move", "keep"}
    assert clean_diff(steps) == {
        "before": "aws/claimed/env-1\naws/claimed/env-4\n",
        "after": "sick/unclaimed/env-1\nsick/unclaimed/env-4\n",
    }


def test_the_diff_names_the_files() -> None:
    steps, _snapshot = plan(a_pool())
    assert clean_diff(steps) == {
        "before": "aws/claimed/env-1\naws/claimed/env-4\n",
        "after": "aws/unclaimed/env-1\naws/unclaimed/env-4\n",
    }
    kept, _snapshot = plan(a_pool(), exclude=["*"])
    assert clean_diff(kept) == {"before": "", "after": ""}


def test_the_report_shows_the_action_for_each_claimed_lock() -> None:
    steps, snapshot = plan(a_pool())
    lines = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))["report"]
    assert lines[0].split() == ["POOL", "LOCK", "ACTION", "VERDICT", "CLAIMED", "BY", "AGE", "COMMIT"]
    rows = {line.split()[1]: line.split()[2] for line in lines if line.startswith("aws ")}
    assert rows["env-1"] == "release"
    assert rows["env-2"] == "keep"
    *table, command = lines
    assert max(map(len, table)) <= WIDTH
    assert "-e pool_boy_lock=env-1 " in command, "env-2 is in use"


def test_the_report_shows_the_pools_before_the_run() -> None:
    steps, snapshot = plan(a_pool())
    reports = [clean_result(steps, snapshot, ["aws"], NOW, released=done)["report"] for done in ((), releases(steps))]
    assert reports[0] == reports[1]
    assert reports[0][-5:-2] == ["", "The pools before this run:", "aws: 3 claimed (2 to release), 1 free: env-3"]


def below(lines: list[str], lock: str) -> str:
    """Return the text below a lock in a table, as one line."""
    first = next(number for number, line in enumerate(lines) if lock in line.split()) + 1
    last = next(number for number in range(first, len(lines)) if not lines[number].startswith("   "))
    return " ".join(line.strip() for line in lines[first:last])


def test_the_report_shows_why_a_releasable_lock_is_kept() -> None:
    pools = a_pool()
    pools.add("aws/env-5", ERRORED, twice=True)
    pools.add("aws/env-6", Verdict(VerdictName.ERRORED, "just now", NOW - 60))
    pools.add("aws/env-7", MANUAL)
    commit = pools.add("aws/env-8", RUNNING)
    steps, snapshot = plan(pools, exclude=["aws/env-4"], force={"aws/env-8": commit})
    lines = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))["report"]
    assert below(lines, "env-1") == f"{ERRORED.reason}; a run with force releases no other lock"
    assert below(lines, "env-2") == RUNNING.reason
    assert below(lines, "env-4") == f"{LEAKED.reason}; it is excluded"
    assert below(lines, "env-5") == f"{ERRORED.reason}; a run with force releases no other lock"
    assert below(lines, "env-6") == "just now; releasable at 2026-09-21T14:17:20Z"
    assert below(lines, "env-7") == MANUAL.reason
    assert below(lines, "env-8") == f"{RUNNING.reason}; its release is forced"
    unforced, snapshot = plan(pools, exclude=["aws/env-4"])
    lines = clean_result(unforced, snapshot, ["aws"], NOW, released=releases(unforced))["report"]
    assert below(lines, "env-1") == ERRORED.reason
    assert below(lines, "env-5").startswith(f"{ERRORED.reason}; it is both claimed and unclaimed")


UNASKED = Verdict(VerdictName.UNVERIFIED, "claimed by ci/work 6, but no Concourse is configured to ask", LONG_DEAD)


def test_releases_by_age_alone_are_a_warning() -> None:
    pools = a_pool()
    pools.policy = PoolPolicy(no_concourse=Policy.STALE, has_concourse=False)
    assert list(clean_warnings(plan(pools)[0], [])) == []
    pools.add("aws/env-5", UNASKED)
    (one,) = clean_warnings(plan(pools)[0], [])
    assert "No Concourse is configured" in one
    assert "1 lock that a build claimed is released by age alone." in one
    assert "concourse_url (CONCOURSE_BASE_URL), or set no_concourse to keep." in one
    commit = pools.add("aws/env-6", UNASKED)
    (two,) = clean_warnings(plan(pools)[0], [])
    assert "2 locks that builds claimed are released by age alone." in two
    forced, _snapshot = plan(pools, force={"aws/env-6": commit}, exclude=["aws/env-5"])
    assert list(clean_warnings(forced, [])) == [], "neither of these goes by its age"


def test_a_pattern_without_a_match_is_one_warning() -> None:
    pools = a_pool()
    steps, _snapshot = plan(pools)
    assert list(clean_warnings(steps, ["aws/env-3", "*/env-?", "aws/*"])) == []
    assert list(clean_warnings(steps, ["big-[12]", "sick/*", "big-[12]"])) == [
        "exclude: the pattern 'big-[12]' matches no lock of the chosen pools. "
        "Write patterns as pool/lock, such as aws/env-*.",
        "exclude: the pattern 'sick/*' matches no lock of the chosen pools. "
        "Write patterns as pool/lock, such as aws/env-*.",
    ]


def test_names_of_any_bytes_are_safe_in_json_and_terminals() -> None:
    pools = ModelPools()
    pools.add("aws/caf\udce9\x1b[2J\n", ERRORED)
    steps, snapshot = plan(pools)
    result = clean_result(steps, snapshot, ["aws"], NOW, released=releases(steps))
    assert json.dumps(result).encode()
    assert result["released"][0]["name"] == r"caf\xe9\x1b[2J\n"
    shown = [*result["report"], *(line for side in clean_diff(steps).values() for line in side.splitlines())]
    assert not any(character < " " for line in shown for character in line)


def test_a_failure_before_the_locks_were_judged_has_no_locks() -> None:
    pools = a_pool()
    assert failure_result(begin(pools), pools.snapshot(), ["aws"], NOW) == {"released": []}


def test_the_warning_of_releases_by_age_counts_the_locks() -> None:
    pools = ModelPools()
    for number in (1, 2):
        pools.add(f"aws/env-{number}", Verdict(VerdictName.UNVERIFIED, "no Concourse is configured", LONG_DEAD))
    pools.policy = PoolPolicy(no_concourse=Policy.STALE, has_concourse=False)
    steps, _snapshot = plan(pools)
    assert "2 locks that builds claimed are released by age alone" in next(clean_warnings(steps, []))


def test_locks_that_could_not_be_judged_again_in_time_are_named() -> None:
    steps, _snapshot = plan(a_pool())
    assert list(slow_warnings(steps)) == []
    slow = [replace(step, action=Action.KEEP, reason=Reason(Cause.SLOW_RESPONSES)) for step in steps]
    (warning,) = slow_warnings(slow)
    assert "too slowly to judge 4 locks again" in warning
    assert warning.endswith("keeps what it would have released: aws/env-1, aws/env-2, aws/env-3, aws/env-4.")


def test_locks_that_concourse_was_asked_about_in_vain_are_a_warning() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", UNREACHABLE)
    steps, _snapshot = plan(pools)
    (warning,) = clean_warnings(steps, [])
    assert warning.startswith("Concourse gave no credible response about the 1 lock that a build holds: aws/env-1")
    assert warning.endswith("; it is kept.")
