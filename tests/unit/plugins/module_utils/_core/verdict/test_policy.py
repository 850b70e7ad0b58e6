# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a verdict allows a release, and which policies can be set."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    ALWAYS_KEPT,
    DEFAULT_POLICIES,
    Policy,
    PoolPolicy,
    read_no_concourse,
    read_policies,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import FREE, Verdict, VerdictName

KEEP, STALE, RELEASE = Policy.KEEP, Policy.STALE, Policy.RELEASE
NOW = 1_767_225_600


def test_the_table_of_the_design() -> None:
    table = {name.value: PoolPolicy().of(Verdict(name, "")) for name in VerdictName}
    assert table == {
        "free": None,
        "running": KEEP,
        "handed_off": KEEP,
        "leaked": STALE,
        "failed": STALE,
        "errored": RELEASE,
        "aborted": RELEASE,
        "zombie": RELEASE,
        "gone": STALE,
        "held": KEEP,
        "expired": STALE,
        "manual": KEEP,
        "foreign": KEEP,
        "unverified": KEEP,
        "unreachable": KEEP,
    }
    assert (PoolPolicy().grace, PoolPolicy().stale_timeout) == (5, 60)


@pytest.mark.parametrize("name", DEFAULT_POLICIES)
@pytest.mark.parametrize(("policy", "wait"), [(RELEASE, 7), (STALE, 90), (KEEP, None)])
def test_minutes_after_the_locks_death(name: VerdictName, policy: Policy, wait: int | None) -> None:
    pool = PoolPolicy({**DEFAULT_POLICIES, name: policy}, stale_timeout=90, grace=7)
    assert pool.releasable_at(Verdict(name, "", NOW)) == (None if wait is None else NOW + 60 * wait)


@pytest.mark.parametrize("name", VerdictName)
def test_a_lock_that_is_not_dead_is_never_releasable(name: VerdictName) -> None:
    always = PoolPolicy(dict.fromkeys(VerdictName, RELEASE), stale_timeout=0, grace=0)
    assert always.releasable_at(Verdict(name, "")) is None


@pytest.mark.parametrize("name", ["running", "unreachable", "free"])
def test_what_is_kept_stays_kept_whatever_the_policies_say(name: str) -> None:
    always = PoolPolicy(dict.fromkeys(VerdictName, RELEASE), stale_timeout=0, grace=0)
    assert always.releasable_at(Verdict(VerdictName(name), "", NOW)) is None
    assert always.of(FREE) is None


def test_no_wait_at_all() -> None:
    pool = PoolPolicy(stale_timeout=0, grace=0)
    assert pool.releasable_at(Verdict(VerdictName.ABORTED, "", NOW)) == NOW
    assert pool.releasable_at(Verdict(VerdictName.LEAKED, "", NOW)) == NOW


def test_given_policies_come_over_the_defaults() -> None:
    policies = read_policies({"leaked": "release", "handed_off": "stale"}, DEFAULT_POLICIES)
    assert policies == {**DEFAULT_POLICIES, VerdictName.LEAKED: RELEASE, VerdictName.HANDED_OFF: STALE}
    assert read_policies(None, DEFAULT_POLICIES) == DEFAULT_POLICIES
    assert read_policies({}, policies) == policies


@pytest.mark.parametrize("name", sorted(ALWAYS_KEPT))
@pytest.mark.parametrize("policy", ["keep", "stale", "release"])
def test_running_and_unreachable_cannot_be_configured(name: VerdictName, policy: str) -> None:
    with pytest.raises(BadOption, match=f"a lock that is {name.value} is always kept"):
        read_policies({name.value: policy}, DEFAULT_POLICIES)


@pytest.mark.parametrize("verdict", ["free", "leak", "Leaked", "", 5, None, ("leaked",)])
def test_an_unknown_verdict_lists_those_there_are(verdict: object) -> None:
    with pytest.raises(BadOption, match=r"not a configurable verdict\. Use one of: handed_off, leaked, failed"):
        read_policies({verdict: "keep"}, DEFAULT_POLICIES)  # type: ignore[dict-item]


@pytest.mark.parametrize("policy", ["Keep", False, 5, ["release"], {"release": 1}])
def test_an_unknown_policy_lists_those_there_are(policy: object) -> None:
    with pytest.raises(BadOption, match=r"for leaked is not known\. Use one of: release, stale, keep"):
        read_policies({"leaked": policy}, DEFAULT_POLICIES)


@pytest.mark.parametrize("unverified", Policy)
@pytest.mark.parametrize(("decided", "policy"), [(None, KEEP), (KEEP, KEEP), (STALE, STALE)])
def test_without_a_concourse_only_the_decision_for_it_counts(
    unverified: Policy, decided: Policy | None, policy: Policy
) -> None:
    by_verdict = {**DEFAULT_POLICIES, VerdictName.UNVERIFIED: unverified}
    verdict = Verdict(VerdictName.UNVERIFIED, "", NOW)
    pool = PoolPolicy(by_verdict, no_concourse=decided, has_concourse=False)
    assert pool.of(verdict) is policy
    assert pool.is_undecided(verdict) is (decided is None)
    assert pool.of(Verdict(VerdictName.MANUAL, "")) is KEEP
    assert not pool.is_undecided(Verdict(VerdictName.MANUAL, ""))
    asked = PoolPolicy(by_verdict, no_concourse=decided)
    assert asked.of(verdict) is unverified
    assert not asked.is_undecided(verdict)


DECISIONS = [
    (None, {}, None, None),
    (None, None, STALE, STALE),
    (None, {"unverified": "keep"}, None, KEEP),
    (None, {"unverified": "keep"}, STALE, KEEP),
    (None, {"unverified": "stale"}, None, None),
    (None, {"unverified": "release"}, KEEP, KEEP),
    ("stale", {"unverified": "keep"}, KEEP, STALE),
    ("keep", {"unverified": "stale"}, STALE, KEEP),
]


@pytest.mark.parametrize(("given", "policy", "default", "decided"), DECISIONS)
def test_who_decides_what_is_done_without_a_concourse(
    given: str | None, policy: dict[str, object] | None, default: Policy | None, decided: Policy | None
) -> None:
    assert read_no_concourse(given, policy, default, "no_concourse") is decided


@pytest.mark.parametrize("given", ["release", "Stale", 5, True, ["stale"], {"stale": 1}])
def test_a_wrong_decision_names_its_option(given: object) -> None:
    with pytest.raises(BadOption, match=r"^pools: no_concourse of aws: .* is not known\. Use keep or stale\.$"):
        read_no_concourse(given, None, None, "pools: no_concourse of aws")


@pytest.mark.parametrize(("keep_until", "at"), [(None, 300), (299, 300), (600, 600)])
def test_no_policy_releases_a_lock_before_its_time(keep_until: int | None, at: int) -> None:
    """Minutes after its pipeline changed, Concourse can start a job with the version of a leaked lock."""
    verdict = Verdict(VerdictName.LEAKED, "no job takes it", 0, keep_until=keep_until)
    policy = PoolPolicy({VerdictName.LEAKED: Policy.RELEASE}, grace=5)
    assert policy.releasable_at(verdict) == at
