# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No lock is stolen: 20 teams work with one lock repository while three cleaners run and faults occur everywhere.

Builds claim in and out of order, one or two locks each. While they are at work, people rename pipelines, jobs and
steps, replace jobs, and archive pipelines.

POOLBOY_CLAIMS is how many locks the teams of a town claim altogether: 30, or 500 in each of four towns with
POOLBOY_LONG=1. POOLBOY_SEED repeats the decisions of a failed run.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ...atc import Emulator
from ...lockrepo import LockRepository
from ...lockrepo.git_command import git
from ..duration import LONG
from ..running import Workplace
from .actors.checker import Checker
from .actors.cleaner import Cleaner
from .actors.faults import Faults
from .actors.judging.judge import Findings, Judge
from .actors.judging.ledger import Ledger
from .actors.lock_clients import CloneClient, LockClient, PlumbingClient
from .actors.teams.pace import Pace
from .actors.teams.pipelines import SHAPES
from .actors.teams.rerunner import Rerunner
from .actors.teams.team import Team
from .actors.teams.team_pipeline import AN_HOUR, TeamPipeline
from .actors.teams.traffic import Traffic
from .reading import files, locks_in, tip

CLAIMS = int(os.environ.get("POOLBOY_CLAIMS", "500" if LONG else "30"))
# Several towns, as a town is slower the more builds it has seen.
TOWNS = 4 if LONG else 1
SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
TEAMS = 20
WITH_A_CLONE = 2  # teams that do all by git itself, in a clone of their own
POOLS = ("aws", "gcp", "cf")
LOCKS = 24  # in each pool
TIMEOUT = 300.0 + 3 * CLAIMS
MOST_ROUNDS = 40


@pytest.fixture
def atc() -> Iterator[Emulator]:
    """The cleaners are viewers; the test schedules the builds, some time after they could start."""
    with Emulator() as made:
        for number in range(3):
            made.set_user(f"cleaner-{number}", "pa55word")
        made.set_team("main", {"viewer": [f"local:cleaner-{number}" for number in range(3)]})
        made.change_settings(auto_schedule=False)
        yield made


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    repository = LockRepository(tmp_path / "served" / "locks.git")
    for pool in POOLS:
        for number in range(LOCKS):
            repository.add(pool, f"{pool}-{number}", at=int(time.time()) - 86_400)
    # The clients read loose objects and the loose branch, which git would pack after some thousand pushes.
    git("config", "gc.auto", "0", folder=repository.path)
    return repository


@pytest.mark.parametrize("seed", range(SEED, SEED + TOWNS), ids=[f"town {number}" for number in range(TOWNS)])
def test_no_lock_is_stolen(tmp_path: Path, atc: Emulator, locks: LockRepository, seed: int) -> None:
    print(f"POOLBOY_SEED={seed} POOLBOY_CLAIMS={CLAIMS}")
    base, ledger, traffic = tip(locks.path), Ledger(CLAIMS), Traffic()
    teams = [_team(number, seed, tmp_path, atc, locks, ledger, traffic) for number in range(TEAMS)]
    faults = Faults(tmp_path, locks.path, atc, seed)
    started = time.monotonic()
    with ExitStack() as stack:
        cleaners = [
            stack.enter_context(_cleaner(number, seed, tmp_path, atc, locks, faults, ledger)) for number in range(3)
        ]
        rerunner = Rerunner(faults.drafts, atc, ledger, random.Random(f"{seed} passer-by"))
        checker = stack.enter_context(_checking(atc, locks))
        with _scheduling(atc, seed) as scheduler:
            quiet = _quiet_moments(scheduler, faults, seed)
            with traffic.run_waves(random.Random(f"{seed} waves"), cleaners, quiet), rerunner.running():
                _work(teams)
        # Those too that the rerunner has started after the last one of their team had ended.
        checker.check()
        _finish_all(teams, atc)
        at_work = time.monotonic() - started
        for cleaner in cleaners:
            cleaner.stop()
        faults.clear()
        _let_an_hour_pass(atc, checker)
        # What the last check has found can start builds, too.
        _finish_all(teams, atc)
        rounds, held = _clean_until_quiet(cleaners)
        findings = Judge(locks.path, atc, ledger, faults.log).look_back(base)
        _tell(findings, ledger, cleaners, at_work, traffic.waves, rounds)
    assert findings.stolen == []
    assert findings.broken == []
    assert ledger.counts["claims"] >= CLAIMS
    claimed = {name for name, states in locks_in(files(locks.path)).items() if states != {"unclaimed"}}
    queued = {f"{lock['pool']}/{lock['name']}" for lock in held if _can_be_in_a_queue(lock, teams)}
    assert claimed - queued == set()
    assert len(claimed) <= max(2, ledger.counts["claims"] / 50)
    assert len(locks_in(files(locks.path))) == len(POOLS) * LOCKS
    assert findings.released > CLAIMS / 20, "the teams leave many locks behind, else this proves nothing"
    assert not any(cleaner.outcomes["hung"] for cleaner in cleaners)
    assert not any("defect" in message or "printed no JSON" in message for one in cleaners for message in one.failures)
    # On a busy machine a person can come too late to be seen; without the second look at Concourse nearly all would.
    assert len(findings.in_the_window) <= max(4, ledger.counts["re-runs at the worst moment"] / 2)
    assert atc.server.errors == []


