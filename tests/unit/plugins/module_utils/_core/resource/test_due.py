# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of pool-boy: new work, the same work, work that stays undone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.due import due_work, next_version

NOW = 1_790_000_000
WORK = [("release", "aws", "env-1", "aws", "1f" * 20)]
RELEASE = {"pool": "aws", "name": "env-1", "to_pool": "aws", "commit": "1f" * 20, "reason": "errored 7 m ago"}
POOL = {"name": "aws", "job": "main/ci/claim", "instance_vars": None, "triggered": 1, "reason": "1 build"}
LOCKS = [{"pool": "aws", "name": "env-2", "state": "unclaimed"}, {"pool": "gcp", "name": "vm", "state": "unclaimed"}]


def results(**change: Any) -> dict[str, Any]:
    clean = {"released": [{**RELEASE, **change.get("release", {})}], "locks": change.get("locks", LOCKS)}
    return {"clean": clean, "trigger": {"pools": [{**POOL, **change.get("pool", {})}]}}


def test_nothing_to_do_is_no_version() -> None:
    assert next_version(None, [], NOW, 10) is None
    assert due_work({}, {}) == []
    assert due_work({"clean": {"released": []}, "trigger": {"pools": [{**POOL, "triggered": 0}]}}, {}) == []


def test_the_counter_goes_up_by_one() -> None:
    first = next_version(None, WORK, NOW, 10)
    assert first is not None
    assert first["counter"] == "1"
    second = next_version(first, [*WORK, ("release",)], NOW, 10)
    assert second is not None
    assert second["counter"] == "2"
    again = next_version(second, WORK, NOW, 10)
    assert again is not None
    assert (again["counter"], again["digest"]) == ("3", first["digest"])


@pytest.mark.parametrize(("seconds", "is_new"), [(0, False), (599, False), (600, True), (-1, True)])
def test_the_same_work_is_a_version_again_after_a_while(seconds: int, is_new: bool) -> None:
    version = next_version(None, WORK, NOW, 10)
    later = next_version(version, WORK, NOW + seconds, 10)
    assert (later is not None) == is_new
    assert later is None or later != version


@pytest.mark.parametrize("broken", [{}, {"time": "soon"}, {"counter": "many"}, {"time": ""}, {"digest": "put"}])
def test_a_version_that_says_less_is_followed_by_a_new_one(broken: dict[str, str]) -> None:
    version = next_version({"digest": "x", "counter": "7", **broken}, WORK, NOW, 10)
    assert version is not None
    assert version["counter"] == ("1" if "counter" in broken else "8")


def test_what_makes_other_work() -> None:
    """Another claim, target, lock, job or number; or the same free lock after another build. No words and no ages."""
    same = due_work(results(), {"aws": 16})
    assert due_work(results(release={"reason": "errored 8 m ago"}, pool={"reason": "x"}), {"aws": 16}) == same
    assert due_work(results(locks=[*LOCKS, {"pool": "gcp", "name": "b", "state": "unclaimed"}]), {"aws": 16}) == same
    others = [
        due_work(results(), {"aws": 17}),
        due_work(results(release={"commit": "2f" * 20}), {"aws": 16}),
        due_work(results(release={"to_pool": "broken"}), {"aws": 16}),
        due_work(results(pool={"job": "main/ci/other"}), {"aws": 16}),
        due_work(results(pool={"triggered": 2}), {"aws": 16}),
        due_work(results(locks=[*LOCKS, {"pool": "aws", "name": "b", "state": "unclaimed"}]), {"aws": 16}),
    ]
    assert same not in others


@pytest.mark.parametrize("time", ["soon", "", None])
def test_the_same_work_at_an_unreadable_time_is_a_new_version(time: str | None) -> None:
    version = next_version(None, WORK, NOW, 10)
    assert version is not None
    assert next_version({**version, "time": time}, WORK, NOW, 10) is not None
