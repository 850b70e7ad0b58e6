# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generator's expected state, compared with the repository as plain git reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import FORMATS, KINDS, Truth, generate
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text

SEEDS = (1, 2, 3, 4)
COMMITS, OLDEST, LONGEST_WINDOW = 2_000, 1_500, 12
CHECKOUT = Path(__file__).parents[3].absolute()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@pytest.fixture(scope="module", params=SEEDS)
def truth(request: pytest.FixtureRequest, folder: Path) -> Truth:
    return _generated(folder, request.param)


@cache
def _generated(folder: Path, seed: int) -> Truth:
    return generate(
        folder / f"seed-{seed}.git",
        locks=40,
        claimed=30,
        commits=COMMITS,
        oldest_claim_depth=OLDEST,
        seed=seed,
        merges=25,
    )


def test_each_claim_is_the_commit_that_git_names(truth: Truth) -> None:
    assert len(truth.claimed) == 30
    for lock in truth.claimed:
        path = f":(literal){lock.path}"
        said = git_text("log", "-1", "--diff-filter=A", "--format=%H %ct", "--", path, folder=truth.path)
        assert said == f"{lock.commit} {lock.claimed_at}", lock


def test_the_state_of_each_lock_is_that_of_the_tree(truth: Truth) -> None:
    paths = git("ls-tree", "-r", "-z", "--name-only", "HEAD", folder=truth.path).decode().split("\0")[:-1]
    files = {path for path in paths if "/claimed/" in path or "/unclaimed/" in path}
    kept = {f"{pool}/{state}/.gitkeep" for pool in truth.pools for state in ("claimed", "unclaimed")}
    assert files - kept == {lock.path for lock in truth.locks}
    assert kept < files
    assert len(truth.locks) == 40


def test_the_history_is_sound_and_has_the_size_asked_for(truth: Truth) -> None:
    git("fsck", "--strict", "--no-dangling", folder=truth.path)
    assert git_text("rev-parse", "HEAD", folder=truth.path) == truth.head
    assert git_text("rev-list", "--count", "HEAD", folder=truth.path) == str(COMMITS)
    assert git_text("for-each-ref", "--format=%(refname)", folder=truth.path) == "refs/heads/main"
    merges = git_text("rev-list", "--merges", "--parents", "HEAD", folder=truth.path).splitlines()
    assert len(merges) > 10


def test_the_oldest_claim_is_as_deep_as_asked(truth: Truth) -> None:
    depths = [int(git_text("rev-list", "--count", f"{lock.commit}..HEAD", folder=truth.path)) for lock in truth.claimed]
    assert OLDEST <= max(depths) <= OLDEST + LONGEST_WINDOW  # commits beside it on a side branch count too
    assert min(depths) < 50


def test_every_kind_of_claim_occurs_and_its_message_names_the_holder(truth: Truth) -> None:
    assert {lock.format for lock in truth.claimed} == set(KINDS)
    for lock in truth.claimed:
        message = git_text("log", "-1", "--format=%B", str(lock.commit), folder=truth.path)
        holder = lock.holder
        assert holder is not None
        if holder.kind == "person":
            assert lock.format not in FORMATS
        else:
            assert f"claiming: {lock.name}" in message or f"adding claimed: {lock.name}" in message
            names = [holder.team, holder.pipeline, holder.job, holder.build, holder.build_id, holder.base_url]
            assert all(str(name) in message for name in names if name is not None)
            assert any(name is not None for name in names) == (holder.kind == "build")


