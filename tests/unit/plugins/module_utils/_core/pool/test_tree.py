# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the files of a tree to pools, locks and problems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import ROOT_POOL, State, lock_path
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tree import (
    PoolTree,
    TreeEntry,
    read_tree,
    tally_entries,
)

CLAIMED, UNCLAIMED = State.CLAIMED, State.UNCLAIMED
KEPT = ("claimed/.gitkeep", "unclaimed/.gitkeep")


def entries(*paths: str, mode: str = "100644") -> list[TreeEntry]:
    return [TreeEntry(mode, f"{number:040x}", path) for number, path in enumerate(paths)]


def tree(*paths: str, tallies: dict[str, str] | None = None) -> PoolTree:
    return read_tree(entries(*paths), tallies or {})


def pool(name: str, *paths: str) -> list[str]:
    """The paths of a pool whose two folders have their .gitkeep."""
    return [f"{name}/{path}" for path in (*KEPT, *paths)]


def problems(found: PoolTree) -> list[tuple[str, str]]:
    return [(problem.pool, problem.text) for problem in found.problems]


def names(found: PoolTree) -> list[tuple[str, str, State]]:
    return [(lock.pool, lock.name, lock.state) for lock in found.locks]


def test_a_tree_without_pools() -> None:
    assert tree() == PoolTree((), (), ())
    assert tree("README.md", "ci/pipeline.yml", "claimed", "unclaimed", "docs/claimed") == PoolTree((), (), ())


def test_pools_and_locks_are_sorted_by_name() -> None:
    found = tree(*pool("gcp", "unclaimed/b", "claimed/a"), *pool("aws", "claimed/z", "unclaimed/y", "claimed/x"))
    assert found.pools == ("aws", "gcp")
    assert names(found) == [
        ("aws", "x", CLAIMED),
        ("aws", "y", UNCLAIMED),
        ("aws", "z", CLAIMED),
        ("gcp", "a", CLAIMED),
        ("gcp", "b", UNCLAIMED),
    ]
    assert found.problems == ()


def test_nested_pools_between_unrelated_files() -> None:
    found = tree("README.md", "ci/run", *pool("cf/fresh", "claimed/a"), *pool("cf", "unclaimed/b"), "cf/notes.md")
    assert found.pools == ("cf", "cf/fresh")
    assert names(found) == [("cf", "b", UNCLAIMED), ("cf/fresh", "a", CLAIMED)]


def test_a_pool_at_the_root_of_the_repository() -> None:
    found = tree(*KEPT, "claimed/a")
    assert found.pools == (".",)
    assert [(lock.pool, lock.path) for lock in found.locks] == [(".", "claimed/a")]
    assert found.problems == ()


MISSING_FOLDER = "no {0}/ folder: add {0}/.gitkeep, or claims and releases fail while it is empty"


@pytest.mark.parametrize(
    ("paths", "locks", "texts"),
    [
        pytest.param(["claimed/.gitkeep"], {}, [MISSING_FOLDER.format("unclaimed")], id="only claimed"),
        pytest.param(["unclaimed/.gitkeep"], {}, [MISSING_FOLDER.format("claimed")], id="only unclaimed"),
        pytest.param(
            ["claimed/a", "unclaimed/.gitkeep"],
            {"a": CLAIMED},
            ["no .gitkeep in claimed/: add claimed/.gitkeep, or claims and releases fail while it is empty"],
            id="no .gitkeep, though the folder is not empty",
        ),
        pytest.param(
            [*KEPT, "claimed/a", "unclaimed/a", "unclaimed/b"],
            {"a": CLAIMED, "b": UNCLAIMED},
            ["lock a is both claimed and unclaimed: find out which file is right, and remove the other"],
            id="a lock in both states is listed once, as claimed",
        ),
        pytest.param(
            [
                *KEPT,
                "unclaimed/a",
                ".pending-triggers",
                ".pending-removals",
                "README.md",
                "claimed/.hidden",
                ".gitkeep",
            ],
            {"a": UNCLAIMED},
            [],
            id="files of other tools",
        ),
        pytest.param(
            [*KEPT, "claimed/claimed/a", "claimed/claimed/b", "unclaimed/deep/er/c", "claimed/d"],
            {"d": CLAIMED},
            [
                "claimed/claimed is a folder, not a lock: move it elsewhere",
                "unclaimed/deep is a folder, not a lock: move it elsewhere",
            ],
            id="folders in a state",
        ),
    ],
)
def test_what_is_a_lock_and_what_is_a_problem(paths: list[str], locks: dict[str, State], texts: list[str]) -> None:
    found = tree(*(f"aws/{path}" for path in paths))
    assert found.pools == ("aws",)
    assert names(found) == [("aws", name, state) for name, state in locks.items()]
    assert problems(found) == [("aws", text) for text in texts]


