# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From messages of every era to holders: what a pool resource wrote, and what only looks like it."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import (
    Holder,
    HolderKind,
    read_holder,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)

HOST = "https://ci.example.com"
BUILD, PERSON, UNNAMED = HolderKind.BUILD, HolderKind.PERSON, HolderKind.UNNAMED


def read(message: str, lock: str = "luna", *, alone: bool = True, team: str = "main") -> Holder:
    return read_holder(Claim("c" * 40, 1_767_225_600, "CI Pool Resource", message, alone), lock, team)


def by_name(team: str, pipeline: str, job: str, build: str, instance_vars: str | None = None) -> BuildReference:
    return BuildReference(pipeline=PipelineReference(team, pipeline, instance_vars), job=job, name=build)


# The likeliest reading of each message, with a lock named luna.
NAMED = {
    # 2015-09 to 2016-06, `pipeline/job`
    "main/candidate #123 claiming: luna": by_name("main", "main", "candidate", "123"),
    "main/candidate #123.2 claiming: luna": by_name("main", "main", "candidate", "123.2"),
    # 2016-06-15 to 07-06
    "main/candidate `#123` claiming: luna": by_name("main", "main", "candidate", "123"),
    # 2016-07 to 2018
    "cf-deployment/smoke tests build 12 claiming: luna": by_name("main", "cf-deployment", "smoke tests", "12"),
    "cf-deployment/up build 474.12 claiming: luna": by_name("main", "cf-deployment", "up", "474.12"),
    "one-off build 4711 claiming: luna": BuildReference(id=4711),
    "one-off build 4711 adding claimed: luna": BuildReference(id=4711),
    # 2018-12 to 2026-05
    "relint/cf-deployment/smoke build 2608 claiming: luna": by_name("relint", "cf-deployment", "smoke", "2608"),
    "relint/cf-deployment/smoke build 385.2 claiming: luna": by_name("relint", "cf-deployment", "smoke", "385.2"),
    "relint/cf-deployment/smoke build 7 adding claimed: luna": by_name("relint", "cf-deployment", "smoke", "7"),
    "my team/my pipeline/build 3 things build 4 claiming: luna": by_name(
        "my team", "my pipeline", "build 3 things", "4"
    ),
    "relint/p/job #1 build 4 claiming: luna": by_name("relint", "p", "job #1", "4"),
    # 2026-01, 1.7.1: instance variables as JSON, which may hold anything
    'main/deploy/{"branch":"main"}/up build 3 claiming: luna': by_name(
        "main", "deploy", "up", "3", '{"branch":"main"}'
    ),
    'main/deploy/{"b": "x/y z", "a": {"n": 1}}/up build 3.1 claiming: luna': by_name(
        "main", "deploy", "up", "3.1", '{"a":{"n":1},"b":"x/y z"}'
    ),
    'main/de/ploy/{"q":"say \\"}/x\\" claiming: y"}/a/b build 3 claiming: luna': by_name(
        "main", "de/ploy", "a/b", "3", '{"q":"say \\"}/x\\" claiming: y"}'
    ),
}


@pytest.mark.parametrize("message", NAMED)
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_prefix_names_the_build(message: str, end: str) -> None:
    holder = read(message + end)
    assert (holder.kind, holder.references[0], holder.url) == (BUILD, NAMED[message], None)
    assert holder.text == str(NAMED[message])


# The builds that one message can mean, the likeliest first.
READINGS = {
    "p/j build 1 claiming: luna": [("home", "p", "j")],
    "t/p/j build 1 claiming: luna": [("t", "p", "j"), ("home", "t", "p/j"), ("home", "t/p", "j")],
    "a/b/c/d build 1 claiming: luna": [
        ("a", "b", "c/d"),
        ("a", "b/c", "d"),
        ("home", "a", "b/c/d"),
        ("home", "a/b", "c/d"),
        ("home", "a/b/c", "d"),
    ],
    "t//j build 1 claiming: luna": [("home", "t", "/j"), ("home", "t/", "j")],
}


@pytest.mark.parametrize("message", READINGS)
def test_slashes_in_a_prefix_can_mean_several_builds(message: str) -> None:
    references = read(message, team="home").references
    assert set(references) == {by_name(*names, "1") for names in READINGS[message]}
    assert references[0] == by_name(*READINGS[message][0], "1")


def test_too_many_slashes_are_a_build_that_nobody_can_tell() -> None:
    assert read("a/b/c/d/e/f/g build 1 claiming: luna").references
    holder = read("a/b/c/d/e/f/g/h build 1 claiming: luna")
    assert (holder.kind, holder.references) == (BUILD, ())


