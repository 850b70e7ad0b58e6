# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""20 actors want the locks of one pool: plays, people and builds claim, wait and extend while three cleaners run.

POOLBOY_CLAIMS is how many claims the actors make altogether (24, or 1,000 with POOLBOY_LONG=1); POOLBOY_SEED repeats
the decisions of a failed run.
"""

from __future__ import annotations

import os
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from ...lockrepo import LockRepository
from ..clean.actors.cleaner import Cleaner
from ..clean.actors.faults import Faults
from ..clean.actors.judging.ledger import Ledger
from ..clean.actors.lock_clients import CloneClient, PlumbingClient
from ..clean.reading import files, locks_in, tip
from ..duration import LONG
from ..module_process import Runner, result_of
from ..running import Workplace
from .actors.owner import SHORT, Owner
from .actors.replay import Replay
from .actors.resource import POOL, Resource
from .actors.users import Users

CLAIMS = int(os.environ.get("POOLBOY_CLAIMS", "1000" if LONG else "24"))
SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
LOCKS = 5
BUILDS = 8  # jobs that claim by the pool resource
WITH_A_CLONE = 2  # of these
CLEANERS = 3
TIMEOUT = 120.0 + 3 * CLAIMS
PAUSE = 0.3  # seconds between two runs of a cleaner
KILLED = 4  # of a hundred runs
# The plays that claim by the module: what is special about each.
PLAYS: tuple[dict[str, Any], ...] = (
    {"wait": 30},  # by ansible itself
    {},
    {},
    {"count": 2},
    {"count": 2, "wait": 20},
    {"wait": 60},
    {"wait": 20},
    {"extends": True},
    {"extends": True, "wait": 20},
)


class Actor(Protocol):
    """Claims locks until the ledger has enough claims."""

    name: str

    def play(self) -> None: ...


def test_no_lock_has_two_holders(tmp_path: Path) -> None:
    print(f"POOLBOY_SEED={SEED} POOLBOY_CLAIMS={CLAIMS}")
    locks = LockRepository(tmp_path / "served" / "locks.git")
    locks.commit({f"{POOL}/{state}/.gitkeep": "" for state in ("claimed", "unclaimed")})
    locks.commit({f"{POOL}/unclaimed/env-{number}": f"number: {number}\n" for number in range(LOCKS)})
    base, users, by_plays, by_builds = tip(locks.path), Users(), Ledger(CLAIMS // 2), Ledger(CLAIMS - CLAIMS // 2)
    faults = Faults(tmp_path, locks.path, None, SEED)
    started = time.monotonic()
    with ExitStack() as stack:
        cleaners = [stack.enter_context(cleaner(number, tmp_path, locks, faults)) for number in range(CLEANERS)]
        owners = [
            stack.enter_context(owner(number, tmp_path, locks, faults, by_plays, users)) for number in range(len(PLAYS))
        ]
        work([*owners, *(resource(number, tmp_path, locks, by_builds, users) for number in range(BUILDS))])
        at_work = time.monotonic() - started
        for one in cleaners:
            one.stop()
        faults.clear()
        clean_until_free(locks, cleaners[0])
    replay = Replay(locks.path, by_builds)
    replay.judge(base)
    tell(replay, owners, cleaners, at_work)
    assert replay.findings == []
    assert users.findings == []
    assert [finding for one in owners for finding in one.findings] == []
    assert by_builds.missing == [], "builds whose lock was taken away"
    pairs = {run: claims for run, claims in replay.runs.items() if run[0].startswith("count 2")}
    assert set(pairs.values()) <= {2}, f"two or none: {pairs}"
    assert locks_in(files(locks.path)) == {f"{POOL}/env-{number}": {"unclaimed"} for number in range(LOCKS)}
    check_that_it_proves_something(replay, owners, by_plays)
    failures = failures_of(owners, cleaners)
    # A push that was overtaken is planned again: the user gets no message.
    never = ("defect", "printed no JSON", "has just changed", "already exists")
    assert not any(words in message for message in failures for words in never), failures


def check_that_it_proves_something(replay: Replay, owners: Sequence[Owner], by_plays: Ledger) -> None:
    assert replay.counts["claims"] >= CLAIMS
    assert by_plays.counts["holds"] >= CLAIMS // 2
    for what in ("extensions", "releases by cleaners", "releases by owners", "releases by builds"):
        assert replay.counts[what] > 0, what
    assert any(run[0].startswith("count 2") for run in replay.runs)


@contextmanager
def owner(
    number: int, folder: Path, locks: LockRepository, faults: Faults, ledger: Ledger, users: Users
) -> Iterator[Owner]:
    """Number 0 runs real Ansible; the others fork, and every second one has an unreliable git."""
    special, dice = PLAYS[number], random.Random(f"{SEED} owner {number}")
    name = f"{' and '.join(f'{key} {value}' for key, value in special.items()) or 'plain'}, actor {number}"
    place = Workplace(folder / f"owner-{number}")
    given = {"repo": locks.url, "git_timeout": 30}
    if number == 0:

        def by_ansible(options: Mapping[str, Any]) -> dict[str, Any]:
            run = place.ad_hoc("concourse_pool_lock", {**given, **options})
            return {**run.values, "failed": run.code != 0}

        yield Owner(name, by_ansible, ledger, users, dice, **special)
        return
    environment = dict(place.variables)
    if number % 2:
        environment["PATH"] = os.pathsep.join([str(faults.folder), environment["PATH"]])
    runner = Runner()

    def by_a_fork(options: Mapping[str, Any]) -> dict[str, Any]:
        doomed = dice.randrange(100) < KILLED
        kill_after = dice.random() * 0.5 if doomed else None
        told = runner.run(
            "concourse_pool_lock", {**given, **options}, environment=environment, folder=folder, kill_after=kill_after
        )
        return result_of(told)

    try:
        yield Owner(name, by_a_fork, ledger, users, dice, **special)
    finally:
        runner.close()


def resource(number: int, folder: Path, locks: LockRepository, ledger: Ledger, users: Users) -> Resource:
    clones = number < WITH_A_CLONE
    client = CloneClient(locks.path, folder / f"clone-{number}") if clones else PlumbingClient(locks.path)
    return Resource(f"job-{number}", client, ledger, users, random.Random(f"{SEED} build {number}"))


@contextmanager
def cleaner(number: int, folder: Path, locks: LockRepository, faults: Faults) -> Iterator[Cleaner]:
    """Releases holds as soon as they have ended, and nothing else."""
    place = Workplace(folder / f"machine-{min(number, 1)}")
    options: dict[str, Any] = {
        "repo": locks.url,
        "git_timeout": 30,
        "pools": [POOL],
        "policy": {"expired": "release"},
        "no_concourse": "keep",
        "grace": 0,
        "git_author": f"cleaner-{number} <cleaner@localhost>",
    }
    path = os.pathsep.join([str(faults.folder), place.variables["PATH"]])
    dice = random.Random(f"{SEED} cleaner {number}")
    environment = {**place.variables, "PATH": path}
    with Cleaner(f"cleaner-{number}", options, environment, dice, killed=KILLED, pause=PAUSE) as made:
        yield made


def work(actors: Sequence[Actor]) -> None:
    """Let all actors play at once."""
    errors: list[str] = []

    def watched(play: Callable[[], None]) -> None:
        try:
            play()
        except BaseException:  # noqa: BLE001 - the test shows it
            errors.append(traceback.format_exc())

    threads = [threading.Thread(target=watched, args=(actor.play,), daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    until = time.monotonic() + TIMEOUT
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    assert errors == [], "\n".join(errors)
    assert not any(thread.is_alive() for thread in threads), "the actors do not come to an end"


def clean_until_free(locks: LockRepository, by: Cleaner) -> None:
    """Clean until the short holds that were left have ended and are released; not forever, if others are left."""
    until = time.monotonic() + SHORT + 30
    while any(state != {"unclaimed"} for state in locks_in(files(locks.path)).values()) and time.monotonic() < until:
        by.run_once()


def failures_of(owners: Sequence[Owner], cleaners: Sequence[Cleaner]) -> Counter[str]:
    """Return the errors of all runs."""
    return sum((one.failures for one in owners), sum((one.failures for one in cleaners), Counter[str]()))


def tell(replay: Replay, owners: Sequence[Owner], cleaners: Sequence[Cleaner], seconds: float) -> None:
    print(f"{dict(replay.counts)} in {seconds:.0f} s")
    for one in owners:
        print(f"{one.name}: {dict(one.outcomes)}")
    for cleaning in cleaners:
        print(f"{cleaning.name}: {cleaning.released} locks, {dict(cleaning.outcomes)}")
    for message, times in failures_of(owners, cleaners).most_common(20):
        print(f"    {times} x {message[:200]}")
    for finding in replay.findings[:20]:
        print(f"    {finding}")
