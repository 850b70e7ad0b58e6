# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the files of a tree to pools and locks. Private to the collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.poolboy.concourse.plugins.module_utils._core.locks import ROOT_POOL, Lock, State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.snapshot import Problem
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable

KEEP_FILE = ".gitkeep"
SYMBOLIC_LINK = "120000"
SUBMODULE = "160000"
FOLDER = "040000"

# The files in which a pool-trigger-resource counts (its README); each is a number as text.
TALLY_FILES = {".pending-triggers": "builds to start", ".pending-removals": "claims to come"}
STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of `git ls-tree -r`: octal mode, object name, and the path as UTF-8 with surrogate escapes."""

    mode: str
    object_name: str
    path: str


@dataclass(frozen=True, slots=True)
class Tree:
    """What a tree holds: pools and locks, sorted by name, and what a person should look at."""

    pools: tuple[str, ...]
    locks: tuple[Lock, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _PoolFolder:
    """What was found below one pool while reading a tree."""

    locks: dict[State, dict[str, Lock]] = field(default_factory=lambda: {state: {} for state in State})
    kept: set[State] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def read_tree(entries: Iterable[TreeEntry], tallies: Mapping[str, str]) -> Tree:
    """Find the pools of a tree: every folder with a claimed/ or an unclaimed/ folder.

    `tallies` is the content of the tally files by path, see tally_entries().
    """
    pools: dict[str, _PoolFolder] = {}
    for entry in entries:
        _sort_in(entry, pools)
    locks: list[Lock] = []
    problems: list[Problem] = []
    for name, found in sorted(pools.items()):
        claimed, unclaimed = found.locks[State.CLAIMED], found.locks[State.UNCLAIMED]
        twice = {name: replace(claimed[name], is_twice=True) for name in claimed.keys() & unclaimed.keys()}
        locks.extend(sorted({**unclaimed, **claimed, **twice}.values(), key=lambda lock: lock.name))
        texts = [*found.problems, *_layout_problems(found), *_tally_problems(name, len(unclaimed), tallies)]
        problems.extend(Problem(name, text) for text in texts)
    return Tree(tuple(sorted(pools)), tuple(locks), tuple(problems))


def tally_entries(entries: Iterable[TreeEntry]) -> tuple[TreeEntry, ...]:
    """Name the tally files of a tree, whose content read_tree() wants to see."""
    return tuple(entry for entry in entries if _base_name(entry.path) in TALLY_FILES and entry.mode != SUBMODULE)


def _sort_in(entry: TreeEntry, pools: dict[str, _PoolFolder]) -> None:
    """Put one file where it belongs; files outside claimed/ and unclaimed/ are nobody's."""
    parts = entry.path.split("/")
    at = next((index for index, part in enumerate(parts[:-1]) if part in STATES), None)
    if at is None or entry.mode == FOLDER:
        return
    found = pools.setdefault("/".join(parts[:at]) or ROOT_POOL, _PoolFolder())
    state, name = STATES[parts[at]], parts[at + 1]
    if len(parts) > at + 2 or entry.mode == SUBMODULE:
        what = "a submodule" if entry.mode == SUBMODULE else "a folder"
        problem = f"{state.value}/{printable(name)} is {what}, not a lock"
        if problem not in found.problems:
            found.problems.append(problem)
        return
    if name == KEEP_FILE:
        found.kept.add(state)
    elif not name.startswith("."):
        pool = "/".join(parts[:at]) or ROOT_POOL
        found.locks[state][name] = Lock(pool, name, state, entry.mode, entry.object_name)
        if entry.mode == SYMBOLIC_LINK:
            found.problems.append(f"{state.value}/{printable(name)} is a symbolic link")


def _layout_problems(found: _PoolFolder) -> list[str]:
    """What makes the pool resource fail, or will once a folder is empty: git keeps no empty folders."""
    twice = sorted(found.locks[State.CLAIMED].keys() & found.locks[State.UNCLAIMED].keys())
    problems = [f"lock {printable(name)} is both claimed and unclaimed: remove one of the two files" for name in twice]
    for state in State:
        if state not in found.kept:
            missing = f"no {KEEP_FILE} in {state.value}/" if found.locks[state] else f"no {state.value}/ folder"
            problems.append(f"{missing}: add {state.value}/{KEEP_FILE}, or claims and releases fail while it is empty")
    return problems


def _tally_problems(pool: str, unclaimed: int, tallies: Mapping[str, str]) -> list[str]:
    """A tally beyond the number of free locks has drifted: no claim can ever bring it back to zero."""
    problems = []
    for name, meaning in TALLY_FILES.items():
        text = tallies.get(name if pool == ROOT_POOL else f"{pool}/{name}")
        if text is None:
            continue
        try:
            count = int(text)
        except ValueError:
            problems.append(f"{name} holds no number")
            continue
        if not 0 <= count <= unclaimed:
            problems.append(
                f"{name} has drifted: it counts {count} {meaning}, the pool has {unclaimed} unclaimed locks"
            )
    return problems


def _base_name(path: str) -> str:
    return path.rpartition("/")[2]
