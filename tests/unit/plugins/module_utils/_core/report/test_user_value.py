# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a lock, with a link to follow."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.user_value import user_value
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

PIPELINE = PipelineReference("main", "c/i", '{"branch":"a b"}')
CLAIMING = Build(3, "12", BuildStatus.SUCCEEDED, "main", PIPELINE, "claim", address="https://ci.example.com/")
USER = replace(CLAIMING, id=4, name="5.1", status=BuildStatus.PENDING, job="test it")
PAGES = "https://ci.example.com/teams/main/pipelines/c%2Fi/jobs"
QUERY = "?vars=%7B%22branch%22%3A%22a%20b%22%7D"
HANDED_OFF = Verdict(VerdictName.HANDED_OFF, "it is used", None, CLAIMING)
ABOUT = {"team": "main", "pipeline": "c/i", "instance_vars": {"branch": "a b"}}


def test_the_build_that_uses_a_lock_that_was_handed_off() -> None:
    assert user_value(replace(HANDED_OFF, user=USER, taker="give-back")) == {
        "text": "c/i/test it 5.1",
        "url": f"{PAGES}/test%20it/builds/5.1{QUERY}",
        **ABOUT,
        "job": "test it",
        "build": "5.1",
        "status": "pending",
    }


def test_the_job_that_can_take_it() -> None:
    assert user_value(replace(HANDED_OFF, taker="give-back")) == {
        "text": "c/i/give-back",
        "url": f"{PAGES}/give-back{QUERY}",
        **ABOUT,
        "job": "give-back",
        "build": None,
        "status": None,
    }


def test_the_claiming_build_while_it_runs() -> None:
    claiming = replace(CLAIMING, status=BuildStatus.STARTED)
    value = user_value(Verdict(VerdictName.RUNNING, "it is started", None, claiming))
    assert value is not None
    assert (value["text"], value["url"]) == ("c/i/claim 12", f"{PAGES}/claim/builds/12{QUERY}")


def test_a_one_off_build() -> None:
    one_off = Build(42, "42", BuildStatus.STARTED, "main", address="https://ci.example.com")
    value = user_value(Verdict(VerdictName.RUNNING, "it is started", None, one_off))
    assert value is not None
    assert (value["url"], value["job"]) == ("https://ci.example.com/builds/42", None)


def test_nobody_and_an_unknown_address() -> None:
    assert user_value(Verdict(VerdictName.LEAKED, "no job takes it", 1, CLAIMING)) is None
    assert user_value(HANDED_OFF) is None
    value = user_value(replace(HANDED_OFF, user=replace(USER, address="")))
    assert value is not None
    assert value["url"] is None
