# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""200 locks and 20,000 commits in all formats, with merges: every claim is the one that the generator made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._git.refresh import depths as fetch_depths
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.remote import WHOLE_HISTORY
from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import Truth, generate
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    path = tmp_path_factory.mktemp("generated") / "locks.git"
    yield generate(path, locks=200, claimed=60, commits=20_000, oldest_claim_depth=15_000, seed=20, merges=60)
    shutil.rmtree(path)


def check(snapshot: Snapshot, truth: Truth) -> None:
    assert (snapshot.commit, snapshot.branch) == (truth.head, truth.branch)
    assert list(snapshot.pools) == list(truth.pools)
    found = {(lock.pool, lock.name, lock.state.value): snapshot.claims.get(lock.path) for lock in snapshot.locks}
    assert {key: claim and (claim.commit, claim.claimed_at) for key, claim in found.items()} == {
        (lock.pool, lock.name, lock.state): lock.commit and (lock.commit, lock.claimed_at) for lock in truth.locks
    }


def test_shallow_and_step_by_step_deeper(look: Look, truth: Truth, recorder: GitRecorder) -> None:
    check(look(truth.path), truth)
    assert recorder.depths() == [1, 64, 512, 4096, 32768]
    assert recorder.commands().count("log") <= 2 * len(recorder.depths())


def test_the_whole_history_at_once(look: Look, truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_depths, "LOCAL_DEPTHS", (WHOLE_HISTORY,))
    check(look(truth.path), truth)


def test_steps_of_any_size(look: Look, truth: Truth, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number, depths in enumerate(
        ((3, 500, 14_999, WHOLE_HISTORY), (15_000, 15_001, 15_002), (15_002, WHOLE_HISTORY))
    ):
        monkeypatch.setattr(fetch_depths, "LOCAL_DEPTHS", depths)
        check(look(truth.path, cache_dir=str(tmp_path / f"{number}")), truth)


def test_followed_as_it_grew(look: Look, truth: Truth, tmp_path: Path, recorder: GitRecorder) -> None:
    """Looks at forty moments of the history, or 160 with POOLBOY_LONG=1, each from what the one before had found."""
    growing = tmp_path / "growing.git"
    git("clone", "--quiet", "--bare", "--shared", str(truth.path), str(growing))
    commits = git_text("rev-list", "--reverse", "--first-parent", truth.branch, folder=truth.path).split()
    steps = [1, 2, 3, 60, 63, 64, 65, 66, 130, 600]
    at = len(commits) - (16 if LONG else 4) * sum(steps)
    while at < len(commits) - 1:
        at = min(at + steps[0], len(commits) - 1)
        steps = [*steps[1:], steps[0]]
        git("update-ref", f"refs/heads/{truth.branch}", commits[at], folder=growing)
        snapshot = look(growing)
    check(snapshot, truth)
    assert recorder.depths().count(1) == 1  # only once from the beginning
    (kept,) = look.cache_dir.glob("*/mirror.git")
    assert len(list(kept.glob("objects/pack/*.pack"))) < 52
