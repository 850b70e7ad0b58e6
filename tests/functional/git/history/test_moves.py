# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each commit since a time did to the locks of some pools, in real repositories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import read_holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, grow, open_history
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import open_repository, release
from ansible_collections.poolboy.concourse.tests.lockrepo import Folder, LockRepository, Submodule
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text

Moves = Callable[..., list[str]]


@pytest.fixture
def moves(locks: LockRepository, look: Look) -> Moves:
    """Reads the moves as one run of a module does."""

    def read(since: float = 0, *pools: str) -> list[str]:
        return shown(read_moves(locks, look, since, *pools))

    return read


def read_moves(locks: LockRepository, look: Look, since: float, *pools: str) -> tuple[Move, ...]:
    with open_history(locks.url, look.cache_dir) as repository:
        repository.snapshot()
        return repository.moves(since=datetime.fromtimestamp(since, UTC), pools=pools or ("aws",))


def shown(moves: tuple[Move, ...]) -> list[str]:
    return [f"{move.kind} {move.pool}/{move.lock}" for move in moves]


def test_each_kind_oldest_first(locks: LockRepository, moves: Moves) -> None:
    began = locks.now + 1
    locks.claim("aws", "env-2")
    locks.release("aws", "env-1")
    locks.add("aws", "env-3")
    locks.update("aws", "env-2", "other content")
    locks.remove("aws", "env-2")
    locks.remove("aws", "env-3", state="unclaimed")
    locks.add("aws", "env-4", state="claimed")
    locks.commit({"README.md": "x", "aws/.pending-triggers": "3\n", "aws/unclaimed/.gitkeep": "x"})
    assert moves(began) == [
        "claimed aws/env-2",
        "released aws/env-1",
        "added aws/env-3",
        "removed aws/env-2",
        "removed aws/env-3",
        "added aws/env-4",
    ]


def test_what_a_move_tells(locks: LockRepository, look: Look) -> None:
    message = "claiming: env-2\nBuild URL: https://ci.test/teams/main/pipelines/p/jobs/j/builds/7 "
    commit = locks.claim("aws", "env-2", message=message)
    (move,) = read_moves(locks, look, locks.now)
    assert (move.commit, move.time) == (commit, datetime.fromtimestamp(locks.now, UTC))
    assert (move.was, move.now) == ("unclaimed", "claimed")
    holder = read_holder(move.claim, move.lock, "main")
    assert [str(build) for build in holder.references] == ["main/p/j 7"]


def test_a_commit_dated_in_the_very_second_counts(locks: LockRepository, moves: Moves) -> None:
    locks.claim("aws", "env-2")
    assert moves(locks.now) == ["claimed aws/env-2"]
    assert moves(locks.now + 1) == []


def test_to_another_pool_is_removed_here_and_added_there(locks: LockRepository, moves: Moves) -> None:
    began = locks.now + 1
    locks.add_pool("broken")
    locks.move("aws", "env-1", "broken", state="claimed", to_state="unclaimed")
    assert moves(began) == ["removed aws/env-1"]
    assert moves(began, "broken", "aws") == ["removed aws/env-1", "added broken/env-1"]


def test_a_renamed_lock_and_a_commit_of_several(locks: LockRepository, moves: Moves, look: Look) -> None:
    began = locks.now + 1
    locks.commit(
        moves=[(b"aws/unclaimed/env-2", b"aws/claimed/env-2"), (b"aws/claimed/env-1", b"aws/claimed/env-one")],
        message="claiming: env-2",
    )
    assert moves(began) == ["removed aws/env-1", "claimed aws/env-2", "added aws/env-one"]
    found = {move.lock: move for move in read_moves(locks, look, began)}
    assert not found["env-2"].alone, "a build of a pool resource claims one lock"
    assert read_holder(found["env-2"].claim, "env-2", "main").kind == "person"


def test_modes_and_contents_are_no_moves_and_neither_is_what_is_no_lock(locks: LockRepository, moves: Moves) -> None:
    began = locks.now + 1
    blob = locks.tree()[b"aws/claimed/env-1"].name
    stream = b"commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 1\nx\nfrom refs/heads/main^0\n" % (began + 5)
    git("fast-import", "--quiet", folder=locks.path, given=stream + b"M 100755 %s aws/claimed/env-1\n" % blob.encode())
    locks.commit({"aws/unclaimed/env-2": "changed where it stands"})
    locks.commit({"aws/unclaimed/sub": Submodule(), "aws/unclaimed/folder": Folder({"x": "y"}), "aws/claimed/.x": "z"})
    locks.commit({"aws/deeper/unclaimed/env-9": "another pool", "laws/unclaimed/x": "y", "aws/other/x": "z"})
    assert moves(began) == []


def test_a_lock_in_both_folders_counts_as_claimed(locks: LockRepository, look: Look) -> None:
    began = locks.now + 1
    locks.commit({"aws/claimed/env-2": "twice"})
    locks.commit({"aws/unclaimed/env-2": None, "aws/claimed/env-2": None})
    first, second = read_moves(locks, look, began)
    assert (first.was, first.now) == (None, "claimed")
    assert (second.was, second.now) == ("claimed", None)


def test_the_pool_at_the_top(locks: LockRepository, moves: Moves) -> None:
    began = locks.now + 1
    locks.commit({"unclaimed/x": "x"})
    locks.commit(moves=[(b"unclaimed/x", b"claimed/x")])
    assert moves(began, ".") == ["added ./x", "claimed ./x"]