def _team(
    number: int, seed: int, folder: Path, atc: Emulator, locks: LockRepository, ledger: Ledger, traffic: Traffic
) -> Team:
    client: LockClient = (
        CloneClient(locks.path, folder / f"clone-{number}") if number < WITH_A_CLONE else PlumbingClient(locks.path)
    )
    dice = random.Random(f"{seed} team {number}")
    team_pipeline = TeamPipeline(
        atc, f"team-{number}", POOLS[number % 3], SHAPES[number % len(SHAPES)], presses=ledger.presses
    )
    return Team(team_pipeline, client, ledger, Pace(dice, traffic))


@contextmanager
def _cleaner(
    number: int, seed: int, folder: Path, atc: Emulator, locks: LockRepository, faults: Faults, ledger: Ledger
) -> Iterator[Cleaner]:
    """Cleaners 1 and 2 share a cache, cleaner 0 has its own. People accept as gone what Concourse cannot know."""
    place = Workplace(folder / f"machine-{min(number, 1)}")
    options: dict[str, Any] = {
        "repo": locks.url,
        "concourse_url": atc.url,
        "concourse_username": f"cleaner-{number}",
        "concourse_password": "pa55word",
        "concourse_timeout": 3,
        "git_timeout": 30,
        "pools": list(POOLS),
        "stale_timeout": 0,
        "grace": 0,
        "max_releases": 1000,
        "git_author": f"cleaner-{number} <cleaner@localhost>",
    }
    path = os.pathsep.join([str(faults.folder), place.variables["PATH"]])
    dice = random.Random(f"{seed} cleaner {number}")
    environment, accepted = {**place.variables, "PATH": path}, ledger.unheard
    with Cleaner(f"cleaner-{number}", options, environment, dice, killed=5, accept_gone=accepted) as cleaner:
        yield cleaner


@contextmanager
def _scheduling(atc: Emulator, seed: int) -> Iterator[threading.Lock]:
    """Concourse starts builds now and then, but not while somebody holds the scheduler's lock."""
    over, dice, rest = threading.Event(), random.Random(f"{seed} scheduler"), threading.Lock()

    def schedule() -> None:
        while not over.wait(dice.random() * 0.05):
            with rest:
                atc.schedule()

    thread = threading.Thread(target=schedule, daemon=True)
    thread.start()
    try:
        yield rest
    finally:
        over.set()
        thread.join(10)


@contextmanager
def _checking(atc: Emulator, locks: LockRepository) -> Iterator[Checker]:
    """The pipelines have been checked before the teams begin: their versions reach back to every claim."""
    checker = Checker(atc, locks.path)
    checker.check()
    with checker.running():
        yield checker


