# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds in which builds claim locks: random histories on the emulator, and the recorded one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ....plugins.module_utils._core.claim.claim import Claim
from ....plugins.module_utils._core.handoff.former_configuration import STARTS_AFTER_CHANGE
from ...atc import Emulator, Replay
from ...lockrepo.git_command import git
from .changes import Change
from .history import History
from .in_process import ADDRESS, Asker

START = 1_790_000_000
# Seconds after which every build has started with the first configuration.
SETTLED = 2 * STARTS_AFTER_CHANGE
CONTRACT = Path(__file__).parents[2] / "contract"


@dataclass
class World:
    """A Concourse, and the claims of its locks by name."""

    asker: Asker
    claims: dict[str, Claim]


def recorded_world(folder: Path) -> World:
    """Return the recorded world with the claims of its repository."""
    replay = Replay(CONTRACT / "world.json")
    repository = folder / "locks.git"
    git("clone", "--quiet", "--bare", "--branch", "main", str(CONTRACT / "locks.bundle"), str(repository))
    claims = {}
    for path in git("ls-tree", "-r", "--name-only", "main", folder=repository).decode().split():
        pool, _claimed, name = path.rpartition("/claimed/")
        if pool and name != ".gitkeep":
            found = "-1", "--diff-filter=A", "--format=%H%n%ct%n%an%n%B", "main", "--", path
            commit, time, author, message = git("log", *found, folder=repository).decode().split("\n", 3)
            claims[f"{pool}/{name}"] = Claim(commit, int(time), author, message.rstrip("\n"))
    return World(Asker(replay, replay.user, replay.user), claims)


def random_world(random: Random) -> World:
    """Return a pipeline in which some builds have claimed locks, and others continue with them."""
    history = _random_history(random, settled=SETTLED)
    if random.random() < 0.15:
        history.change_names()
    return _world(history)


def abandoned_world(random: Random, change: Change) -> World:
    """Return such a pipeline after a change; none of its builds is active any more."""
    history = _random_history(random)
    history.end_all()
    history.atc.advance_time(60)
    change(random, history.atc, history.config)
    history.end_all()
    return _world(history)


def changed_worlds(random: Random, change: Change) -> tuple[Callable[[], World], Callable[[], World]]:
    """Return how to make such a pipeline, and how to change it then; its builds go on."""
    history = _random_history(random, settled=SETTLED)

    def after() -> World:
        history.atc.advance_time(60)
        change(random, history.atc, history.config)
        return _world(history)

    return lambda: _world(history), after


def _world(history: History) -> World:
    return World(Asker(history.atc, "admin", "admin"), history.claims)


def _random_history(random: Random, settled: int = 0) -> History:
    atc = Emulator()
    atc.set_time(START)
    atc.change_settings(external_url=ADDRESS)
    atc.set_user("admin", "admin")
    atc.set_team("main", {"owner": ["local:admin"]})
    history = History(random, atc)
    history.configure()
    atc.advance_time(settled)
    for _round in range(random.randint(2, 4)):
        history.claim()
        for _step in range(random.randint(0, 5)):
            history.go_on()
    return history
