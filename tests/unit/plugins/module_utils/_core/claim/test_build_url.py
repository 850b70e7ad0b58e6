# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the URLs that Concourse and its pages write to builds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.build_url import read_build_url
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)

HOST = "https://ci.example.com"
JOB = f"{HOST}/teams/main/pipelines/p/jobs/j/builds"


def ref(
    team: str,
    pipeline: str,
    job: str,
    build: str,
    *,
    variables: str | None = None,
    untyped: dict[str, str] | None = None,
    base: str = HOST,
) -> BuildReference:
    lost = None if untyped is None else tuple(sorted(untyped.items()))
    return BuildReference(
        base=base, pipeline=PipelineReference(team, pipeline, variables), job=job, name=build, untyped_vars=lost
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{JOB}/3", ref("main", "p", "j", "3")),
        (f"{JOB}/3.12", ref("main", "p", "j", "3.12")),
        (f"{JOB}/3/", ref("main", "p", "j", "3")),
        (f"{JOB}/3#L5f3a:12", ref("main", "p", "j", "3")),
        (f"{JOB}/3#L5f3a:12:14", ref("main", "p", "j", "3")),
        (
            "http://127.0.0.1:8080/teams/t/pipelines/p/jobs/j/builds/3",
            ref("t", "p", "j", "3", base="http://127.0.0.1:8080"),
        ),
        (f"{HOST}/con/course/teams/t/pipelines/p/jobs/j/builds/3", ref("t", "p", "j", "3", base=f"{HOST}/con/course")),
        (f"{HOST}/api/v1/teams/t/pipelines/p/jobs/j/builds/3", ref("t", "p", "j", "3")),
        (f"{HOST}/teams/my team/pipelines/a/b/jobs/c d/e/builds/3", ref("my team", "a/b", "c d/e", "3")),
        (f"{HOST}/teams/t/pipelines/p/jobs/builds/builds/3", ref("t", "p", "builds", "3")),
        (f"{HOST}/teams/t/pipelines/p/jobs/x/builds/1/builds/3", ref("t", "p", "x/builds/1", "3")),
        (f"{HOST}/teams/t/pipelines/p/jobs/a?b#c/builds/3", ref("t", "p", "a?b#c", "3")),
        (f"{HOST}/teams/ü/pipelines/日本/jobs/j/builds/3", ref("ü", "日本", "j", "3")),
        (f"{HOST}/builds/69", BuildReference(base=HOST, id=69)),
        (f"{HOST}/builds/69/", BuildReference(base=HOST, id=69)),
        (f"{HOST}/builds/69#L1:2", BuildReference(base=HOST, id=69)),
        (f"{HOST}/builds/69?x=y", BuildReference(base=HOST, id=69)),
        (f"{HOST}/api/v1/builds/69", BuildReference(base=HOST, id=69)),
        (f"{HOST}/con/course/builds/69", BuildReference(base=f"{HOST}/con/course", id=69)),
    ],
)
def test_one_build(url: str, expected: BuildReference) -> None:
    assert read_build_url(url) == (expected,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        HOST,
        f"{HOST}/",
        f"{HOST}/builds",
        f"{HOST}/builds/",
        f"{HOST}/builds/latest",
        f"{HOST}/builds/3.1",
        f"{HOST}/builds/-3",
        f"{HOST}/builds/3/plan",
        f"{HOST}/builds/{'9' * 19}",
        f"{JOB}/latest",
        f"{JOB}/",
        f"{JOB}/3x",
        f"{JOB}/3.",
        f"{JOB}/.3",
        f"{JOB}/3.1.2",
        f"{JOB}/3/resources",
        f"{HOST}/teams/main/pipelines/p/jobs/j",
        f"{HOST}/teams/main/pipelines/p/resources/r/builds/3",
        f"{HOST}/teams//pipelines/p/jobs/j/builds/3",
        f"{HOST}/teams/t/pipelines//jobs/j/builds/3",
        f"{HOST}/teams/t/pipelines/p/jobs//builds/3",
        f"{HOST}/teams/main/builds/3",
        "ftp://ci.example.com/builds/3",
        "//ci.example.com/builds/3",
        "file:///builds/3",
        "javascript:alert(1)//builds/3",
        "claimed by hand, see https://ci.example.com/builds/3",
    ],
)
def test_no_page_of_a_build(url: str) -> None:
    assert read_build_url(url) == ()


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("vars.branch=%22main%22", '{"branch":"main"}'),
        (
            "vars.branch=%22feature%2Flogin+form%22&vars.env=%22prod%22&vars.num=9000",
            '{"branch":"feature/login form","env":"prod","num":9000}',
        ),
        ("vars.a.b=true&vars.a.c=null&vars.s=%22x%22", '{"a":{"b":true,"c":null},"s":"x"}'),
        ("vars.%22hello.1%22.%22foo%3Abar%22=%22baz%22", '{"hello.1":{"foo:bar":"baz"}}'),
        ("vars.list=%5B%22a%22%2C1%5D&vars.s=%22%22", '{"list":["a",1],"s":""}'),
        ('vars={"b":"x","a":1}', '{"a":1,"b":"x"}'),
        ("vars=%7B%22a%22%3A%221%22%7D#L1:2", '{"a":"1"}'),
        ("vars.s=%22a%3Fb%23c%26d%22", '{"s":"a?b#c&d"}'),
    ],
)
def test_instance_variables_with_their_types(query: str, variables: str) -> None:
    assert read_build_url(f"{JOB}/3?{query}") == (ref("main", "p", "j", "3", variables=variables),)