def test_the_hard_cases_occur(folder: Path) -> None:
    found = dict.fromkeys(("merged from the side", "several at once", "added as claimed", "touched later", "shared"), 0)
    backwards = rebased = early = 0
    for seed in SEEDS:
        truth = _generated(folder, seed)
        first_parents = git_text("rev-list", "--first-parent", "HEAD", folder=truth.path).split()
        builds = [lock.holder for lock in truth.claimed if lock.holder and lock.holder.kind == "build"]
        commits = [lock.commit for lock in truth.claimed]
        found["shared"] += any(builds.count(build) > 1 for build in builds)
        found["several at once"] += len(commits) > len(set(commits))
        for lock in truth.claimed:
            subject = git_text("log", "-1", "--format=%s", str(lock.commit), folder=truth.path)
            last = git_text("log", "-1", "--format=%H", "--", f":(literal){lock.path}", folder=truth.path)
            found["merged from the side"] += lock.commit not in first_parents
            found["added as claimed"] += "adding claimed" in subject
            found["touched later"] += last != lock.commit
        merges = git_text("log", "--merges", "--format=%s", folder=truth.path)
        backwards += merges.count("Merge branch 'main' of")
        times = git_text("log", "--first-parent", "--format=%at %ct", folder=truth.path).splitlines()
        authored, committed = zip(*(map(int, line.split()) for line in times), strict=True)
        rebased += sum(one < other for one, other in zip(authored, committed, strict=True))
        early += sum(newer < older for newer, older in pairwise(committed))
    assert all(found.values()), found
    assert backwards
    assert rebased
    assert early


def test_the_same_seed_writes_the_same_repository(folder: Path) -> None:
    def small(name: str, seed: int) -> Truth:
        return generate(folder / name, locks=12, claimed=6, commits=300, oldest_claim_depth=200, seed=seed)

    first, second, other = small("first.git", 7), small("second.git", 7), small("other.git", 8)
    assert first.as_dict() | {"path": ""} == second.as_dict() | {"path": ""}
    assert other.head != first.head


def test_pools_formats_branch_and_time_can_be_chosen(tmp_path: Path) -> None:
    truth = generate(
        tmp_path / "chosen.git",
        locks=6,
        claimed=6,
        commits=60,
        oldest_claim_depth=30,
        seed=1,
        pools=["a/b", "c"],
        formats=["team", "manual"],
        merges=0,
        unrelated_files=0,
        branch="trunk",
        until=1_000_000_000,
    )
    assert truth.pools == ["a/b", "c", "spare"]
    assert {lock.format for lock in truth.claimed} == {"team", "manual"}
    assert git_text("symbolic-ref", "HEAD", folder=truth.path) == "refs/heads/trunk"
    assert 999_996_400 <= int(git_text("log", "-1", "--format=%ct", folder=truth.path)) <= 1_000_000_000
    assert not git_text("ls-tree", "HEAD", "--", "ci/versions", folder=truth.path)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"claimed": 5}, "5 of 4 locks"),
        ({"oldest_claim_depth": 99}, "99 commits below the tip"),
        ({"oldest_claim_depth": 1}, "too few for so many claims"),
        ({"formats": ["team", "smoke"]}, "unknown formats: smoke"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, object], words: str) -> None:
    options: dict[str, object] = {
        "locks": 4,
        "claimed": 4,
        "commits": 100,
        "oldest_claim_depth": 50,
        "formats": ["team"],
    }
    with pytest.raises(ValueError, match=words):
        generate(tmp_path / "refused.git", seed=1, **(options | wrong))  # type: ignore[arg-type]
    assert not (tmp_path / "refused.git").exists()


def test_the_command_writes_repository_and_truth(tmp_path: Path) -> None:
    repository, file = tmp_path / "locks.git", tmp_path / "truth.json"
    sizes = ["--locks", "10", "--claimed", "4", "--commits", "100", "--oldest", "50", "--seed", "3"]
    command = [sys.executable, "-m", "tests.lockrepo", str(repository), *sizes, "--truth", str(file)]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60, env={**os.environ}
    )
    assert done.stdout.strip() == f"{repository}: 100 commits, 10 locks, 4 of them claimed"
    truth = json.loads(file.read_text())
    assert truth["head"] == git_text("rev-parse", "main", folder=repository)
    assert [lock["state"] for lock in truth["locks"]].count("claimed") == 4
