# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the files of a tree to pools and locks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..shared.text import printable
from .lock import ROOT_POOL, Lock, State
from .snapshot import Problem
from .tally_files import TALLY_FILES, TallyCounts, read_count

KEEP_FILE = ".gitkeep"
SYMBOLIC_LINK = "120000"
SUBMODULE = "160000"
FOLDER = "040000"

STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of `git ls-tree -r`: octal mode, object name, and the path as UTF-8 with surrogate escapes."""

    mode: str
    object_name: str
    path: str


@dataclass(frozen=True, slots=True)
class TallyDoubt:
    """A tally that does not come to the number of unclaimed locks, which builds that have claimed since can explain.

    `texts` are the problems of the tree that fall away if they do.
    """

    pool: str
    tally: TallyCounts
    unclaimed: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """What a tree holds: pools and locks, sorted by name, what a person should look at, and see Snapshot.obstacles.

    `doubts` are for who knows the history.
    """

    pools: tuple[str, ...]
    locks: tuple[Lock, ...]
    problems: tuple[Problem, ...]
    obstacles: tuple[str, ...] = ()
    doubts: tuple[TallyDoubt, ...] = ()


@dataclass(slots=True)
class _PoolFolder:
    """What was found below one pool while reading a tree."""

    locks: dict[State, dict[str, Lock]] = field(default_factory=lambda: {state: {} for state in State})
    kept: set[State] = field(default_factory=set)
    obstacles: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def read_tree(entries: Iterable[TreeEntry], tallies: Mapping[str, str]) -> Tree:
    """Find the pools of a tree: every folder with a claimed/ or an unclaimed/ folder.

    `tallies` is the content of the tally files by path, see tally_entries().
    """
    pools: dict[str, _PoolFolder] = {}
    no_folders: list[TreeEntry] = []
    for entry in entries:
        # A tree can be made to hold such a folder, but git checks it out nowhere (read-cache.c: verify_path).
        if entry.path.startswith(f"{ROOT_POOL}/"):
            continue
        is_state = _base_name(entry.path) in STATES and STATES.keys().isdisjoint(entry.path.split("/")[:-1])
        if is_state and entry.mode != FOLDER:
            no_folders.append(entry)
        else:
            _sort_in(entry, pools)
    for entry in no_folders:
        _note_no_folder(entry, pools)
    locks: list[Lock] = []
    problems: list[Problem] = []
    doubts: list[TallyDoubt] = []
    for name, found in sorted(pools.items()):
        claimed, unclaimed = found.locks[State.CLAIMED], found.locks[State.UNCLAIMED]
        twice = {name: replace(claimed[name], is_twice=True) for name in claimed.keys() & unclaimed.keys()}
        locks.extend(sorted({**unclaimed, **claimed, **twice}.values(), key=lambda lock: lock.name))
        counts = {file: tallies.get(file if name == ROOT_POOL else f"{name}/{file}") for file in TALLY_FILES}
        drifted = _tally_problems(len(unclaimed), counts)
        problems.extend(Problem(name, text) for text in (*found.problems, *_layout_problems(found), *drifted))
        doubts.extend(_tally_doubts(name, len(unclaimed), counts, drifted))
    obstacles = sorted(path for found in pools.values() for path in found.obstacles)
    return Tree(tuple(sorted(pools)), tuple(locks), tuple(problems), tuple(obstacles), tuple(doubts))


def tally_entries(entries: Iterable[TreeEntry]) -> tuple[TreeEntry, ...]:
    """Name the tally files of a tree, whose content read_tree() wants to see."""
    return tuple(
        entry for entry in entries if _base_name(entry.path) in TALLY_FILES and entry.mode not in (SUBMODULE, FOLDER)
    )


def _sort_in(entry: TreeEntry, pools: dict[str, _PoolFolder]) -> None:
    """Put one entry where it belongs; what lies outside claimed/ and unclaimed/ is nobody's."""
    parts = entry.path.split("/")
    at = next((index for index, part in enumerate(parts[:-1]) if part in STATES), None)
    if at is None:
        return
    found = pools.setdefault("/".join(parts[:at]) or ROOT_POOL, _PoolFolder())
    state, name = STATES[parts[at]], parts[at + 1]
    if len(parts) > at + 2 or entry.mode in (SUBMODULE, FOLDER):
        what = "a submodule" if entry.mode == SUBMODULE else "a folder"
        problem = f"{state.value}/{printable(name)} is {what}, not a lock"
        if problem not in found.problems:
            found.problems.append(problem)
            found.obstacles.add("/".join(parts[: at + 2]))
        return
    if name == KEEP_FILE:
        found.kept.add(state)
    elif not name.startswith("."):
        pool = "/".join(parts[:at]) or ROOT_POOL
        found.locks[state][name] = Lock(pool, name, state, entry.mode, entry.object_name)
        if entry.mode == SYMBOLIC_LINK:
            found.problems.append(f"{state.value}/{printable(name)} is a symbolic link")


def _note_no_folder(entry: TreeEntry, pools: Mapping[str, _PoolFolder]) -> None:
    """A file in the place of a pool's claimed/ or unclaimed/; anywhere else it is nobody's."""
    pool, _slash, state = entry.path.rpartition("/")
    found = pools.get(pool or ROOT_POOL)
    if found is not None:
        found.obstacles.add(entry.path)
        found.problems.append(f"{state} is {'a submodule' if entry.mode == SUBMODULE else 'a file'}, not a folder")


def _layout_problems(found: _PoolFolder) -> list[str]:
    """What makes the pool resource fail, or will once a folder is empty: git keeps no empty folders."""
    twice = sorted(found.locks[State.CLAIMED].keys() & found.locks[State.UNCLAIMED].keys())
    problems = [f"lock {printable(name)} is both claimed and unclaimed: remove one of the two files" for name in twice]
    for state in State:
        if state not in found.kept:
            missing = f"no {KEEP_FILE} in {state.value}/" if found.locks[state] else f"no {state.value}/ folder"
            problems.append(f"{missing}: add {state.value}/{KEEP_FILE}, or claims and releases fail while it is empty")
    return problems


def _tally_problems(unclaimed: int, counts: Mapping[str, str | None]) -> list[str]:
    """A tally beyond the number of free locks has drifted, as far as the files alone can tell."""
    problems = []
    for name, text in counts.items():
        count = read_count(text)
        if text is not None and count is None:
            problems.append(f"{name} holds no number")
        if count is not None and not 0 <= count <= unclaimed:
            problems.append(
                f"{name} has drifted: it counts {count} {TALLY_FILES[name]}, the pool has {unclaimed} unclaimed locks"
            )
    return problems


def _tally_doubts(
    pool: str, unclaimed: int, counts: Mapping[str, str | None], texts: Iterable[str]
) -> Iterator[TallyDoubt]:
    triggers, removals = (read_count(text) for text in counts.values())
    tally = None if triggers is None or removals is None else TallyCounts(triggers, removals)
    if tally is not None and not tally.is_negative and tally.triggers + tally.removals != unclaimed:
        yield TallyDoubt(pool, tally, unclaimed, tuple(texts))


def _base_name(path: str) -> str:
    return path.rpartition("/")[2]
