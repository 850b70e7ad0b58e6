# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a killed run leaves behind, the next run ends as after an undisturbed one."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...lockrepo.git_command import git
from ..duration import LONG
from ..module_process import Runner
from ..running import Workplace
from .killer import HOWS, Killer, kill_at_every_step
from .reading import check_whole, files, subjects, tip

SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
RANDOM_KILLS = 16 if LONG else 3
# With a cache a run takes more steps; both are killed at every step.
GROUNDS = ["cold", "warm"] if LONG else ["warm"]
RELEASED = ["unclaiming: env-1", "unclaiming: env-2", "unclaiming: env-5"]


@dataclass
class Ground:
    """A repository and a machine that can be restored to their first state."""

    runner: Runner
    folder: Path
    original: Path
    warm: Path | None = None
    number: int = 0
    base: str = ""
    expected: dict[str, str] = field(default_factory=dict)

    def fresh(self) -> tuple[Killer, Path, dict[str, Any]]:
        self.number += 1
        home = self.folder / str(self.number)
        repository = home / "locks.git"
        shutil.copytree(self.original, repository)
        place = Workplace(home / "machine")
        # The cache knows a repository by its address, so a warm one is made again for each place.
        killer = Killer(self.runner, "concourse_pool_clean", place, home / "killer")
        options = {"repo": repository.as_uri(), "pools": "aws", "no_concourse": "stale"}
        if self.warm is not None:
            assert killer.run({**options, "_ansible_check_mode": True}) is not None
            git("update-ref", "refs/heads/main", "refs/heads/next", folder=repository)
        return killer, repository, options

    def check(self, killer: Killer, repository: Path, options: dict[str, Any]) -> None:
        """Check that the next run ends as it should, and that a third run has nothing to fetch or to do."""
        assert tip(repository) == self.base or subjects(repository, self.base) == RELEASED, "all or nothing"
        result = killer.run(options)
        assert result is not None
        assert not result.get("failed"), result.get("msg")
        assert files(repository) == self.expected
        assert subjects(repository, self.base) == RELEASED, "each lock once"
        check_whole(repository)
        third = killer.run(options)
        assert third is not None
        assert third["changed"] is False
        assert [step.split()[0] for step in killer.steps()] == ["ls-remote"], "what is kept is of use"
        left = [path for path in killer.place.cache.rglob("*") if path.name.endswith(".lock") or path.name[:4] in TRASH]
        assert left == []
        assert killer.place.leftovers() == []


# What has a name of its own until it is whole, and is removed by the next run.
TRASH = ("new-", "old-", "tmp_")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    made = Runner()
    yield made
    made.close()


@pytest.fixture(params=["cold", "warm"])
def ground(request: pytest.FixtureRequest, tmp_path: Path, locks: LockRepository, runner: Runner) -> Ground:
    """Three locks to release; `warm` has a cache from before the last commits."""
    locks.fork("old")
    locks.add("aws", "env-5")
    locks.claim("aws", "env-5", message="claiming: env-5")
    locks.fork("next")
    if request.param == "warm":
        locks.force("old", branch="main")
    made = Ground(runner, tmp_path / "grounds", locks.path, warm=tmp_path if request.param == "warm" else None)
    made.base = locks.commit_of("next")
    killer, repository, options = made.fresh()
    result = killer.run(options)
    assert result is not None
    assert len(result["released"]) == len(RELEASED)
    made.expected = files(repository)
    return made


def test_at_every_step_of_git(ground: Ground) -> None:
    killer, _repository, options = ground.fresh()
    assert killer.run(options) is not None
    steps = killer.steps()
    assert {"push", "ls-remote"} <= {step.split()[0] for step in steps}
    kill_at_every_step(ground, steps)


@pytest.mark.parametrize("ground", GROUNDS, indirect=True)
def test_at_any_moment(ground: Ground) -> None:
    print(f"POOLBOY_SEED={SEED}")
    dice = random.Random(SEED)
    killer, repository, options = ground.fresh()
    started = time.monotonic()
    killer.run(options)
    longest = time.monotonic() - started
    killed = 0
    for _count in range(RANDOM_KILLS * 6):
        killer, repository, options = ground.fresh()
        seconds = longest * (0.3 + 0.8 * dice.random())
        print(f"killed after {seconds:.3f} s")
        if killer.run_for(options, seconds) is None:
            killed += 1
        else:
            longest = min(longest, seconds)  # the machine is quicker by now
        ground.check(killer, repository, options)
        if killed >= RANDOM_KILLS:
            return
    raise AssertionError(f"only {killed} runs were killed")


HOOK = """\
#!/bin/sh
[ -e {armed} ] || exit 0
rm {armed}
kill -9 $(cat {pids})
exit 0
"""


@pytest.mark.parametrize("ground", GROUNDS, indirect=True)
@pytest.mark.parametrize("hook", ["pre-receive", "update", "reference-transaction", "post-receive"])
def test_while_the_server_is_at_the_push(ground: Ground, hook: str) -> None:
    """The run and its git are killed; the server continues alone."""
    killer, repository, options = ground.fresh()
    armed, pids = killer.folder / "armed", killer.folder / "pids"
    wrapper = killer.folder / "git"
    arming = f'[ "$1" = push ] && {{ echo $PPID $$ > {pids}; touch {armed}; }}\n'
    lines = wrapper.read_text().splitlines(keepends=True)
    wrapper.write_text("".join([lines[0], arming, *lines[1:]]))
    script = repository / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(HOOK.format(armed=armed, pids=pids))
    script.chmod(0o755)
    assert killer.run(options) is None
    assert not armed.exists()
    ground.check(killer, repository, options)


@pytest.mark.parametrize("ground", GROUNDS, indirect=True)
def test_several_times_in_a_row(ground: Ground) -> None:
    """Killed at one step after the other without a whole run in between."""
    killer, repository, options = ground.fresh()
    step = 1
    while killer.run(options, at=(step, HOWS[step % len(HOWS)])) is None:
        step += 1
        assert step < 40
    ground.check(killer, repository, options)
