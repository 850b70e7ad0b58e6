# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second and later looks: their cost, and that they are right whatever happened to the branch in between."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import (
    Look,
    claims_of,
    expected_claims,
    grow,
    states_of,
)
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git


def test_nothing_new_is_one_question_and_no_other_git(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    first = look(locks.path)
    recorder.clear()
    assert look(locks.path) == first
    assert recorder.commands() == ["ls-remote"]


def test_something_new_is_two(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    look(locks.path)
    claim = locks.claim("aws", "env-2")
    recorder.clear()
    assert claims_of(look(locks.path))["aws/claimed/env-2"] == claim
    assert recorder.network() == ["ls-remote", "fetch"]


def test_old_claims_are_carried_over_without_another_look_at_them(
    look: Look, locks: LockRepository, recorder: GitRecorder
) -> None:
    grow(locks, 100)
    look(locks.path)
    locks.claim("aws", "env-2")
    recorder.clear()
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert recorder.depths() == [64]


def test_as_deep_as_the_last_look_lies_and_no_deeper(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    grow(locks, 400)
    look(locks.path)
    grow(locks, 100)
    recorder.clear()
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert recorder.depths() == [64, 512]


def test_a_lock_claimed_again_in_between(look: Look, locks: LockRepository) -> None:
    look(locks.path)
    locks.release("aws", "env-1")
    again = locks.claim("aws", "env-1")
    assert claims_of(look(locks.path)) == {"aws/claimed/env-1": again}


def test_a_rewritten_last_commit(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    before = locks.tip()
    grow(locks, 50)
    look(locks.path)
    locks.force("main~2")
    locks.claim("aws", "env-2", message="another claim")
    recorder.clear()
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert recorder.depths() == [64, 512]
    assert before is not None
    locks.force(before)
    assert claims_of(look(locks.path)) == expected_claims(locks)


def test_a_new_history_with_the_same_files(look: Look, locks: LockRepository) -> None:
    look(locks.path)
    first = locks.restart()
    assert claims_of(look(locks.path)) == {"aws/claimed/env-1": first}


def test_a_branch_put_back_and_forth(look: Look, locks: LockRepository) -> None:
    old = locks.tip()
    assert old is not None
    grow(locks, 3)
    locks.claim("aws", "env-2")
    new = locks.tip()
    assert new is not None
    for commit in (new, old, new, old):
        locks.force(commit)
        snapshot = look(locks.path)
        assert snapshot.commit == commit
        assert claims_of(snapshot) == expected_claims(locks)


def test_a_renamed_default_branch(look: Look, locks: LockRepository) -> None:
    look(locks.path)
    locks.rename_branch("main", "trunk")
    locks.set_head("trunk")
    assert look(locks.path).branch == "trunk"
    locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)


def test_a_named_branch_that_is_gone_and_comes_back(look: Look, locks: LockRepository) -> None:
    locks.fork("prod")
    assert look(locks.path, branch="prod").branch == "prod"
    locks.delete_branch("prod")
    with pytest.raises(RepositoryError, match="There is no branch prod"):
        look(locks.path, branch="prod")
    locks.fork("prod")
    claim = locks.claim("aws", "env-2", branch="prod")
    assert claims_of(look(locks.path, branch="prod"))["aws/claimed/env-2"] == claim


def test_branches_are_kept_apart(look: Look, locks: LockRepository) -> None:
    locks.fork("prod")
    locks.claim("aws", "env-2", branch="prod")
    for _look in range(2):
        assert states_of(look(locks.path))["aws/env-2"] == "unclaimed"
        assert states_of(look(locks.path, branch="prod"))["aws/env-2"] == "claimed"


def test_a_merge_of_a_branch_that_left_long_before_the_last_look(
    look: Look, locks: LockRepository, recorder: GitRecorder
) -> None:
    locks.add("aws", "env-3")
    locks.fork("people")
    claim = locks.claim("aws", "env-3", branch="people")
    grow(locks, 300)
    look(locks.path)
    locks.merge("people")
    recorder.clear()
    assert claims_of(look(locks.path)) == {**expected_claims(locks), "aws/claimed/env-3": claim}


def test_a_merge_that_claims_by_itself(look: Look, locks: LockRepository) -> None:
    locks.fork("people")
    locks.add("aws", "env-4", branch="people")
    merge = locks.merge(
        "people", files={"aws/unclaimed/env-2": None, "aws/claimed/env-2": "a", "aws/claimed/env-9": "b"}
    )
    snapshot = look(locks.path)
    assert {path: snapshot.claims[path].commit for path in ("aws/claimed/env-2", "aws/claimed/env-9")} == dict.fromkeys(
        ("aws/claimed/env-2", "aws/claimed/env-9"), merge
    )
    assert not snapshot.claims["aws/claimed/env-2"].alone
    assert snapshot.claims["aws/claimed/env-1"].alone


def test_clocks_that_go_wrong(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    """A side branch dated far in the future, and a claim below it: plain log shows parents before their children."""
    locks.add("aws", "env-3")
    claim = locks.claim("aws", "env-3", at=2_000_000_000)
    locks.fork("side")
    for number in range(5):
        locks.add("aws", f"late-{number}", at=2_000_000_100 + number, branch="side")
    for number in range(5):
        locks.add("gcp", f"early-{number}", at=1_000_000_000 + number)
    locks.merge("side", at=2_100_000_000)
    locks.claim("aws", "late-1", at=1_000_000_500)
    snapshot = look(locks.path)
    assert claims_of(snapshot) == expected_claims(locks)
    assert snapshot.claims["aws/claimed/env-3"].commit == claim
    assert any("--topo-order" in call for call in recorder.calls())


def test_mirrors_do_not_grow_forever(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    most = 0
    for round_ in range(120):
        locks.claim("aws", "env-2") if round_ % 2 == 0 else locks.release("aws", "env-2")
        assert claims_of(look(locks.path)) == expected_claims(locks)
        most = max(most, len(list(look.mirror.glob("objects/pack/*.pack"))))
    assert most <= 51
    assert recorder.network().count("fetch") <= 121
    assert {path.name for path in look.folder.iterdir()} == {"lock", "snapshot.json", "mirror.git"}


def test_a_deep_look_leaves_a_small_mirror(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    grow(locks, 400)
    look(locks.path)
    assert max(recorder.depths()) >= 4096
    shallow = (look.mirror / "shallow").read_text().split()
    assert shallow == [locks.commit_of("main~63")]
    locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)


def test_a_repository_of_another_hash(look: Look, locks: LockRepository) -> None:
    new = locks.path.parent / "sha256.git"
    git("init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", str(new))
    stream = git("fast-export", "main", folder=locks.path)
    git("fast-import", "--quiet", folder=new, given=stream)
    for _look in range(2):
        snapshot = look(new)
        assert len(snapshot.commit) == 64
        assert [len(commit) for commit in claims_of(snapshot).values()] == [64]
    git("update-ref", "refs/heads/main", "main~1", folder=new)
    assert claims_of(look(new)) == {}
