# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run leaves to the next: it comes back as it was, or not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem, Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tree import TreeEntry, read_tree
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.snapshot_file import (
    SNAPSHOT_FORMAT,
    read_snapshot,
    write_snapshot,
)

SNAPSHOT = Snapshot(
    commit="a" * 40,
    branch="main",
    pools=("p", "q\udcff"),
    locks=(
        Lock("p", "x", State.CLAIMED, "100755", "b" * 40),
        Lock("q\udcff", "y\n\x1b[31m\u202e", State.UNCLAIMED, "120000", "c" * 40),
    ),
    claims={
        "p/claimed/x": Claim(
            "d" * 40, 1_700_000_000, "Ada", "claiming: x\n\udc80\0", False, 1_700_000_009, 7, 8, 9, "Hold-Until: never"
        )
    },
    problems=(Problem("p", "no .gitkeep"),),
    obstacles=("p/unclaimed/z\udcff",),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.json"


def test_it_comes_back_as_it_was(file: Path) -> None:
    write_snapshot(file, SNAPSHOT)
    assert read_snapshot(file) == SNAPSHOT
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@given(st.text(st.characters(exclude_categories=[])), st.text(st.characters(exclude_categories=[])))
def test_names_and_messages_of_any_characters(
    tmp_path_factory: pytest.TempPathFactory, name: str, message: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    lock = Lock("p", name, State.CLAIMED)
    snapshot = Snapshot("a", name, ("p",), (lock,), {lock.path: Claim("c", 1, name, message)})
    write_snapshot(file, snapshot)
    assert read_snapshot(file) == snapshot


def test_nothing_there(file: Path) -> None:
    assert read_snapshot(file) is None


def test_every_cut_and_every_changed_byte_is_noticed(file: Path) -> None:
    write_snapshot(file, SNAPSHOT)
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at])
        assert read_snapshot(file) is None
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert read_snapshot(file) is None


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        None,
        {"format": SNAPSHOT_FORMAT + 1},
        {"format": SNAPSHOT_FORMAT},
        {"format": SNAPSHOT_FORMAT, "locks": 1},
        "[" * 100_000,
    ],
)
def test_what_another_version_may_have_written(file: Path, content: object) -> None:
    body = (content if isinstance(content, str) else json.dumps(content)).encode()
    file.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    assert read_snapshot(file) is None


def test_a_failed_write_leaves_the_old(file: Path) -> None:
    write_snapshot(file, SNAPSHOT)
    broken = Snapshot("b" * 40, "main", pools=(object(),))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        write_snapshot(file, broken)
    assert read_snapshot(file) == SNAPSHOT
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_new_rule_for_trees_needs_a_new_format() -> None:
    """Findings of the version before would come back for as long as nothing is pushed: raise FORMAT with the digest."""
    paths = ["p/claimed/.gitkeep", "p/claimed/x", "p/unclaimed/x", "p/unclaimed/.dot", "p/claimed/f/y", "q/unclaimed/z"]
    entries = [
        TreeEntry("100644", "a" * 40, path) for path in [*paths, "claimed/r", "q/unclaimed", "p/.pending-triggers"]
    ]
    entries += [TreeEntry("160000", "b" * 40, "q/claimed/s"), TreeEntry("120000", "c" * 40, "q/claimed/l")]
    tree = read_tree(entries, {"p/.pending-triggers": "6"})
    shown = hashlib.sha256(repr((tree.pools, tree.locks, tree.problems, tree.obstacles)).encode()).hexdigest()
    assert (SNAPSHOT_FORMAT, shown[:16]) == (12, "877df9a227066f32")