URLS = {
    f"{HOST}/teams/main/pipelines/p/jobs/j/builds/3": by_name("main", "p", "j", "3"),
    f"{HOST}/teams/main/pipelines/p/jobs/j/builds/3.1": by_name("main", "p", "j", "3.1"),
    f"{HOST}/teams/my team/pipelines/a/b/jobs/c d/e/builds/3": by_name("my team", "a/b", "c d/e", "3"),
    f"{HOST}/builds/69": BuildReference(id=69),
    f"{HOST}/teams/main/pipelines/p/jobs/j/builds/1?vars.branch=%22main%22&vars.num=9000": by_name(
        "main", "p", "j", "1", '{"branch":"main","num":9000}'
    ),
}


@pytest.mark.parametrize("verb", ["claiming", "adding claimed"])
@pytest.mark.parametrize("end", ["", "\n", " ", " \n", "\n\n"])
@pytest.mark.parametrize("url", URLS)
def test_a_build_url_names_the_build(url: str, end: str, verb: str) -> None:
    holder = read(f"{verb}: luna\nBuild URL: {url}{end}")
    base = BuildReference(HOST, URLS[url].id, URLS[url].pipeline, URLS[url].job, URLS[url].name)
    assert (holder.kind, holder.references[0], holder.url) == (BUILD, base, url)


@pytest.mark.parametrize("url", ["https://ci.example.com/", "ci.example.com/builds/3", f"{HOST}/builds/latest", "x"])
def test_a_build_url_that_is_no_page_of_a_build_still_is_a_builds_claim(url: str) -> None:
    holder = read(f"claiming: luna\nBuild URL: {url}")
    assert (holder.kind, holder.references, holder.url) == (BUILD, (), url)


@pytest.mark.parametrize(
    "message",
    [
        "claiming: luna",
        "claiming: luna\n",
        "adding claimed: luna\n",
        "claiming: luna\nBuild URL:",
        "claiming: luna\nBuild URL:\n",
        "claiming: luna\nBuild URL: \n",
    ],
)
def test_a_resource_that_names_no_build(message: str) -> None:
    holder = read(message)
    assert (holder.kind, holder.references, holder.url) == (UNNAMED, (), None)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "\n",
        ".",
        "manually claim luna on workstation-7 [#123456]",
        "Claimer claiming diego-1",
        "ada: Move luna to cf/claimed",
        "Freshening up the pool with 3 changes",
        'Revert "claiming: luna"',
        'Revert "t/p/j build 219 unclaiming: luna"\n\nThis reverts commit 0123456789.\n',
        'Revert "t/p/j build 219 claiming: luna"\n\nThis reverts commit 0123456789.\n',
        'Reapply "t/p/j build 219 claiming: luna"\n\nThis reverts commit 0123456789.\n',
        'Reapply "claiming: luna\nBuild URL: https://ci.example.com/builds/3"',
        'Revert "Reapply "t/p/j build 219 claiming: luna""',
        "unclaiming: luna",
        "t/p/j build 219 unclaiming: luna",
        "adding unclaimed: luna",
        "removing: luna",
        "updating: luna",
        "claiming luna",
        "claiming:luna",
        "Claiming: luna",
        " claiming: luna",
        "claiming: luna and sol",
        "t/p/j build 219 claiming: luna again",
        "t/p claiming: luna/j build 219",
        "t/p/j build 219 claiming: sol",
        "claiming: sol\nBuild URL: https://ci.example.com/builds/3",
        "t/p/j build 219 claiming: luna\n\nbecause I may",
        "t/p/j build 219 claiming: luna\nBuild URL: https://ci.example.com/builds/3",
        "claiming: luna\n\nBuild URL: https://ci.example.com/builds/3",
        "claiming: luna\nBuild URL: https://ci.example.com/builds/3\nSigned-off-by: Ada <ada@example.com>",
        "claiming: luna\nbuild url: https://ci.example.com/builds/3",
        "fixup! claiming: luna",
        "t/p/j build latest claiming: luna",
        "t/p/j build 219x claiming: luna",
        "job build 219 claiming: luna",
        "one-off build abc claiming: luna",
        "one-off build 1.2 claiming: luna",
        "somebody else claiming: luna",
        "triggering build with pending triggers: 0; pending removals: 6",
    ],
)
def test_everything_else_was_written_by_a_person(message: str) -> None:
    holder = read(message)
    assert (holder.kind, holder.references, holder.url) == (PERSON, (), None)
    assert holder.text.startswith("CI Pool Resource: ")


@pytest.mark.parametrize("message", [*NAMED, "claiming: luna", f"claiming: luna\nBuild URL: {HOST}/builds/3"])
def test_no_resource_claims_several_locks_in_one_commit(message: str) -> None:
    assert read(message, alone=False).kind is PERSON
    assert read(message).kind is not PERSON


@pytest.mark.parametrize(
    "lock", ["two words", "a/b", "ü", "-rf", '"', "x #1", "luna build 3", 'Revert "', "v1.0", "\udcff\udcfe", "%s"]
)
def test_names_of_locks_may_be_anything(lock: str) -> None:
    for message in (f"t/p/j build 1 claiming: {lock}\n", f"claiming: {lock}\nBuild URL: {HOST}/builds/3"):
        assert read(message, lock).kind is BUILD, message
    assert read(f'Revert "t/p/j build 1 claiming: {lock}"', lock).kind is PERSON