def test_merges_bring_the_moves_of_their_lines_and_may_make_some_themselves(
    locks: LockRepository, moves: Moves
) -> None:
    began = locks.now + 1
    locks.fork("side")
    locks.add("aws", "env-5", branch="side")
    locks.claim("aws", "env-2")
    locks.merge("side")
    assert moves(began) == ["added aws/env-5", "claimed aws/env-2"]
    locks.fork("other")
    locks.add("aws", "env-6", branch="other")
    locks.merge("other", files={"aws/unclaimed/env-7": "from nowhere", "aws/claimed/env-2": None})
    assert moves(began)[2:] == ["added aws/env-6", "removed aws/env-2", "added aws/env-7"]


def test_an_old_line_that_was_merged_late(locks: LockRepository, moves: Moves) -> None:
    """The time of the commit decides, not that of the merge; and the long line beside it is followed to its end."""
    locks.fork("side")
    began = locks.now + 1
    grow(locks, 100)
    locks.add("aws", "env-8", branch="side", at=began + 10)
    locks.merge("side", at=began + 20_000)
    found = moves(began)
    assert len(found) == 201
    assert "added aws/env-8" in found


def test_clocks_that_go_back(locks: LockRepository, moves: Moves) -> None:
    grow(locks, 10)
    since = locks.now
    locks.claim("aws", "env-2", at=since + 100)
    for number in range(15):
        locks.commit({"README.md": f"{number}"}, at=since - 10_000)
    locks.commit({"README.md": "a little late"}, at=since - 299)
    locks.release("aws", "env-2", at=since + 50)
    assert moves(since)[-2:] == ["claimed aws/env-2", "released aws/env-2"]


@pytest.mark.parametrize("rounds", [0, 20, 3000])
def test_nothing_is_fetched_or_read_that_is_not_needed(
    locks: LockRepository, look: Look, recorder: GitRecorder, rounds: int
) -> None:
    grow(locks, rounds)
    locks.now += 4000
    began = locks.now
    grow(locks, 20)
    with open_history(locks.url, look.cache_dir) as repository:
        repository.snapshot()
        recorder.clear()
        assert len(repository.moves(since=datetime.fromtimestamp(began, UTC), pools=["aws"])) == 40
        assert recorder.depths() in ([], [64])
        recorder.clear()
        repository.moves(since=datetime.fromtimestamp(began, UTC), pools=["aws"])
        assert recorder.commands() == ["log", "cat-file"]


def test_the_end_of_what_was_fetched_is_no_evidence(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    locks.release("aws", "env-1")  # else the look itself goes back to its claim
    grow(locks, 1000)
    began = locks.now - 1400 * 60
    look(locks.url)
    found = read_moves(locks, look, began)
    assert len(found) == 1401
    assert recorder.depths() == [1, 64, 512, 4096]
    assert [move.kind for move in found[:3]] == ["released", "claimed", "released"]
    assert found[0].commit == git_text("rev-parse", "main~1400", folder=locks.path)


def test_back_to_the_first_commit(locks: LockRepository, moves: Moves) -> None:
    assert moves(0) == ["added aws/env-1", "added aws/env-2", "claimed aws/env-1"]


def test_the_snapshot_stays_the_tip_though_others_push(locks: LockRepository, look: Look) -> None:
    with open_history(locks.url, look.cache_dir) as repository:
        repository.snapshot()
        grow(locks, 300)
        before = repository.moves(since=datetime.fromtimestamp(0, UTC), pools=["aws"])
        assert shown(before) == ["added aws/env-1", "added aws/env-2", "claimed aws/env-1"]
        repository.snapshot()
        assert len(repository.moves(since=datetime.fromtimestamp(0, UTC), pools=["aws"])) == 603


def test_after_a_push_of_our_own(locks: LockRepository, look: Look) -> None:
    with open_history(locks.url, look.cache_dir) as repository:
        with open_repository(locks.url, look.cache_dir) as store:
            release(store)
        repository.snapshot()
        assert shown(repository.moves(since=datetime.fromtimestamp(0, UTC), pools=["aws"]))[-1] == "released aws/env-1"


def test_a_mirror_that_is_gone_or_broken(locks: LockRepository, look: Look, moves: Moves) -> None:
    expected = moves(0)
    for file in look.mirror.glob("objects/pack/*"):
        file.chmod(0o600)
        file.write_bytes(b"x")
    assert moves(0) == expected
    look.mirror.rename(look.mirror.with_name("elsewhere"))
    assert moves(0) == expected


def test_a_repository_that_is_itself_shallow(locks: LockRepository, look: Look, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow.git"
    grow(locks, 10)
    git("clone", "--quiet", "--bare", "--depth=5", locks.url, str(shallow))
    with open_history(shallow.as_uri(), look.cache_dir) as repository, pytest.raises(RepositoryError) as raised:
        repository.moves(since=datetime.fromtimestamp(0, UTC), pools=["aws"])
    assert "shallow clone" in str(raised.value)


def test_no_pool_asks_nothing(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    with open_history(locks.url, look.cache_dir) as repository:
        repository.snapshot()
        recorder.clear()
        assert repository.moves(since=datetime.now(UTC), pools=[]) == ()
        assert recorder.commands() == []