def test_folders_are_known_by_themselves_too() -> None:
    """An empty one has no file to be known by."""
    paths = ["aws", "aws/claimed", "aws/unclaimed", "aws/unclaimed/empty", "aws/claimed/full", "docs/claimed"]
    folders = [TreeEntry("040000", "1" * 40, name) for name in paths]
    found = read_tree([*entries(*pool("aws", "claimed/full/a", "claimed/b")), *folders], {})
    assert found.pools == ("aws",)
    assert names(found) == [("aws", "b", CLAIMED)]
    assert found.obstacles == ("aws/claimed/full", "aws/unclaimed/empty")
    assert problems(found) == [
        ("aws", "claimed/full is a folder, not a lock: move it elsewhere"),
        ("aws", "unclaimed/empty is a folder, not a lock: move it elsewhere"),
    ]


def test_submodules_are_no_locks_and_links_are_locks_with_a_problem() -> None:
    given_entries = [
        *entries(*pool("aws")),
        TreeEntry("160000", "1" * 40, "aws/claimed/module"),
        TreeEntry("120000", "2" * 40, "aws/claimed/link"),
        TreeEntry("100755", "3" * 40, "aws/unclaimed/script"),
        TreeEntry("160000", "4" * 40, "module"),
    ]
    found = read_tree(given_entries, {})
    assert found.locks == (
        Lock("aws", "link", CLAIMED, "120000", "2" * 40),
        Lock("aws", "script", UNCLAIMED, "100755", "3" * 40),
    )
    assert problems(found) == [
        ("aws", "claimed/module is a submodule, not a lock: move it elsewhere"),
        ("aws", "claimed/link is a symbolic link: replace it with a file"),
    ]


def test_what_is_in_the_place_of_a_lock_or_of_the_folder_is_in_the_way() -> None:
    given_entries = [
        *entries(*pool("aws", "unclaimed/a/x", "unclaimed/a/y", "claimed/a"), "gcp/claimed/b", "gcp/unclaimed"),
        TreeEntry("160000", "1" * 40, "aws/unclaimed/c"),
        TreeEntry("160000", "1" * 40, "claimed"),
        *entries("unclaimed/d", "docs/claimed", "docs/unclaimed"),
    ]
    found = read_tree(given_entries, {})
    assert found.pools == (".", "aws", "gcp")
    assert found.obstacles == ("aws/unclaimed/a", "aws/unclaimed/c", "claimed", "gcp/unclaimed")
    assert ("gcp", "unclaimed is a file, not a folder: replace it with a folder") in problems(found)
    assert (".", "claimed is a submodule, not a folder: replace it with a folder") in problems(found)