@pytest.mark.parametrize(
    ("query", "untyped"),
    [
        ("vars.hello=HAL&vars.number=9000", {"hello": "HAL", "number": "9000"}),
        ("vars.m=map%5Ba%3Ab%5D", {"m": "map[a:b]"}),
        ("vars.empty=&vars.t=true", {"empty": "", "t": "true"}),
        ("vars.v=1.2.3", {"v": "1.2.3"}),
        ("vars.n=%3Cnil%3E", {"n": "<nil>"}),
    ],
)
def test_instance_variables_that_lost_their_types(query: str, untyped: dict[str, str]) -> None:
    assert read_build_url(f"{JOB}/3?{query}") == (ref("main", "p", "j", "3", untyped=untyped),)


@pytest.mark.parametrize("value", ["9000", "true", "null", "1e%2B06", "%5B1%2C2%5D"])
def test_instance_variables_that_may_have_lost_their_types_can_mean_two_builds(value: str) -> None:
    """Each is a JSON value, and what Concourse 8.0 may have written for a text."""
    typed, lost = read_build_url(f"{JOB}/3?vars.x={value}")
    assert typed.pipeline is not None
    assert (typed.pipeline.instance_vars is not None, typed.untyped_vars) == (True, None)
    assert lost.pipeline == PipelineReference("main", "p")
    assert lost.untyped_vars is not None
    assert lost.untyped_vars[0][0] == "x"


def test_escaped_names_are_read_as_they_stand_first() -> None:
    """Concourse escapes nothing, but a link copied from a browser does; a name may hold a per cent sign as well."""
    url = f"{HOST}/teams/my%20team/pipelines/a%2Fb/jobs/c%25/builds/3"
    assert read_build_url(url) == (ref("my%20team", "a%2Fb", "c%25", "3"), ref("my team", "a/b", "c%", "3"))
    assert [one.untyped_vars for one in read_build_url(f"{url}?vars.x=1")] == [None, (("x", "1"),)] * 2


def test_escaped_bytes_that_are_no_utf_8_do_no_harm() -> None:
    references = read_build_url(f"{HOST}/teams/t/pipelines/%ff%00/jobs/j/builds/3")
    assert references[0] == ref("t", "%ff%00", "j", "3")


@pytest.mark.parametrize(
    "url",
    [
        HOST + "/builds/" * 1_000_000,
        HOST + "/builds/" * 1000,
        HOST + "/teams/" * 1000 + "/builds/3",
        JOB + "/1?vars" + "." * 8000,
        JOB + "/1?vars." + "&vars." * 1300,
        JOB + "/1?vars.a=" + "[" * 8000,
        JOB + "/1?" + "&".join(f"vars.a{n}=1" for n in range(700)),
        JOB + "/1?vars" + ".a" * 4000 + "=1",
        JOB + "/1?vars=" + "%22" * 2600,
        JOB + "/1?vars.a=" + "9" * 5000,
        JOB + "/" + "9" * 8000,
        JOB + "/1#" + "#" * 8000,
    ],
    ids=range(12),
)
def test_hostile_urls_are_read_in_bounded_time(url: str) -> None:
    started = time.process_time()
    references = read_build_url(url)
    assert time.process_time() - started < 2
    assert len(references) <= 4


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_url_makes_the_reader_fail(path: str, query: str) -> None:
    for url in (f"{HOST}/{path}", f"{JOB}/3?vars{query}", f"{JOB}/3?vars.{query}", f"http://{path}/builds/3"):
        for reading in read_build_url(url):
            assert reading.base is not None
            assert reading.id is not None or (reading.pipeline and reading.job and reading.name)
