# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generator's messages are exactly those of real repositories."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import FORMATS, Build, ExpectedHolder, go_text

PLAIN = Build("main", "deploy", "claim-env", "12.3", 4711, "https://ci.example.com")
INSTANCED = Build(
    "main", "deploy", "run tests", "3", 4712, "https://ci.example.com/base", {"b.c": True, "a": {"x": "é/1", "n": 9000}}
)

MESSAGES = {
    "bare": (PLAIN, "claiming: env-1"),
    "numbered": (PLAIN, "deploy/claim-env #12.3 claiming: env-1"),
    "ticked": (PLAIN, "deploy/claim-env `#12.3` claiming: env-1"),
    "pipeline": (PLAIN, "deploy/claim-env build 12.3 claiming: env-1"),
    "one_off": (PLAIN, "one-off build 4711 claiming: env-1"),
    "team": (PLAIN, "main/deploy/claim-env build 12.3 claiming: env-1"),
    "instanced": (
        INSTANCED,
        'main/deploy/{"a":{"n":9000,"x":"é/1"},"b.c":true}/run tests build 3 claiming: env-1',
    ),
    "url": (
        PLAIN,
        "claiming: env-1\nBuild URL: https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-env/builds/12.3\n",
    ),
    "url_instanced": (
        INSTANCED,
        "claiming: env-1\nBuild URL: https://ci.example.com/base/teams/main/pipelines/deploy/jobs/run tests/builds/3"
        "?vars.%22b.c%22=true&vars.a.n=9000&vars.a.x=%22%C3%A9%2F1%22\n",
    ),
    "url_untyped": (
        INSTANCED,
        "claiming: env-1\nBuild URL: https://ci.example.com/base/teams/main/pipelines/deploy/jobs/run tests/builds/3"
        "?vars.a=map%5Bn%3A9000+x%3A%C3%A9%2F1%5D&vars.b.c=true\n",
    ),
    "url_one_off": (PLAIN, "claiming: env-1\nBuild URL: https://ci.example.com/builds/4711\n"),
    "url_empty": (PLAIN, "claiming: env-1\nBuild URL:\n"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_written_as_it_was_seen(name: str) -> None:
    build, message = MESSAGES[name]
    assert FORMATS[name].write(build, "claiming: env-1") == message


@pytest.mark.parametrize("name", FORMATS)
def test_the_expected_holder_claims_nothing_that_the_message_does_not_say(name: str) -> None:
    build, message = MESSAGES[name]
    holder = FORMATS[name].expect(build)
    named = [holder.team, holder.pipeline, holder.job, holder.build, holder.build_id, holder.base_url]
    assert all(str(part) in message for part in named if part is not None)
    assert (holder.instance_vars is not None) == (build is INSTANCED)
    assert (holder.kind == "unnamed") == (name in ("bare", "url_empty"))


def test_an_url_names_everything_but_the_build_id() -> None:
    assert FORMATS["url"].expect(PLAIN) == ExpectedHolder(
        "build", team="main", pipeline="deploy", job="claim-env", build="12.3", base_url="https://ci.example.com"
    )


def test_go_prints_values_in_its_own_way() -> None:
    assert go_text({"b": [1, "x y"], "a": None, "c": {"d": False}}) == "map[a:<nil> b:[1 x y] c:map[d:false]]"