def test_a_lock_whose_name_ends_in_a_quote_does_not_turn_a_revert_into_a_claim() -> None:
    assert read('t/p/j build 1 claiming: luna"', 'luna"').kind is BUILD
    assert read('Revert "t/p/j build 1 claiming: luna"', 'luna"').kind is PERSON
    assert read('Reapply "t/p/j build 1 claiming: luna"', 'luna"').kind is PERSON


def test_git_strips_white_space_at_the_end_of_the_line_and_so_of_the_locks_name() -> None:
    assert read("t/p/j build 1 claiming: luna\n", "luna ").kind is BUILD
    assert read("claiming: luna\n", "luna\t").kind is UNNAMED


def test_a_lock_whose_name_quotes_a_claim_is_read_as_a_whole() -> None:
    """Names may hold anything, also the words before a name."""
    lock = "x claiming: y"
    assert read(f"claiming: {lock}\nBuild URL: {HOST}/builds/3", lock).kind is BUILD
    assert read(f"t/p/j build 1 claiming: {lock}", lock).kind is BUILD


def test_bytes_that_are_no_utf_8_come_out_printable() -> None:
    holder = read("t\udcff/p/j build 1 claiming: luna")
    assert (holder.kind, holder.text) == (BUILD, "t\\xff/p/j 1")
    assert holder.references[0] == by_name("t\udcff", "p", "j", "1")
    holder = read("claimed by \udce9lan \x1b[31m")
    assert holder.text == "CI Pool Resource: claimed by \\xe9lan \\x1b[31m"
    holder = read(f"claiming: luna\nBuild URL: {HOST}/\x1b]0;evil\x07\udcff")
    assert holder.url is not None
    assert holder.url.isprintable()


MEGABYTE = 1_000_000
# Control, format, surrogate, unassigned, line and paragraph separator: what a terminal may act on.
UNPRINTABLE = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    "message",
    [
        "a" * MEGABYTE,
        "claiming: " * (MEGABYTE // 10),
        " claiming: luna" * (MEGABYTE // 15),
        "x/" * (MEGABYTE // 2) + " build 1 claiming: luna",
        "x build 1" * (MEGABYTE // 9) + " claiming: luna",
        " build 1" * 500 + " claiming: luna",
        "a/" * 2000 + "b build 1 claiming: luna",
        't/p/{"a":' * 400 + " build 1 claiming: luna",
        "t/p/" + '{"a":' * 790 + "1" + "}" * 790 + "/j build 1 claiming: luna",
        "t/p/{" + "[" * 4000 + " claiming: luna",
        "one-off build " + "9" * 4000 + " claiming: luna",
        "t/p/j build " + "9" * 4000 + " claiming: luna",
        "\n" * MEGABYTE,
        "claiming: luna\n" * (MEGABYTE // 15),
        "claiming: luna\nBuild URL: " + HOST + "/builds/" * (MEGABYTE // 8),
        "claiming: luna\nBuild URL: " + HOST + "/teams/a/pipelines/b/jobs/c/builds/1?vars.a=" + "1" * 8000,
    ],
    ids=range(16),
)
def test_hostile_messages_are_read_in_bounded_time_and_length(message: str) -> None:
    started = time.process_time()
    holder = read(message)
    assert time.process_time() - started < 2
    assert len(holder.text) <= 120
    assert holder.url is None or len(holder.url) <= 500
    assert len(holder.references) <= 12


@pytest.mark.parametrize("depth", range(100, 1900, 30))
def test_json_of_any_depth_in_a_message_is_read_or_left(depth: int) -> None:
    """A decoder and an encoder need not give up at the same depth."""
    deep = "[" * depth + "]" * depth
    assert read(f't/p/{{"a":{deep}}}/j build 1 claiming: luna').kind is BUILD
    assert read(f"claiming: luna\nBuild URL: {HOST}/teams/t/pipelines/p/jobs/j/builds/1?vars.a={deep}").kind is BUILD


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_no_message_makes_the_reader_fail(message: str, lock: str) -> None:
    for one in (message, f"{message} claiming: {lock}", f"claiming: {lock}\nBuild URL: {HOST}{message}"):
        holder = read(one, lock)
        assert not {unicodedata.category(character) for character in holder.text} & UNPRINTABLE
        assert (holder.kind is BUILD) or not holder.references


@pytest.mark.parametrize("variables", ['{"branch":"main"', "{branch: main}", "{}", '{"a":1}tail'])
def test_braces_that_are_no_instance_variables_are_part_of_a_name(variables: str) -> None:
    found = read(f"main/deploy/{variables}/up build 3 claiming: luna")
    assert found.references
    assert all(one.pipeline is None or one.pipeline.instance_vars is None for one in found.references)
