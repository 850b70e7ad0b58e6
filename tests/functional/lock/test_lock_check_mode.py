# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode returns by value what the run does, and changes nothing; so does the diff."""

from __future__ import annotations

from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..running import fingerprint
from .holding import CLAIM, LATER, MUCH_LATER, Lock, result

SAME: dict[str, dict[str, Any]] = {
    "claim any": CLAIM,
    "claim by name": {**CLAIM, "name": "env-2"},
    "claim several": {**CLAIM, "count": 3},
    "claim the oldest": {**CLAIM, "choose": "oldest_free"},
    "claim more": {**CLAIM, "owner": "eve", "count": 3},
    "extend": {**CLAIM, "owner": "bob", "until": MUCH_LATER},
    "extend for ever": {**CLAIM, "owner": "bob", "until": "never", "reason": "mine"},
    "release": {"state": "unclaimed", "owner": "bob"},
    "release all": {"state": "unclaimed", "owner": "eve", "name": "all"},
    "release to": {"state": "unclaimed", "owner": "bob", "release_to": "sick"},
    "add": {"state": "present", "name": "env-9", "content": {"a": 1}},
    "add claimed": {**CLAIM, "state": "present", "claimed": True, "name": "env-9"},
    "add with a pool": {"state": "present", "name": "env-9", "pool": "new", "create_pool": True},
    "update": {"state": "present", "name": "env-1", "content": "new"},
    "remove": {"state": "absent", "name": "env-1"},
    "remove a held one": {"state": "absent", "name": "env-4", "owner": "bob"},
}


@pytest.mark.parametrize("case", SAME)
def test_check_mode_returns_what_the_run_does(lock: Lock, locks: LockRepository, case: str) -> None:
    before = fingerprint(locks.path)
    checked = lock(**SAME[case], check_mode=True, _ansible_diff=True)
    assert fingerprint(locks.path) == before
    run = lock(**SAME[case], _ansible_diff=True)
    assert run.values["changed"] is True
    assert without_new_commits(result(checked), result(run)) == result(checked)
    again = lock(**SAME[case], _ansible_diff=True)
    assert again.values["changed"] is False
    assert again.values["diff"] == {"before": "", "after": ""}


def without_new_commits(checked: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a run without the commits that check mode cannot know."""
    found = [
        {**done, "commit": None if planned["commit"] is None else done["commit"]}
        for planned, done in zip(checked["locks"], run["locks"], strict=True)
    ]
    return {**run, "locks": found, "lock": found[0] if len(found) == 1 else None}


def test_the_diff_shows_files_and_new_contents(lock: Lock) -> None:
    def diff(**options: Any) -> dict[str, str]:
        shown: dict[str, str] = lock(**options, check_mode=True, _ansible_diff=True).values["diff"]
        return shown

    assert diff(**CLAIM, name="env-1") == {
        "before": "aws/unclaimed/env-1\n",
        "after": f"aws/claimed/env-1 (ada until {LATER})\n",
    }
    assert diff(state="absent", name="env-1") == {"before": "aws/unclaimed/env-1\n", "after": ""}
    assert diff(state="present", name="env-1", content="new\x1b[0m\n") == {
        "before": "aws/unclaimed/env-1\n  name: env-1\n",
        "after": "aws/unclaimed/env-1\n  new\\x1b[0m\n",
    }
