# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a round."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.metrics import metrics_text
from ansible_collections.poolboy.concourse.plugins.plugin_utils._metrics.previous import read_previous
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import (
    NOW,
    Fact,
    claimed,
    cleaning,
    failure,
    feeding,
    free,
    held,
    in_minutes,
    look,
    release,
    round_fact,
)

CLAIMED = [
    "running",
    "handed_off",
    "leaked",
    "failed",
    "errored",
    "aborted",
    "zombie",
    "gone",
    "held",
    "expired",
    "manual",
    "foreign",
    "unverified",
    "unreachable",
]


def text(fact: Fact, previous: str = "") -> str:
    return metrics_text(read_round(fact), previous)


def value(written: str, name: str, **labels: str) -> float | None:
    """The value of one series of the repository infra; None where it is not there."""
    inner = "".join(f',{label}="{content}"' for label, content in labels.items())
    found = re.findall(
        rf'^{re.escape(f"{name}{{")}repository="infra"{re.escape(inner)}\}} (\S+)$', written, re.MULTILINE
    )
    assert len(found) < 2
    return float(found[0]) if found else None


def series(written: str, name: str) -> list[str]:
    return [line for line in written.splitlines() if line.startswith(f"{name}{{")]


POOLS = look(
    free("aws", "env-1"),
    claimed("aws", "env-2", "running", age=30),
    claimed("aws", "env-3", "running", age=90),
    claimed("aws", "env-4", "leaked", age=300, unused=200),
    claimed("aws", "env-5", "leaked", age=400, unused=100),
    free("gcp", "big-1"),
    pools=("aws", "gcp"),
    problems=("gcp", "gcp"),
)


def test_locks_are_counted_by_pool_state_and_verdict() -> None:
    written = text(round_fact(POOLS))
    assert value(written, "poolboy_locks", pool="aws", state="claimed", verdict="running") == 2
    assert value(written, "poolboy_locks", pool="aws", state="claimed", verdict="leaked") == 2
    assert value(written, "poolboy_locks", pool="aws", state="unclaimed", verdict="free") == 1
    assert value(written, "poolboy_free_locks", pool="gcp") == 1
    assert value(written, "poolboy_releasable_locks", pool="aws") == 2
    assert value(written, "poolboy_releasable_locks", pool="gcp") == 0
    assert value(written, "poolboy_problems", pool="gcp") == 2
    assert value(written, "poolboy_problems", pool="aws") == 0


@pytest.mark.parametrize(
    ("policy", "releasable"),
    [
        (PoolPolicy(), 1),
        (PoolPolicy(stale_timeout=300), 0),
        (PoolPolicy(by_verdict={VerdictName.LEAKED: Policy.KEEP}), 0),
    ],
    ids=["default", "patient", "keep"],
)
def test_a_lock_that_the_policy_keeps_is_not_releasable(policy: PoolPolicy, releasable: int) -> None:
    """The alert for leaked locks rests on it."""
    written = text(round_fact(look(claimed("aws", "env-1", "leaked", age=300, unused=200, policy=policy))))
    assert value(written, "poolboy_releasable_locks", pool="aws") == releasable
    assert value(written, "poolboy_longest_unused_seconds", pool="aws", verdict="leaked") == 200 * 60


def test_ages_are_those_of_the_oldest_claim_and_of_the_longest_unused_lock() -> None:
    written = text(round_fact(POOLS))
    assert value(written, "poolboy_oldest_claim_age_seconds", pool="aws", verdict="running") == 90 * 60
    assert value(written, "poolboy_oldest_claim_age_seconds", pool="aws", verdict="leaked") == 400 * 60
    assert value(written, "poolboy_longest_unused_seconds", pool="aws", verdict="leaked") == 200 * 60
    assert value(written, "poolboy_longest_unused_seconds", pool="aws", verdict="running") == 0


def test_the_next_end_of_a_hold_is_that_of_the_first_to_end() -> None:
    locks = [
        held("aws", "env-1", in_minutes(300), age=90),
        held("aws", "env-2", in_minutes(200)),
        held("aws", "env-3", "never"),
        held("aws", "env-4", "soon"),
        held("aws", "env-5", in_minutes(-10)),
        held("gcp", "env-6", in_minutes(-10), age=400),
        held("gcp", "env-7", "never"),
    ]
    written = text(round_fact(look(*locks, pools=("aws", "gcp"))))
    assert value(written, "poolboy_hold_end_timestamp_seconds", pool="aws") == NOW + 200 * 60
    assert value(written, "poolboy_hold_end_timestamp_seconds", pool="gcp") is None
    assert value(written, "poolboy_locks", pool="aws", state="claimed", verdict="held") == 4
    assert value(written, "poolboy_locks", pool="aws", state="claimed", verdict="expired") == 1
    assert value(written, "poolboy_oldest_claim_age_seconds", pool="aws", verdict="held") == 90 * 60
    assert value(written, "poolboy_longest_unused_seconds", pool="gcp", verdict="expired") == 10 * 60
    assert value(written, "poolboy_longest_unused_seconds", pool="gcp", verdict="held") == 0


