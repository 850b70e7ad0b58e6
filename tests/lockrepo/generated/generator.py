# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generates lock repositories of any size and format, with the expected state of every lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Literal

from ..entries import File, join
from ..history import GitHistory
from ..stream import write
from .branches import SIDE, Branches
from .change import Change, adding
from .import_process import fast_import
from .people import PEOPLE
from .plan import KINDS, Lock, Plan, make_plan
from .timeline import UNTIL, Timeline
from .truth import LockTruth, Truth
from .voices import Voices
from .walk import Walk

POOLS = ("aws", "gcp", "cf/fresh", "k8s-dev/ready", "windows 2019")
EMPTY_POOL = "spare"  # keeps only its .gitkeep
LOCKS_PER_POOL = 40


def generate(
    path: Path,
    *,
    locks: int,
    claimed: int,
    commits: int,
    oldest_claim_depth: int,
    seed: int,
    pools: Sequence[str] | None = None,
    formats: Sequence[str] | Literal["all"] = "all",
    merges: int | None = None,
    unrelated_files: int = 5,
    branch: str = "main",
    until: int = UNTIL,
) -> Truth:
    """Write a bare repository with exactly `commits` commits and `locks` locks; the same seed writes the same one.

    The oldest of the `claimed` locks is claimed `oldest_claim_depth` commits below the tip, the others later. Without
    `pools` there are five, or more for many locks, and one pool without locks. `formats`: names from plan.KINDS.
    `merges`: maximum of side branches (default: one per 500 commits). `until`: committer time of the newest commit.
    """
    kinds = KINDS if formats == "all" else tuple(formats)
    _check(locks=locks, claimed=claimed, commits=commits, oldest=oldest_claim_depth, kinds=kinds)
    random = Random(seed)
    names = list(POOLS) + [f"pool-{number:03}" for number in range(len(POOLS), locks // LOCKS_PER_POOL)]
    there = _locks(random, count=locks, claimed=claimed, pools=pools or names)
    plan = make_plan(
        random,
        claimed=there[:claimed],
        commits=commits,
        oldest=oldest_claim_depth,
        merges=commits // 500 if merges is None else merges,
        kinds=kinds,
    )
    _send_away(random, plan, [*(pools or names)])
    voices = Voices(random, commits=commits, kinds=kinds)
    walk = Walk(random, plan, locks=there, commits=commits, voices=voices, unrelated=unrelated_files)
    repository = GitHistory(path, branch=branch)
    with fast_import(repository.path) as stream:
        timeline = Timeline(random, commits=commits, until=until)
        branches = Branches(stream.write, branch=branch, random=random, timeline=timeline)
        branches.commit(0, _beginning([*(pools or names), EMPTY_POOL], there, unrelated_files), None)
        _write_history(branches, walk, plan, commits=commits)
        shas = stream.finish({commits, *(index + 1 for index in plan.claims)})
    repository.delete_branch(SIDE)
    truths = sorted((_truth(lock, shas) for lock in there), key=lambda truth: (truth.pool, truth.name))
    every_pool = sorted({*(pools or names), EMPTY_POOL})
    return Truth(repository.path, branch, shas[commits], commits, every_pool, truths)


def _check(*, locks: int, claimed: int, commits: int, oldest: int, kinds: Sequence[str]) -> None:
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"unknown formats: {', '.join(sorted(unknown))}; the formats are {', '.join(KINDS)}")
    if not 0 <= claimed <= locks:
        raise ValueError(f"{claimed} of {locks} locks cannot be claimed")
    if not (commits >= 2 and (claimed == 0 or 0 <= oldest <= commits - 2)):
        raise ValueError(
            f"no claim can be {oldest} commits below the tip of {commits}, the first of which adds the pools"
        )


def _locks(random: Random, *, count: int, claimed: int, pools: Sequence[str]) -> list[Lock]:
    """Return the final locks, claimed ones first; every tenth free lock is added later."""
    locks: list[Lock] = []
    for number in random.sample(range(count), count):
        pool, name = pools[number % len(pools)], f"env-{number // len(pools)}"
        content = f"name: {name}\npool: {pool}\n" if random.random() < 0.7 else ""
        file = File(content, executable=random.random() < 0.05)
        locks.append(Lock(pool, name, file, home=pool, present=len(locks) < claimed or random.random() > 0.1))
    return locks


def _send_away(random: Random, plan: Plan, pools: Sequence[str]) -> None:
    """Place the locks that a person moves at the end in another pool, under unique names."""
    moved = [lock for claim in plan.claims.values() if claim.kind == "moved" for lock in claim.locks]
    for number, lock in enumerate(moved):
        lock.home, lock.name = random.choice(pools), f"moved-{number}"


def _beginning(pools: Sequence[str], locks: Sequence[Lock], unrelated: int) -> Change:
    files: Mapping[bytes, File] = {
        b"README.md": File("# Locks\n"),
        b"ci/unclaimed.txt": File("not a lock\n"),
        **{join(pool, state, ".gitkeep"): File() for pool in pools for state in ("claimed", "unclaimed")},
        **{f"ci/versions/component-{number}".encode(): File("0\n") for number in range(unrelated)},
    }
    lines = [write(path, file) for path, file in files.items()]
    return Change(PEOPLE[0], "Add all pools", lines + [adding(lock, "unclaimed") for lock in locks if lock.present])


def _write_history(branches: Branches, walk: Walk, plan: Plan, *, commits: int) -> None:
    for index in range(1, commits):
        window = plan.windows.get(index)
        if window and window.end == index:
            branches.merge(index, window)
            continue
        at = branches.commit(index, walk.change(index), window)
        if index in plan.claims:
            plan.claims[index].at = at


def _truth(lock: Lock, shas: Mapping[int, str]) -> LockTruth:
    claim = lock.last
    if claim is None:
        return LockTruth(lock.pool, lock.name, "unclaimed")
    return LockTruth(lock.pool, lock.name, "claimed", shas[claim.index + 1], claim.at, claim.kind, claim.holder)
