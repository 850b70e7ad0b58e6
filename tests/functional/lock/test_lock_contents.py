# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks are added, updated and removed."""

from __future__ import annotations

from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..clean.reading import changes_of, files, locks_in, subjects, tip
from ..running import refusal
from .holding import CLAIM, Lock, result, unchanged

CONTENTS: list[tuple[Any, str, Any]] = [
    ("url: https://env-9\n", "url: https://env-9\n", {"url": "https://env-9"}),
    ("just a name", "just a name", None),
    ({"url": "https://env-9", "ports": [22, 443]}, "url: https://env-9\nports:\n- 22\n- 443\n", None),
    (["a", "b"], "- a\n- b\n", None),
]


@pytest.mark.parametrize(("content", "text", "data"), CONTENTS)
def test_add_a_lock_and_update_it(lock: Lock, locks: LockRepository, content: Any, text: str, data: Any) -> None:
    base = tip(locks.path)
    data = content if isinstance(content, dict | list) else data
    run = lock(state="present", name="env-9", content=content)
    assert (run.values["lock"]["content"], run.values["lock"]["data"]) == (text, data)
    assert subjects(locks.path, base) == ["adding unclaimed: env-9"]
    assert result(lock(state="present", name="env-9", content=content)) == unchanged(run)
    assert result(lock(state="present", name="env-9")) == unchanged(run)
    update = lock(state="present", name="env-9", content={"url": "new"})
    assert update.values["lock"]["data"] == {"url": "new"}
    assert subjects(locks.path, base) == ["adding unclaimed: env-9", "updating: env-9"]
    assert changes_of(locks.path, tip(locks.path)) == [("M", "100644", "aws/unclaimed/env-9")]


def test_add_a_claimed_lock(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    options = {**CLAIM, "state": "present", "claimed": True, "name": "env-9", "content": "x"}
    run = lock(**options)
    assert (run.values["lock"]["state"], run.values["lock"]["commit"]) == ("claimed", tip(locks.path))
    assert subjects(locks.path, base) == ["adding claimed: env-9"]
    assert result(lock(**options)) == unchanged(run)
    assert lock(**CLAIM).values["lock"]["name"] == "env-9", "it is the owner's"


def test_create_a_pool(lock: Lock, locks: LockRepository) -> None:
    options = {"pool": "cf/fresh", "state": "present", "name": "env-1"}
    assert "no pool cf/fresh" in refusal(lock(**options))
    run = lock(**options, create_pool=True)
    assert (run.values["lock"]["pool"], run.values["lock"]["state"]) == ("cf/fresh", "unclaimed")
    kept = {"cf/fresh/claimed/.gitkeep", "cf/fresh/unclaimed/.gitkeep"}
    assert {path for path in files(locks.path) if path.startswith("cf/")} == {*kept, "cf/fresh/unclaimed/env-1"}
    assert lock(**options, create_pool=True).values["changed"] is False


def test_remove_a_lock(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    for options in ({"name": "env-1"}, {"name": "env-4", "owner": "bob"}):
        run = lock(state="absent", **options)
        assert (run.values["changed"], run.values["lock"]["state"]) == (True, "absent")
        assert lock(state="absent", **options).values["changed"] is False
    assert "held by eve" in refusal(lock(state="absent", name="env-5", owner="bob"))
    assert subjects(locks.path, base) == ["removing: env-1", "removing: env-4"]
    assert not {"aws/env-1", "aws/env-4"} & locks_in(files(locks.path)).keys()
