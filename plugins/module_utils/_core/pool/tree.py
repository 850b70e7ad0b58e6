# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools, the locks and the problems in the tree of a commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..shared.text import printable
from .layout import KEEP_FILE, PoolPath, State, parse_path, pool_file
from .lock import Lock
from .snapshot import Problem
from .tally_files import TALLY_FILES, TallyMismatch, tally_mismatch, tally_problems

SYMBOLIC_LINK = "120000"
SUBMODULE = "160000"
FOLDER = "040000"


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of `git ls-tree -r -t`: octal mode, object name, and the path as UTF-8 with surrogate escapes."""

    mode: str
    object_name: str
    path: str

    @property
    def is_file(self) -> bool:
        return self.mode not in (FOLDER, SUBMODULE)


@dataclass(frozen=True, slots=True)
class PoolTree:
    """The content of a tree: pools and locks, sorted by name, and the problems, sorted by pool.

    `tally_problems` are those that the tally files alone show; the history can explain them for the pools of
    `mismatches`. For `obstacles` see Snapshot.
    """

    pools: tuple[str, ...]
    locks: tuple[Lock, ...]
    layout_problems: tuple[Problem, ...] = ()
    tally_problems: tuple[Problem, ...] = ()
    obstacles: tuple[str, ...] = ()
    mismatches: tuple[TallyMismatch, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted((*self.layout_problems, *self.tally_problems), key=lambda problem: problem.pool))

    @property
    def claimed_paths(self) -> frozenset[str]:
        return frozenset(lock.path for lock in self.locks if lock.is_claimed)


@dataclass(slots=True)
class _PoolFolder:
    """The entries below one pool."""

    pool: str
    locks: dict[State, dict[str, Lock]] = field(default_factory=lambda: {state: {} for state in State})
    kept: set[State] = field(default_factory=set)
    obstacles: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def add(self, entry: TreeEntry, path: PoolPath) -> None:
        """Add an entry of claimed/ or unclaimed/, or of a folder in it."""
        shown = f"{path.state.value}/{printable(path.name)}"
        if path.is_deeper or not entry.is_file:
            problem = (
                f"{shown} is {'a submodule' if entry.mode == SUBMODULE else 'a folder'}, not a lock: move it elsewhere"
            )
            if problem not in self.problems:
                self.problems.append(problem)
                self.obstacles.add(path.entry)
        elif path.name == KEEP_FILE:
            self.kept.add(path.state)
        elif path.is_lock:
            self.locks[path.state][path.name] = Lock(self.pool, path.name, path.state, entry.mode, entry.object_name)
            if entry.mode == SYMBOLIC_LINK:
                self.problems.append(f"{shown} is a symbolic link: replace it with a file")

    def add_file_instead(self, entry: TreeEntry, state: State) -> None:
        """Add a file or a submodule that has the path of claimed/ or unclaimed/."""
        self.obstacles.add(entry.path)
        kind = "a submodule" if entry.mode == SUBMODULE else "a file"
        self.problems.append(f"{state.value} is {kind}, not a folder: replace it with a folder")

    @property
    def twice(self) -> frozenset[str]:
        return frozenset(self.locks[State.CLAIMED].keys() & self.locks[State.UNCLAIMED].keys())

    def sorted_locks(self) -> list[Lock]:
        """Return the locks by name; one in both states counts as claimed."""
        claimed, unclaimed = self.locks[State.CLAIMED], self.locks[State.UNCLAIMED]
        both = {name: replace(claimed[name], is_in_both_states=True) for name in self.twice}
        return sorted({**unclaimed, **claimed, **both}.values(), key=lambda lock: lock.name)

    def layout_problems(self) -> list[str]:
        """Return what makes the pool resource fail, or will once a folder is empty: git keeps no empty folders."""
        problems = [
            f"lock {printable(name)} is both claimed and unclaimed: find out which file is right, and remove the other"
            for name in sorted(self.twice)
        ]
        for state in State:
            if state not in self.kept:
                missing = f"no {KEEP_FILE} in {state.value}/" if self.locks[state] else f"no {state.value}/ folder"
                fix = f"add {state.value}/{KEEP_FILE}, or claims and releases fail while it is empty"
                problems.append(f"{missing}: {fix}")
        return [*self.problems, *problems]


def read_tree(entries: Iterable[TreeEntry], tallies: Mapping[str, str]) -> PoolTree:
    """Return the pools of a tree. `tallies` is the content of the tally files by path, see tally_entries()."""
    folders = _pool_folders(entries)
    contents = {
        folder.pool: {name: tallies.get(pool_file(folder.pool, name)) for name in TALLY_FILES} for folder in folders
    }
    unclaimed = {folder.pool: len(folder.locks[State.UNCLAIMED]) for folder in folders}
    mismatches = (tally_mismatch(pool, unclaimed[pool], contents[pool]) for pool in contents)
    return PoolTree(
        pools=tuple(contents),
        locks=tuple(lock for folder in folders for lock in folder.sorted_locks()),
        layout_problems=tuple(Problem(folder.pool, text) for folder in folders for text in folder.layout_problems()),
        tally_problems=tuple(
            Problem(pool, text) for pool in contents for text in tally_problems(unclaimed[pool], contents[pool])
        ),
        obstacles=tuple(sorted(path for folder in folders for path in folder.obstacles)),
        mismatches=tuple(mismatch for mismatch in mismatches if mismatch is not None),
    )


def tally_entries(entries: Iterable[TreeEntry]) -> tuple[TreeEntry, ...]:
    """Return the tally files of a tree, whose content read_tree() needs."""
    return tuple(entry for entry in entries if entry.is_file and entry.path.rpartition("/")[2] in TALLY_FILES)


def _pool_folders(entries: Iterable[TreeEntry]) -> list[_PoolFolder]:
    """Return every folder with something in a claimed/ or an unclaimed/ folder, sorted by path."""
    folders: dict[str, _PoolFolder] = {}
    files_instead: list[tuple[TreeEntry, PoolPath]] = []
    for entry in entries:
        path = parse_path(entry.path)
        if path is None:
            continue
        if path.name:
            folders.setdefault(path.pool, _PoolFolder(path.pool)).add(entry, path)
        elif entry.mode != FOLDER:
            files_instead.append((entry, path))
    # Such a file alone does not make a pool.
    for entry, path in files_instead:
        if path.pool in folders:
            folders[path.pool].add_file_instead(entry, path.state)
    return sorted(folders.values(), key=lambda folder: folder.pool)
