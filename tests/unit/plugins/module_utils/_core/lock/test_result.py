# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module returns, and how it shows what it changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.claim import plan_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options import content
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import ChangePlan
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.presence import plan_absence, plan_presence
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.release import plan_release
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.result import (
    content_warnings,
    lock_diff,
    lock_result,
    locks_to_read,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

from .lock_builders import HOUR, NOW, RUN, by_build, claiming, held, lock_of, request, snapshot

TEXT = b"url: https://env-1.example.com\n"
FREE = snapshot("aws/env-1")
HELD = snapshot("aws/env-1", env_1=held("ada", more="Reason: demo\n"))


def no_history(_snapshot: Snapshot, locks: Sequence[Lock], _count: int) -> Sequence[Lock]:
    return locks


def claim(state: Snapshot, **options: Any) -> ChangePlan:
    return plan_claim(claiming(**options), state, NOW, RUN, no_history)


def release(state: Snapshot, **options: Any) -> ChangePlan:
    return plan_release(request("unclaimed", owner="ada", **options), state, RUN)


def present(state: Snapshot, **options: Any) -> ChangePlan:
    return plan_presence(request("present", **options), state, NOW, RUN, lambda *_: False)


def contents(plan: ChangePlan, text: bytes | None = TEXT) -> dict[Lock, bytes | None]:
    return dict.fromkeys(locks_to_read(plan), text)


def result(plan: ChangePlan, after: Snapshot | None = None, text: bytes | None = TEXT) -> dict[str, Any]:
    returned = lock_result(plan, after, contents(plan, text), NOW, "ada")
    json.dumps(returned).encode()
    assert returned.pop("report")
    assert returned["lock"] == (returned["locks"][0] if len(returned["locks"]) == 1 else None)
    return returned


EXPECTED = {
    "pool": "aws",
    "name": "env-1",
    "state": "claimed",
    "content": TEXT.decode(),
    "data": {"url": "https://env-1.example.com"},
    "owner": "ada",
    "reason": "demo",
    "until": "2026-09-21T18:13:20Z",
    "commit": held("ada").commit,
}


def test_a_claim_has_its_commit_from_the_state_after_the_push() -> None:
    plan = claim(FREE, reason="demo")
    assert result(plan, HELD)["lock"] == EXPECTED
    assert result(plan)["lock"] == {**EXPECTED, "commit": None}, "in check mode"
    assert result(plan, FREE)["lock"]["commit"] is None
    assert result(plan, snapshot("aws/env-1", env_1=held("bob")))["lock"]["commit"] is None, "others came later"


def test_a_lock_that_the_run_leaves_as_it_is_has_the_claim_that_was_planned_with() -> None:
    """The same owner can extend a hold in another run at the same time; the end that is shown is that of the claim."""
    kept, both = held("ada"), ("aws/env-1", "aws/env-2")
    plan = claim(snapshot(*both, env_1=kept), count=2)
    later = Claim("e" * 40, NOW + 1, kept.author, kept.message)
    locks = result(plan, snapshot(*both, env_1=later, env_2=later))["locks"]
    assert [lock["commit"] for lock in locks] == [kept.commit, later.commit]


def test_a_second_run_returns_the_same() -> None:
    assert result(claim(HELD))["lock"] == EXPECTED


def test_ends_of_holds() -> None:
    for until, shown in (("never", "never"), ("soon", None), (NOW + HOUR, "2026-09-21T15:13:20Z")):
        state = snapshot("aws/env-1", env_1=held("ada", until))
        assert result(present(state, name="env-1"))["lock"]["until"] == shown


def test_a_claim_of_a_build_or_a_person() -> None:
    values = {"owner": None, "reason": None, "until": None}
    for commit in (by_build("env-1"), Claim("b" * 40, NOW, "Ada", "Take env-1")):
        lock = result(present(snapshot("aws/env-1", env_1=commit), name="env-1"))["lock"]
        assert {key: lock[key] for key in (*values, "commit")} == {**values, "commit": "b" * 40}


def test_a_released_lock() -> None:
    free = {"owner": None, "reason": None, "until": None, "commit": None}
    assert result(release(HELD), FREE)["lock"] == {**EXPECTED, "state": "unclaimed", **free}
    assert result(release(HELD, release_to="broken"), FREE)["lock"]["pool"] == "broken"
    assert result(release(FREE)) == {"locks": [], "lock": None}


def test_a_removed_lock() -> None:
    removed = plan_absence(request("absent", name="env-1"), FREE, RUN)
    assert (result(removed)["lock"]["state"], result(removed)["lock"]["content"]) == ("absent", TEXT.decode())
    missing = plan_absence(request("absent", name="env-9"), FREE, RUN)
    assert (result(missing)["lock"]["state"], result(missing)["lock"]["content"]) == ("absent", "")


def test_an_updated_lock_has_the_new_content() -> None:
    assert result(present(FREE, name="env-1", content=b"a: 2\n"))["lock"]["data"] == {"a": 2}


def test_several_locks() -> None:
    returned = result(claim(snapshot("aws/env-1", "aws/env-2"), count=2))
    assert [lock["name"] for lock in returned["locks"]] == ["env-1", "env-2"]
    assert returned["lock"] is None


def test_names_that_no_json_can_hold() -> None:
    state = snapshot("aws/\udcff\x1b")
    assert result(claim(state))["lock"]["name"] == "\\xff\\x1b"


@pytest.mark.parametrize("text", [None, b"\xff"])
def test_a_content_that_is_not_returned_is_a_warning(text: bytes | None) -> None:
    plan = claim(FREE)
    lock = result(plan, text=text)["lock"]
    assert (lock["content"], lock["data"]) == (None, None)
    assert content_warnings(plan, contents(plan, text)) == [
        "The content of lock aws/env-1 is not returned: it is larger than 1 MiB or not UTF-8."
    ]
    assert content_warnings(plan, contents(plan)) == []
    assert content_warnings(plan, contents(plan, b"")) == []


def test_a_host_without_pyyaml_gets_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str, _limit: int) -> object:
        raise ImportError

    monkeypatch.setattr(content, "load_yaml", fail)
    with pytest.raises(BadOption):
        content.content_data(TEXT.decode())
    lock = result(claim(FREE))["lock"]
    assert (lock["content"], lock["data"]) == (TEXT.decode(), None)


