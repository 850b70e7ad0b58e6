# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option fail_on: status as a check that fails for some verdicts, with its whole result."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, refusal
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


@pytest.fixture
def held(tmp_path: Any) -> LockRepository:
    """A build holds env-1, a person env-2, and env-3 is free."""
    locks = LockRepository(tmp_path / "held.git")
    for lock in ("env-1", "env-2", "env-3"):
        locks.add("aws", lock)
    locks.claim("aws", "env-1", message="main/ci/up build 3 claiming: env-1")
    locks.claim("aws", "env-2", message="manually claim env-2")
    return locks


def test_the_failure_has_the_whole_result(held: LockRepository, look: Look) -> None:
    good = look(repo=held.url)
    bad = look(repo=held.url, fail_on=["leaked", "unverified"])
    assert refusal(bad).startswith("1 lock has a verdict of fail_on: aws/env-1 (unverified).")
    assert bad.answer == good.answer
    assert bad.values["report"] == good.values["report"]
    assert look(repo=held.url, fail_on=["leaked", "unreachable"]).answer == good.answer


def test_only_locks_of_the_pools_count(held: LockRepository, look: Look) -> None:
    held.add("gcp", "vm-1")
    assert not look(repo=held.url, pools=["gcp"], fail_on=["unverified", "manual"]).failed


def test_a_concourse_that_cannot_be_reached(held: LockRepository, look: Look) -> None:
    options = {"repo": held.url, "concourse_url": "http://127.0.0.1:9", "concourse_timeout": 2}
    assert not look(**options).failed
    assert "aws/env-1 (unreachable)" in refusal(look(**options, fail_on=["unreachable"]))


@pytest.mark.parametrize("fail_on", [["lost"], ["free"], "leaked,lost"])
def test_what_is_no_verdict_is_refused(held: LockRepository, look: Look, fail_on: Any) -> None:
    message = refusal(look(repo=held.url, fail_on=fail_on))
    assert "fail_on" in message
    assert "unreachable" in message


def test_the_playbook_shows_the_table_of_a_failure(held: LockRepository, workplace: Workplace) -> None:
    options = json.dumps({"pool_boy_repo": held.url, "pool_boy_fail_on": ["unverified"]})
    variables = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.status", "-e", options, environment=variables)
    assert run.code == 2
    _before, _task, shown = run.stdout.partition("TASK [Show who holds the locks]")
    assert "aws: 2 claimed, 1 free: env-3" in shown
    assert "It failed: 1 lock has a verdict of fail_on: aws/env-1 (unverified)." in shown