@pytest.mark.parametrize(
    "name", ["two words", "-rf", '"quoted"', "new\nline", "\x1b[31m", "caf\udce9", "ü", "..", "git", "x" * 255]
)
def test_names_of_locks_and_pools_may_be_anything(name: str) -> None:
    found = tree(*pool(name, f"claimed/{name}", f"unclaimed/{name}", f"claimed/x{name}/y"))
    assert found.pools == (name,)
    dotted = name.startswith(".")
    assert names(found) == ([] if dotted else [(name, name, CLAIMED)])
    assert all(problem.text.isprintable() for problem in found.problems)
    assert len(found.problems) == (1 if dotted else 2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("0", None),
        ("2", None),
        (" 1\n", None),
        ("3", "has drifted: it counts 3"),
        ("-1", "has drifted: it counts -1"),
        ("", "does not hold a number"),
        ("many", "does not hold a number"),
        ("1.5", "does not hold a number"),
        ("9" * 5000, "does not hold a number"),
    ],
)
@pytest.mark.parametrize("file", [".pending-triggers", ".pending-removals"])
@pytest.mark.parametrize("name", ["aws", "cf/fresh", "."])
def test_a_tally_that_has_drifted_is_a_problem(name: str, file: str, content: str, problem: str | None) -> None:
    prefix = "" if name == "." else f"{name}/"
    paths = [f"{prefix}{path}" for path in (*KEPT, "unclaimed/a", "unclaimed/b", "claimed/c", file)]
    found = read_tree(entries(*paths), {f"{prefix}{file}": content, f"other/{file}": "99"})
    assert [(one.pool, file in one.text and (problem or "") in one.text) for one in found.problems] == (
        [] if problem is None else [(name, True)]
    )


@pytest.mark.parametrize(
    ("triggers", "removals", "mismatches"),
    [
        ("1", "1", 0),
        ("0", "1", 1),
        ("1", "9", 1),
        ("x", "9", 0),
        ("-1", "3", 0),
        (None, "9", 0),
    ],
)
def test_a_tally_that_does_not_come_to_the_free_locks_is_for_the_history_to_explain(
    triggers: str | None, removals: str, mismatches: int
) -> None:
    paths = [f"aws/{path}" for path in (*KEPT, "unclaimed/a", "unclaimed/b", ".pending-removals")]
    counts = {"aws/.pending-removals": removals, **({} if triggers is None else {"aws/.pending-triggers": triggers})}
    found = read_tree(entries(*paths), counts)
    assert len(found.mismatches) == mismatches
    assert all((mismatch.pool, mismatch.unclaimed) == ("aws", 2) for mismatch in found.mismatches)
    assert found.problems == found.tally_problems


def test_only_tally_files_are_asked_for() -> None:
    paths = [
        "aws/.pending-triggers",
        ".pending-removals",
        "a/b/.pending-removals",
        "aws/x.pending-triggers",
        "aws/claimed/a",
    ]
    assert [entry.path for entry in tally_entries(entries(*paths))] == paths[:3]
    assert tally_entries(entries("aws/.pending-triggers", mode="160000")) == ()


@pytest.mark.parametrize("path", ["./claimed/a", "./unclaimed/b", "./claimed"])
def test_a_folder_with_the_name_that_we_have_for_the_root_is_not_the_root(path: str) -> None:
    found = tree("claimed/b", path)
    assert [lock.path for lock in found.locks] == ["claimed/b"]
    assert found.pools == (ROOT_POOL,)
    assert found.obstacles == ()


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=5)
PATHS = st.lists(NAMES | st.sampled_from(["claimed", "unclaimed", ".gitkeep"]), min_size=1, max_size=5).map("/".join)


@given(st.lists(PATHS, unique=True, max_size=20))
def test_every_lock_is_a_file_of_the_tree_and_listed_once(paths: list[str]) -> None:
    found = tree(*paths)
    listed = [(lock.pool, lock.name) for lock in found.locks]
    assert len(listed) == len(set(listed))
    assert {lock.path for lock in found.locks} <= set(paths)
    assert {lock.pool for lock in found.locks} <= set(found.pools)
    assert all(lock_path(lock.pool, lock.state, lock.name) == lock.path for lock in found.locks)


def test_the_paths_of_claimed_locks() -> None:
    found = tree(*pool("aws", "claimed/a", "unclaimed/b"), *pool("cf/fresh", "claimed/c"))
    assert found.claimed_paths == {"aws/claimed/a", "cf/fresh/claimed/c"}
