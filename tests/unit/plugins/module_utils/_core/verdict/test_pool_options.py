# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `pools` option: names, names with minutes, mappings, and everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    DEFAULT_POLICIES,
    Policy,
    PoolPolicy,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import (
    PoolOption,
    choose_pools,
    pool_entries,
    read_minutes,
    read_pools,
    read_target,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

DEFAULTS = PoolPolicy(stale_timeout=240, grace=10)


def one(entry: object) -> PoolOption:
    (pool,) = read_pools([entry], DEFAULTS)
    return pool


@pytest.mark.parametrize(
    ("entry", "name", "timeout"),
    [
        ("aws", "aws", 240),
        (" aws ", "aws", 240),
        ("cf/fresh", "cf/fresh", 240),
        ("cf/fresh/", "cf/fresh", 240),
        ("/cf", "cf", 240),
        (".", ".", 240),
        ("aws:60", "aws", 60),
        ("aws: 60", "aws", 60),
        ("aws:0", "aws", 0),
        ("a:b:60", "a:b", 60),
        ("cf/fresh/:60", "cf/fresh", 60),
        ({"name": "aws"}, "aws", 240),
        ({"name": "aws", "stale_timeout": 60}, "aws", 60),
        ({"name": "aws", "stale_timeout": "60"}, "aws", 60),
        ({"name": "aws", "stale_timeout": 0}, "aws", 0),
        ({"name": "a:60"}, "a:60", 240),
    ],
)
def test_a_name_with_or_without_minutes(entry: object, name: str, timeout: int) -> None:
    assert one(entry) == PoolOption(name, replace(DEFAULTS, stale_timeout=timeout))


def test_a_mapping_changes_what_it_names_and_nothing_else() -> None:
    policy = one({"name": "aws", "grace": 0, "policy": {"leaked": "release"}}).policy
    assert policy == PoolPolicy(
        {**DEFAULT_POLICIES, VerdictName.LEAKED: Policy.RELEASE},
        stale_timeout=240,
        grace=0,
        named=frozenset({VerdictName.LEAKED}),
    )
    assert one({"name": "aws", "grace": None, "stale_timeout": None, "policy": None}).policy == DEFAULTS
    assert DEFAULT_POLICIES[VerdictName.LEAKED] is Policy.STALE


def test_keys_that_another_module_reads_are_no_error() -> None:
    assert one({"name": "aws", "job": "main/p/j", "release_to": "broken"}).policy == DEFAULTS


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("", "has no name"),
        ("  ", "has no name"),
        ("/", "has no name"),
        (":60", "has no name"),
        ({}, "has no name"),
        ({"stale_timeout": 60}, "has no name"),
        ({"name": None}, "has no name"),
        ({"name": 5}, "has no name"),
        ({"name": ["aws"]}, "has no name"),
        ("aws:", "the timeout of aws: '' is not a number of minutes"),
        ("aws:-5", "the timeout of aws: '-5' is not a number of minutes"),
        ("aws:soon", "the timeout of aws: 'soon' is not a number of minutes"),
        ("aws:1.5", "'1.5' is not a number of minutes"),
        ("aws:1h", "'1h' is not a number of minutes"),
        ("aws:١٢", "is not a number of minutes"),
        ("aws:" + "9" * 10, "is not a number of minutes"),
        ("aws:\x1b[31m", r"'\x1b[31m' is not"),
        ({"name": "aws", "stale_timeout": -1}, "stale_timeout of aws: '-1' is not"),
        ({"name": "aws", "grace": "soon"}, "grace of aws: 'soon' is not"),
        ({"name": "aws", "grace": True}, "grace of aws: 'True' is not"),
        ({"name": "aws", "grace": 1.5}, "grace of aws: '1.5' is not"),
        ({"name": "aws", "grace": [5]}, "grace of aws: '[5]' is not"),
        ({"name": "aws", "timeout": 5}, "unknown key timeout. Known keys are: name, stale_timeout, grace"),
        ({"name": "aws", 5: 5, "b": 1}, "unknown key 5, b."),
        ({"gcp": 30}, "pools: gcp: 30 is a mapping, as YAML takes a colon and a space. Write 'gcp:30' in quotes"),
        ({"\x1b": None}, r"pools: \x1b: None is a mapping"),
        ({"name": "aws", "policy": "release"}, "policy of aws must be a mapping"),
        ({"name": "aws", "policy": ["release"]}, "policy of aws must be a mapping"),
        ({"name": "aws", "policy": {"running": "release"}}, "always kept"),
        ({"name": "aws", "policy": {"leaked": "soon"}}, "'soon' for leaked is not known"),
        (5, "'5' is neither a name, nor name:minutes, nor a mapping"),
        (None, "'None' is neither a name"),
        (["aws"], "is neither a name"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(entry: object, error: str) -> None:
    with pytest.raises(BadOption) as raised:
        one(entry)
    assert error in str(raised.value).replace("\\\\", "\\")
    assert str(raised.value).isprintable()


def test_a_pool_is_named_once() -> None:
    with pytest.raises(BadOption, match=r"pools: aws, gcp is named more than once"):
        read_pools(["gcp", "aws", {"name": "aws"}, "gcp:60", "azure", "aws/"], DEFAULTS)


def test_pools_stay_in_the_order_in_which_they_are_named() -> None:
    assert [pool.name for pool in read_pools(["b", "a:1", {"name": "c"}], DEFAULTS)] == ["b", "a", "c"]


def test_all_pools_are_chosen_when_none_is_named() -> None:
    assert choose_pools((), ["b", "a"], DEFAULTS) == (PoolOption("a", DEFAULTS), PoolOption("b", DEFAULTS))
    with pytest.raises(BadOption, match="has no pool: no folder"):
        choose_pools((), [], DEFAULTS)


def test_the_named_pools_are_chosen_with_their_policies() -> None:
    wanted = read_pools(["b:1"], DEFAULTS)
    assert choose_pools(wanted, ["b", "a"], DEFAULTS) == wanted


def test_a_pool_that_does_not_exist_is_named_with_those_that_do() -> None:
    wanted = read_pools(["aws", "azure", "gc\x1bp"], DEFAULTS)
    with pytest.raises(BadOption) as raised:
        choose_pools(wanted, ["gcp", "aws", "cf/fresh"], DEFAULTS)
    assert str(raised.value) == r"pools: the repository has no pool azure, gc\x1bp. It has: aws, cf/fresh, gcp."


@pytest.mark.parametrize("name", ["aws gcp", "aws;gcp", "aws\ngcp"])
def test_pools_that_are_not_separated_by_commas(name: str) -> None:
    with pytest.raises(BadOption, match=r"It has: aws, gcp\. Separate pools by commas\.$"):
        choose_pools(read_pools([name], DEFAULTS), ["aws", "gcp"], DEFAULTS)


@pytest.mark.parametrize(
    ("given", "entries"),
    [
        (None, []),
        ("", []),
        ("aws,gcp:30,", ["aws", "gcp:30"]),
        ('["aws","cf/fresh"]', ["aws", "cf/fresh"]),
        (' [{"name": "aws", "grace": 0}, "gcp:30"]\n', [{"name": "aws", "grace": 0}, "gcp:30"]),
        ("[]", []),
        (["[odd]"], ["[odd]"]),
    ],
)
def test_all_pools_as_one_text(given: object, entries: list[object]) -> None:
    assert pool_entries(given) == entries


@pytest.mark.parametrize("given", ["[aws,gcp]", "['aws']", "[", '["aws"', '["aws"] gcp'])
def test_a_text_that_begins_like_json_but_is_not(given: str) -> None:
    with pytest.raises(BadOption, match=r"^pools: \[.* begins like a JSON list but is not valid JSON.*double quotes"):
        pool_entries(given)


def test_a_long_list_of_pools_is_cut() -> None:
    with pytest.raises(BadOption, match=r"pool-49 and 13 more\.$"):
        choose_pools(read_pools(["aws"], DEFAULTS), [f"pool-{number:02}" for number in range(63)], DEFAULTS)


@pytest.mark.parametrize(
    ("value", "minutes"), [(0, 0), (5, 5), ("5", 5), (" 5 ", 5), ("007", 7), (999_999_999, 999_999_999)]
)
def test_minutes(value: object, minutes: int) -> None:
    assert read_minutes(value, "grace") == minutes


@pytest.mark.parametrize("value", [-1, "", "+5", "1_0", "0x5", True, False, None, 5.0, "\uff15", "9" * 5000])
def test_no_minutes(value: object) -> None:
    with pytest.raises(BadOption, match=r"^grace: .* is not a number of minutes; write a whole number, 0 or more\.$"):
        read_minutes(value, "grace")


@pytest.mark.parametrize("given", [7, {"name": "aws"}, True])
def test_pools_that_are_no_list(given: object) -> None:
    with pytest.raises(BadOption, match="is not a list"):
        pool_entries(given)


@pytest.mark.parametrize("value", ["", " ", "/", None, 7])
def test_locks_cannot_be_released_to_a_pool_without_a_name(value: object) -> None:
    with pytest.raises(BadOption, match="release_to: name the pool"):
        read_target(value)


@pytest.mark.parametrize(
    ("entry", "job", "timeout"),
    [
        ("aws=main/deploy/claim", "main/deploy/claim", 240),
        ("aws:30=main/deploy/claim", "main/deploy/claim", 30),
        ("aws=main/deploy/a=b", "main/deploy/a=b", 240),
        ("aws=", None, 240),
        ("aws:30= ", None, 30),
    ],
)
def test_a_name_with_a_job(entry: str, job: str | None, timeout: int) -> None:
    assert one(entry) == PoolOption("aws", replace(DEFAULTS, stale_timeout=timeout), job=job)


def test_a_mapping_has_a_job_a_resource_and_a_target() -> None:
    entry = {"name": "aws", "job": {"team": "main"}, "resource": "envs", "release_to": "cf/fresh/"}
    assert one(entry) == PoolOption("aws", DEFAULTS, "cf/fresh", {"team": "main"}, "envs")


@pytest.mark.parametrize(
    ("entry", "default", "decided"),
    [
        ({"no_concourse": "stale"}, Policy.KEEP, Policy.STALE),
        ({"no_concourse": "keep"}, Policy.STALE, Policy.KEEP),
        ({}, Policy.STALE, Policy.STALE),
        ({}, None, None),
        ({"policy": {"unverified": "keep"}}, Policy.STALE, Policy.KEEP),
        ({"policy": {"unverified": "keep"}, "no_concourse": "stale"}, None, Policy.STALE),
    ],
)
def test_each_pool_decides_what_happens_without_a_concourse(
    entry: dict[str, object], default: Policy | None, decided: Policy | None
) -> None:
    (pool,) = read_pools([{"name": "aws", **entry}], replace(DEFAULTS, no_concourse=default))
    assert pool.policy.no_concourse is decided


def test_an_unknown_decision_names_its_pool() -> None:
    with pytest.raises(BadOption, match=r"^pools: no_concourse of aws: 'maybe' is not known\. Use keep or stale\.$"):
        one({"name": "aws", "no_concourse": "maybe"})


def test_pools_are_chosen_by_the_name_in_the_repository() -> None:
    (chosen,) = choose_pools(read_pools([r"gcp\xff"], DEFAULTS), ["aws", "gcp\udcff"], DEFAULTS)
    assert chosen == PoolOption("gcp\udcff", DEFAULTS)


def test_a_name_with_two_meanings_is_refused_by_the_name_of_the_option() -> None:
    """The same letter in three compositions."""
    with pytest.raises(BadOption, match=r"^pools: .* is the name of 2 pools, "):
        choose_pools(read_pools(["\u1e69"], DEFAULTS), ["\u1e63\u0307", "\u1e61\u0323"], DEFAULTS)