@pytest.mark.parametrize("name", ["poolboy_oldest_claim_age_seconds", "poolboy_longest_unused_seconds"])
def test_every_verdict_has_a_value_before_it_was_ever_given(name: str) -> None:
    written = text(round_fact(look(pools=("empty",))))
    for verdict in CLAIMED:
        assert value(written, name, pool="empty", verdict=verdict) == 0
        assert value(written, "poolboy_locks", pool="empty", state="claimed", verdict=verdict) == 0
        assert value(written, "poolboy_releases_total", pool="empty", verdict=verdict) == 0
    assert value(written, "poolboy_locks", pool="empty", state="unclaimed", verdict="free") == 0


def test_counters_continue_from_the_last_round() -> None:
    fact = round_fact(
        POOLS,
        clean=cleaning(release("aws", "env-7", "errored"), release("aws", "env-8", "errored")),
        trigger=feeding("aws", "triggered", needed=1, started=3),
        failures=[failure("notify"), failure("notify")],
    )
    first = text(fact)
    second = text(fact, first)
    for factor, written in ((1, first), (2, second)):
        assert value(written, "poolboy_rounds_total") == factor
        assert value(written, "poolboy_releases_total", pool="aws", verdict="errored") == 2 * factor
        assert value(written, "poolboy_releases_total", pool="aws", verdict="leaked") == 0
        assert value(written, "poolboy_triggers_total", pool="aws", concourse_job="main/ci/claim") == 3 * factor
        assert value(written, "poolboy_failures_total", step="notify") == 2 * factor
        assert value(written, "poolboy_failures_total", step="clean") == 0


def test_a_counter_of_a_pool_that_is_not_looked_at_any_more_stays() -> None:
    first = text(round_fact(POOLS, clean=cleaning(release("aws", "env-7", "errored"))))
    second = text(round_fact(look(pools=("gcp",))), first)
    assert value(second, "poolboy_releases_total", pool="aws", verdict="errored") == 1
    assert value(second, "poolboy_free_locks", pool="aws") is None


def test_a_round_without_a_look_reports_the_failure_and_no_lock() -> None:
    good = text(round_fact(POOLS, clean=cleaning(release("aws", "env-7", "errored"))))
    bad = text(round_fact(None, failures=[failure("status")], after=10), good)
    assert series(bad, "poolboy_locks") == series(bad, "poolboy_free_locks") == []
    assert series(bad, "poolboy_releases_total") == series(good, "poolboy_releases_total")
    assert value(bad, "poolboy_round_ok") == 0
    assert value(bad, "poolboy_step_ok", step="status") == 0
    assert value(bad, "poolboy_step_ok", step="clean") == 1
    assert value(bad, "poolboy_failures_total", step="status") == 1
    assert value(bad, "poolboy_last_round_timestamp_seconds") == NOW + 600
    assert value(bad, "poolboy_last_success_timestamp_seconds") == NOW


def test_without_any_success_its_time_is_the_beginning_of_time() -> None:
    written = text(round_fact(None, failures=[failure("clean")]))
    assert value(written, "poolboy_last_success_timestamp_seconds") == 0
    assert value(written, "poolboy_round_duration_seconds") == 7.25


def test_what_was_done_before_a_failure_is_counted() -> None:
    failed: Fact = {"failed": True, "msg": "The server hung up.", "released": [release("aws", "env-7", "aborted")]}
    trigger: Fact = {"failed": True, "msg": "Wrong password.", "triggered": feeding("aws", "x", started=2)["triggered"]}
    written = text(round_fact(None, clean=failed, trigger=trigger, failures=[failure("clean"), failure("trigger")]))
    assert value(written, "poolboy_releases_total", pool="aws", verdict="aborted") == 1
    assert value(written, "poolboy_triggers_total", pool="aws", concourse_job="main/ci/claim") == 2


def test_check_mode_counts_nothing_and_keeps_the_times() -> None:
    did: Any = {"clean": cleaning(release("aws", "e", "errored")), "trigger": feeding("aws", "triggered", started=1)}
    before = text(round_fact(POOLS, **did))
    for failures in ([], [failure("notify")]):
        checked = text(round_fact(POOLS, **did, failures=failures, after=30, check_mode=True), before)
        for name in ("rounds_total", "releases_total", "triggers_total", "failures_total"):
            assert series(checked, f"poolboy_{name}") == series(before, f"poolboy_{name}") != []
        assert value(checked, "poolboy_last_round_timestamp_seconds") == NOW
        assert value(checked, "poolboy_last_success_timestamp_seconds") == NOW
        assert value(checked, "poolboy_locks", pool="aws", state="claimed", verdict="leaked") == 2


