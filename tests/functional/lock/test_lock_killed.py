# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a killed claim, extension or release leaves behind, the next run of the owner finds what it has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...lockrepo.git_command import git
from ..clean.killer import Killer, kill_at_every_step
from ..clean.reading import check_whole, files, locks_in, subjects, tip
from ..duration import LONG
from ..git.recorder import NETWORK
from ..module_process import Runner
from ..running import Workplace
from .holding import CLAIM, MUCH_LATER

# The options of a run, the verbs of its commits, and the locks that the owner holds afterwards, None for any two.
RUNS: dict[str, tuple[dict[str, Any], list[str], set[str] | None]] = {
    "claim": ({**CLAIM, "count": 2}, ["claiming", "claiming"], None),
    "extend": ({**CLAIM, "owner": "bob", "until": MUCH_LATER}, ["removing", "adding claimed"], {"env-4"}),
    "release": ({"state": "unclaimed", "owner": "eve", "name": "all"}, ["unclaiming", "unclaiming"], set()),
}
HELD = {"env-4", "env-5", "env-6", "env-7"}


@dataclass
class Ground:
    """Copies of a repository and of a machine for one run each; `is_warm` says whether there is a cache already."""

    runner: Runner
    folder: Path
    original: Path
    case: str
    is_warm: bool
    number: int = 0

    def fresh(self) -> tuple[Killer, Path, dict[str, Any]]:
        self.number += 1
        home = self.folder / str(self.number)
        repository = home / "locks.git"
        shutil.copytree(self.original, repository)
        killer = Killer(self.runner, "concourse_pool_lock", Workplace(home / "machine"), home / "killer")
        options = {"repo": repository.as_uri(), "pool": "aws", **RUNS[self.case][0]}
        if self.is_warm:
            last = tip(repository)
            git("update-ref", "refs/heads/main", "main~1", folder=repository)
            assert killer.run({**options, "_ansible_check_mode": True}) is not None
            git("update-ref", "refs/heads/main", last, folder=repository)
        return killer, repository, options

    def check(self, killer: Killer, repository: Path, options: dict[str, Any]) -> None:
        """Check that the next run of the owner ends as an undisturbed one, and the one after it has nothing to do."""
        base, (_options, verbs, owned) = tip(self.original), RUNS[self.case]
        assert verbs_since(repository, base) in ([], verbs), "all or nothing"
        check_whole(repository)
        result = killer.run(options)
        assert result is not None
        assert not result.get("failed"), result.get("msg")
        assert verbs_since(repository, base) == verbs, "once"
        check_whole(repository)
        states = locks_in(files(repository))
        assert len(states) == len(locks_in(files(self.original)))
        assert all(len(found) == 1 for found in states.values()), "no lock is doubled"
        if owned != set():
            named = {lock["name"] for lock in result["locks"]}
            assert len(named) == 2 if owned is None else named == owned
            claimed = {name.removeprefix("aws/") for name, found in states.items() if found == {"claimed"}}
            assert claimed == HELD | named
            assert all(lock["owner"] == options["owner"] and lock["commit"] for lock in result["locks"])
        self._check_unchanged(killer, options, result)

    def _check_unchanged(self, killer: Killer, options: dict[str, Any], before: dict[str, Any]) -> None:
        third = killer.run(options)
        assert third is not None
        assert third["changed"] is False
        assert third["locks"] == (before["locks"] if options["state"] == "claimed" else [])
        assert [step for step in killer.steps() if step.split()[0] in NETWORK][1:] == [], "one request"
        assert killer.place.leftovers() == []


def verbs_since(repository: Path, base: str) -> list[str]:
    return [subject.partition(":")[0] for subject in subjects(repository, base)]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    made = Runner()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("case", "is_warm"),
    [("claim", True), ("release", True), *([("claim", False), ("extend", True)] if LONG else [])],
)
def test_at_every_step_of_git(
    tmp_path: Path, template: LockRepository, runner: Runner, case: str, is_warm: bool
) -> None:
    ground = Ground(runner, tmp_path / "grounds", template.path, case, is_warm)
    killer, repository, options = ground.fresh()
    assert killer.run(options) is not None
    steps = killer.steps()
    assert {"push", "ls-remote"} <= {step.split()[0] for step in steps}
    ground.check(killer, repository, options)
    kill_at_every_step(ground, steps)