def _quiet_moments(scheduler: threading.Lock, faults: Faults, seed: int) -> Callable[[], AbstractContextManager[None]]:
    """While nobody pushes, Concourse can be slow to start builds, or fail some requests."""
    dice = random.Random(f"{seed} quiet moments")

    @contextmanager
    def moment() -> Iterator[None]:
        with ExitStack() as stack:
            if dice.random() < 0.5:
                stack.enter_context(scheduler)
            if dice.random() < 0.5:
                stack.enter_context(faults.outage(TEAMS, dice))
            yield

    return moment


def _work(teams: Sequence[Team]) -> None:
    """Run all teams in parallel, to the end."""
    trouble: list[str] = []

    def play(team: Team) -> None:
        try:
            team.play()
        except BaseException:  # noqa: BLE001 - told by the test itself
            trouble.append(f"{team.name}: {traceback.format_exc()}")

    threads = [threading.Thread(target=play, args=(team,), daemon=True) for team in teams]
    for thread in threads:
        thread.start()
    until = time.monotonic() + TIMEOUT
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    assert trouble == []
    assert not any(thread.is_alive() for thread in threads), "the teams do not come to an end"


def _finish_all(teams: Sequence[Team], atc: Emulator) -> None:
    """Finish all builds, and those that Concourse starts after them."""
    for _round in range(MOST_ROUNDS):
        for team in teams:
            team.finish_builds()
        atc.schedule()
        if not any(team.team_pipeline.unplayed() for team in teams):
            return
    raise AssertionError("Concourse starts builds again and again")


def _let_an_hour_pass(atc: Emulator, checker: Checker) -> None:
    """Let the last changes of all pipelines be an hour ago, and all resources be checked since."""
    checker.check()
    with atc.world.lock:
        for pipeline in atc.world.pipelines.values():
            pipeline.last_updated -= AN_HOUR


def _clean_until_quiet(cleaners: Sequence[Cleaner]) -> tuple[int, list[dict[str, Any]]]:
    """Clean without faults until there is nothing left to release; return the number of runs and the held locks."""
    for number in range(1, MOST_ROUNDS):
        result = cleaners[number % len(cleaners)].run_once()
        held = [lock for lock in result.get("locks", []) if lock["state"] == "claimed"]
        for lock in held:
            print(f"still held: {lock['pool']}/{lock['name']}: {lock['reason']} ({lock['action_reason']})")
        if not result.get("failed") and not result["changed"] and not any(map(_is_unanswered, held)):
            return number, held
        print(f"run {number}: {result.get('msg', 'changed' if result.get('changed') else 'unchanged')}")
    raise AssertionError("the cleaners do not come to an end")


def _can_be_in_a_queue(lock: dict[str, Any], teams: Sequence[Team]) -> bool:
    """Return whether a job with `version: every`, whose queue has stopped, can still take a lock for all that is known.

    What it takes next proves nothing, and no team is left that could make it start with a later lock.
    """
    taker = re.search(r"team-(\d+)\S* \d+ succeeded; job \S+ can still take the lock", lock["reason"])
    return taker is not None and teams[int(taker[1])].team_pipeline.has_queue


def _is_unanswered(lock: dict[str, Any]) -> bool:
    """Return whether a busy machine has answered too late about a lock."""
    return lock["verdict"] == "unreachable" or "responds too slowly" in lock["action_reason"]


def _tell(
    findings: Findings, ledger: Ledger, cleaners: Sequence[Cleaner], seconds: float, waves: int, rounds: int
) -> None:
    print(f"{dict(ledger.counts)}, {seconds:.0f} s, {waves} waves; {rounds} runs more until all was quiet")
    for cleaner in cleaners:
        print(f"{cleaner.name}: {cleaner.released} locks, {dict(cleaner.outcomes)}")
        for message, times in cleaner.failures.most_common(6):
            print(f"    {times} x {message[:200]}")
    if findings.windows:
        middle, longest = statistics.median(findings.windows), max(findings.windows)
        print(f"{findings.released} releases; from the last look to the push {middle:.2f} s, at most {longest:.2f} s")
    print(
        f"{len(findings.in_the_window)} re-runs in that window, {findings.late} asked for later still;"
        f" {len(findings.lost_to_reruns)} locks lost to them"
    )
    for text in [*findings.stolen, *findings.broken, *findings.in_the_window][:40]:
        print(f"    {text}")