def test_the_trigger_has_one_state_of_each_pool() -> None:
    written = text(round_fact(trigger=feeding("aws", "stuck", needed=2, active=1)))
    where = {"pool": "aws", "concourse_job": "main/ci/claim"}
    assert value(written, "poolboy_needed_builds", **where) == 2
    assert value(written, "poolboy_active_builds", **where) == 1
    states = {
        state: value(written, "poolboy_trigger_state", **where, state=state)
        for state in ("satisfied", "triggered", "waiting", "stuck", "limited", "failed")
    }
    assert states == {"satisfied": 0, "triggered": 0, "waiting": 0, "stuck": 1, "limited": 0, "failed": 0}


def test_jobs_of_instanced_pipelines_are_told_apart() -> None:
    fact = round_fact(trigger=feeding("aws", "triggered", started=1, instance_vars={"b": "main", "a": 1}))
    escaped = r"main/ci/claim {\"a\":1,\"b\":\"main\"}"
    assert value(text(fact), "poolboy_triggers_total", pool="aws", concourse_job=escaped) == 1


def test_the_text_does_not_depend_on_the_order_of_the_locks() -> None:
    fact = round_fact(POOLS)
    turned = round_fact({**POOLS, "locks": POOLS["locks"][::-1], "pools": POOLS["pools"][::-1]})
    assert text(fact) == text(turned)


def test_a_metric_is_described_once_and_before_its_values() -> None:
    written = text(round_fact(POOLS, trigger=feeding("aws", "stuck")))
    names = re.findall(r"^# TYPE (\w+) (?:gauge|counter)$", written, re.MULTILINE)
    assert len(names) == len(set(names)) == 18
    for name in names:
        block = rf"^# HELP {name} .+[.]\n# TYPE {name} \w+\n(?:{name}\{{.*\}} \S+\n)+"
        assert len(re.findall(block, written, re.MULTILINE)) == 1
    assert all("_total" in name for name in names if f"# TYPE {name} counter" in written)


def test_the_last_text_of_another_repository_is_not_ours() -> None:
    other = text(round_fact(POOLS, name="other"))
    assert text(round_fact(POOLS), other) == text(round_fact(POOLS))


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "<html>no metrics</html>",
        'poolboy_rounds_total{repository="infra"',
        'poolboy_rounds_total{repository="infra"} many',
        'poolboy_rounds_total{repository="infra"} 1e999',
        'poolboy_rounds_total{repository="infra"} 1.2.3',
        'poolboy_rounds_total{repository="infra"} -4',
        "poolboy_rounds_total 7",
        "\x00\ufffd{}",
    ],
)
def test_what_cannot_be_read_of_the_last_text_starts_at_0(junk: str) -> None:
    assert value(text(round_fact(POOLS), junk), "poolboy_rounds_total") == 1


def test_a_text_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = text(round_fact(POOLS, clean=cleaning(release("aws", "env-7", "errored"))))
    cut = whole[: whole.index("poolboy_releases_total{") + 40]
    assert value(text(round_fact(POOLS), cut), "poolboy_rounds_total") == 2
    assert value(text(round_fact(POOLS), cut), "poolboy_releases_total", pool="aws", verdict="errored") == 0


NAMES = st.text(st.characters(exclude_categories=["Cs"])) | st.text('a\\"\n,={} ')


@given(repository=NAMES, pool=NAMES, verdict=NAMES)
def test_any_name_is_read_as_it_was_written(repository: str, pool: str, verdict: str) -> None:
    fact = round_fact(clean=cleaning(release(pool, "env-1", verdict)), name=repository)
    counted = read_previous(text(fact, text(fact)), repository).of("poolboy_releases_total")
    names = {"repository": repository, "pool": pool, "verdict": verdict}
    assert counted == {tuple((label, printable(name)) for label, name in names.items()): 2}


@given(repository=NAMES, pool=NAMES)
def test_no_character_that_a_terminal_acts_on_is_written(repository: str, pool: str) -> None:
    """Control characters, also beyond ASCII, and characters that turn the direction of writing."""
    for name in (pool, "aws\x1b[2J", "aws\u202egpj", "aws\u2066\x85\u2028"):
        written = text(round_fact({**look(free(name, "env-1"), pools=(name,))}, name=repository))
        assert printable(written.replace("\n", "")) == written.replace("\n", "")


@pytest.mark.parametrize("hidden", ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********-big"])
def test_a_name_that_ansible_hides_is_no_label(hidden: str) -> None:
    """Two hidden names look the same, and neither is known."""
    seen = look(free("aws", "env-1"), free(hidden, "env-1"), pools=("aws", hidden))
    written = text(round_fact(seen, clean=cleaning(release(hidden, "env-1", "errored"))))
    assert 'pool="aws"' in written
    assert hidden not in written
