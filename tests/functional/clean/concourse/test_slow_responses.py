# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concourse is slow to respond about one lock: it ages no judgement of another lock, and keeps no other lock."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import CONNECTIONS
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.last_look import MAX_AGE

from ....scene import Scene
from ..actors.judging.moves import push_times
from ..actors.teams.pipelines import ALONE, pipeline
from ..reading import commits_since, tip
from ..runs import Clean, login, released

SLOW = MAX_AGE + 2  # seconds that a response takes
LATEST = 400  # matching requests, more than a run sends
HOOK = """\
#!/bin/bash
while read old new ref; do
    [ "$ref" = refs/heads/main ] && echo "$1 $EPOCHREALTIME $old $new" >> {log}
done
exit 0
"""


@pytest.fixture
def pushes(scene: Scene, tmp_path: Path) -> Path:
    """The server records in this file when it gets each push."""
    log = tmp_path / "pushes.log"
    hook = scene.locks.path / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(log=log))
    hook.chmod(0o755)
    log.touch()
    return log


@pytest.fixture
def dead(scene: Scene) -> Scene:
    """Two locks whose builds errored: `quick`, and `slow` of a pipeline of its own."""
    for name in ("quick", "slow"):
        scene.atc.set_pipeline(f"main/{name}", pipeline(ALONE, "aws"))
        leave_behind(scene, name, name)
    scene.atc.follow_wall_clock()
    return scene


def leave_behind(scene: Scene, name: str, pipeline_name: str) -> None:
    """Let a build claim a lock and lose its worker."""
    scene.locks.add("aws", name, at=scene.now)
    build = scene.start(f"main/{pipeline_name}", "claim")
    scene.wait(60)
    scene.claim(build, "env", f"aws/{name}")
    scene.wait(60)
    scene.finish(build, "errored")


def slow_down(scene: Scene, *, count: int) -> None:
    """Delay this number of responses about the build of `slow`, from the second look on."""
    for nth in range(2, 2 + count):
        scene.atc.add_fault("delay", seconds=SLOW, path="/pipelines/slow/jobs/claim/builds/1$", nth=nth)


def age_of(scene: Scene, name: str, pushes: Path, commit: str) -> float:
    """The seconds from the first request about a lock in the last look to the push of its release."""
    pushed = push_times(pushes)
    at = min(moment for moment in pushed.values()) if commit not in pushed else pushed[commit]
    asked: list[float] = [entry["time"] for entry in scene.atc.requests(path=f"/pipelines/{name}/jobs/claim/builds/1$")]
    return at - max(time for time in asked if time <= at)


def last_request_about(scene: Scene, name: str) -> str:
    """The path of the last request about a lock."""
    (build,) = scene.atc.list_builds(pipeline=f"main/{name}")
    path: str = scene.atc.requests(path=f"/pipelines/{name}(/|$)|/builds/{build['id']}(/|$)")[-1]["path"]
    return path


def test_a_slow_lock_ages_no_judgement_and_is_released_when_it_responds(
    clean: Clean, dead: Scene, pushes: Path
) -> None:
    slow_down(dead, count=1)
    base = tip(dead.locks.path)
    run = clean(**login(dead, pools="aws"))
    assert released(run) == {"aws/quick", "aws/slow"}
    commits = {commit.message.partition("\n")[0]: commit for commit in commits_since(dead.locks.path, base)}
    assert set(commits) == {"unclaiming: quick", "unclaiming: slow"}
    assert len(push_times(pushes)) == 2
    for name in ("quick", "slow"):
        assert age_of(dead, name, pushes, commits[f"unclaiming: {name}"].sha) <= MAX_AGE, name


def test_a_lock_that_is_always_slow_is_kept_and_named(clean: Clean, dead: Scene, pushes: Path) -> None:
    slow_down(dead, count=LATEST)
    base = tip(dead.locks.path)
    run = clean(**login(dead, pools="aws"))
    assert released(run) == {"aws/quick"}
    (commit,) = commits_since(dead.locks.path, base)
    assert age_of(dead, "quick", pushes, commit.sha) <= MAX_AGE
    assert last_request_about(dead, "slow").endswith("/builds/1"), "a look that has ended sends no more requests"
    assert run.warnings == [
        "Concourse responds too slowly to judge 1 lock again before the push, so the run keeps what it would have"
        " released: aws/slow."
    ]
    kept = run.locks["aws/slow"]
    assert (kept["action"], kept["verdict"]) == ("keep", "errored")
    assert kept["action_reason"] == "Concourse responds too slowly to judge it again before the push"
    assert any("aws/slow" not in line and "too slowly" in line for line in run.values["report"])


def test_more_slow_locks_than_threads_keep_no_other_lock(clean: Clean, dead: Scene) -> None:
    """They are asked about first, and occupy all connections until the look has ended."""
    dead.atc.set_time(dead.now)
    slow = [f"a-{number:02}" for number in range(CONNECTIONS)]
    for name in slow:
        leave_behind(dead, name, "slow")
    dead.atc.follow_wall_clock()
    for nth in range(CONNECTIONS + 2, LATEST):
        dead.atc.add_fault("delay", seconds=SLOW, path="/pipelines/slow/jobs/claim/builds/", nth=nth)
    started = time.monotonic()
    run = clean(**login(dead, pools="aws"))
    assert released(run) == {"aws/quick"}
    assert {name for name, lock in run.locks.items() if "too slowly" in lock["action_reason"]} == {
        "aws/slow",
        *(f"aws/{name}" for name in slow),
    }
    assert time.monotonic() - started < 4 * SLOW, "the run does not wait for the last responses"
