# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of a module that is killed at a git command or after some time."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..duration import LONG
from ..module_process import Runner, result_of
from ..running import COLLECTIONS, Workplace

TIMEOUT = 60.0
ONLY_READING = ("version", "config", "cat-file", "ls-tree", "log")

# before: the run dies before git does anything. after: when git is done. orphan: the run dies, git continues alone.
# midway: both die while git runs.
HOWS = ("before", "after", "orphan", "midway")
GIT = """\
#!/bin/bash
mkdir {log}.$$
echo "$*" > {log}.$$/command
number=1
until mv -T {log}.$$ {log}/$number 2>/dev/null; do number=$((number + 1)); done
how=$(cat {plan} 2>/dev/null)
[ "${{how%% *}}" = "$number" ] || exec {git} "$@"
touch {reached}
case "${{how##* }}" in
    before) kill -9 $PPID; exit 137 ;;
    after) {git} "$@" <&0; kill -9 $PPID; exit 137 ;;
    orphan) kill -9 $PPID; exec {git} "$@" ;;
    midway) {git} "$@" <&0 & sleep 0.00$((RANDOM % 10)); kill -9 $PPID; kill -9 $!; wait $!; exit 137 ;;
esac
"""


def ways_to_be_killed(number: int, steps: Sequence[str]) -> Sequence[str]:
    """Return the ways to kill a run at a step, whose number counts from 1: all of them for the push.

    A step that only reads leaves nothing behind, so one of each kind is enough, unless POOLBOY_LONG=1 is set.
    """
    commands = [step.split()[0] for step in steps[:number]]
    if commands[-1] in ONLY_READING:
        return HOWS[-1:] if LONG or commands[-1] not in commands[:-1] else ()
    return HOWS if LONG or commands[-1] == "push" else (HOWS[number % len(HOWS)],)


@dataclass
class Killer:
    """Runs the module with a git that kills it at a given command."""

    runner: Runner
    module: str
    place: Workplace
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.log, self.plan, self.reached = (self.folder / name for name in ("log", "plan", "reached"))
        wrapper = self.folder / "git"
        names = {"log": self.log, "plan": self.plan, "reached": self.reached, "git": shutil.which("git")}
        wrapper.write_text(GIT.format(**names))
        wrapper.chmod(0o755)

    def run(self, options: Mapping[str, Any], *, at: tuple[int, str] | None = None) -> dict[str, Any] | None:
        """Run, killed at the git command of a number from 1; return None if it was killed."""
        return self._run(options, at, None)

    def run_for(self, options: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """Run, killed after `seconds`; return None if it was killed."""
        return self._run(options, None, seconds)

    def steps(self) -> list[str]:
        """Return the git commands of the last run."""
        order = sorted(self.log.iterdir(), key=lambda step: int(step.name))
        return [(step / "command").read_text().strip() for step in order]

    def _prepare(self, at: tuple[int, str] | None) -> None:
        shutil.rmtree(self.log, ignore_errors=True)
        self.log.mkdir()
        for path in (self.plan, self.reached):
            path.unlink(missing_ok=True)
        if at is not None:
            self.plan.write_text(f"{at[0]} {at[1]}")

    def _run(
        self, options: Mapping[str, Any], at: tuple[int, str] | None, seconds: float | None
    ) -> dict[str, Any] | None:
        self._prepare(at)
        path = os.pathsep.join([str(self.folder), self.place.variables["PATH"]])
        variables = {**self.place.variables, "PATH": path, "PYTHONPATH": str(COLLECTIONS)}
        told = self.runner.run(
            self.module, options, environment=variables, folder=self.place.folder, kill_after=seconds
        )
        result = result_of(told)
        self._settle()
        assert not result.get("hung"), "the run never ends"
        return None if result.get("killed") else result

    def _settle(self) -> None:
        """Wait for the git processes that the killed run left behind, here and on the server.

        One look can miss a process whose parent ends during it, so two in a row must find none.
        """
        until = time.monotonic() + TIMEOUT
        empty_looks = 0
        while empty_looks < 2:
            assert time.monotonic() < until, "a git, or what has started it, never ends"
            is_left = any(self._mine(folder) for folder in Path("/proc").glob("[0-9]*"))
            empty_looks = 0 if is_left else empty_looks + 1
            time.sleep(0.01)

    def _mine(self, process: Path) -> bool:
        try:
            return str(self.place.folder.parent).encode() in (process / "cmdline").read_bytes()
        except OSError:
            return False


class KillGround(Protocol):
    """Runs that can be killed, each in a place of its own."""

    def fresh(self) -> tuple[Killer, Path, dict[str, Any]]:
        """Return a killer in a new place, the repository and the options of the run there."""

    def check(self, killer: Killer, repository: Path, options: dict[str, Any], /) -> None:
        """Fail the test unless the next run in this place puts everything right."""


def kill_at_every_step(ground: KillGround, steps: Sequence[str]) -> None:
    """Kill a new run at each of the git commands that an undisturbed one takes, in each way, and check what is left."""
    reached = tried = 0
    for number, step in enumerate(steps, start=1):
        for how in ways_to_be_killed(number, steps):
            print(f"killed at step {number} of {len(steps)}, {how}: git {step[:70]}")
            killer, repository, options = ground.fresh()
            result = killer.run(options, at=(number, how))
            # A git that the run itself ends before it has begun kills nobody.
            assert killer.reached.exists() or result is not None
            reached += killer.reached.exists()
            tried += 1
            ground.check(killer, repository, options)
    assert reached > tried * 0.6