def diff(plan: ChangePlan) -> tuple[str, str]:
    shown = lock_diff(plan, contents(plan))
    return shown["before"], shown["after"]


def test_the_diff_of_claims_and_releases() -> None:
    before, after = "aws/unclaimed/env-1\n", "aws/claimed/env-1 (ada until 2026-09-21T18:13:20Z)\n"
    assert diff(claim(FREE)) == (before, after)
    assert diff(release(HELD)) == (after, before)
    assert diff(release(HELD, release_to="broken")) == (after, "broken/unclaimed/env-1\n")
    assert diff(claim(HELD)) == ("", "")


def test_the_diff_of_an_extension_shows_both_ends() -> None:
    assert diff(claim(HELD, until=Until())) == (
        "aws/claimed/env-1 (ada until 2026-09-21T18:13:20Z)\n",
        "aws/claimed/env-1 (ada until never)\n",
    )


def test_the_diff_of_the_release_of_another_holder() -> None:
    by_hand = Claim("c" * 40, NOW, "Ada", "Take it\n\nHeld-By: bob\n")
    for commit, before in ((by_build("env-1"), "aws/claimed/env-1\n"), (by_hand, "aws/claimed/env-1 (bob)\n")):
        plan = release(snapshot("aws/env-1", env_1=commit), name="env-1", claim_commit=commit.commit)
        assert diff(plan) == (before, "aws/unclaimed/env-1\n")


def test_the_diff_of_files() -> None:
    assert diff(present(FREE, name="env-1", content=b"a\n\x1bb\n")) == (
        "aws/unclaimed/env-1\n  url: https://env-1.example.com\n",
        "aws/unclaimed/env-1\n  a\n  \\x1bb\n",
    )
    assert diff(present(FREE, name="env-9", content=b"\xff")) == ("", "aws/unclaimed/env-9\n")
    assert diff(present(FREE, name="env-9", pool="new", create_pool=True)) == ("", "new/\nnew/unclaimed/env-9\n")
    assert diff(plan_absence(request("absent", name="env-1"), FREE, RUN)) == ("aws/unclaimed/env-1\n", "")


def test_only_the_needed_contents_are_read() -> None:
    lock = lock_of(FREE, "env-1")
    assert locks_to_read(claim(FREE)) == [lock]
    assert locks_to_read(present(FREE, name="env-1", content=b"x")) == [lock], "for the diff"
    assert locks_to_read(present(FREE, name="env-9", content=b"x")) == []
