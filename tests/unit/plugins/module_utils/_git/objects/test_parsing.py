# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git prints and stores, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tree import TreeEntry
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.claim_commit import (
    LONGEST_MESSAGE,
    read_claim,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.log import parse_log
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.model import LoggedCommit
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.errors import BrokenHistory
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.pool_tree import parse_entries
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.tree_reader import parse_tree

A, B, C = "a" * 40, "b" * 40, "c" * 40

LOG = (
    f"{A} {B} {C};17\0{B} {C}\0\nA\0p/claimed/x\0D\0p/unclaimed/x\0{C} \0".encode()
    + b"\nA\0p/claimed/.gitkeep\0A\0README\0A\0\n:claimed/\xff\0M\0p/claimed/y\0"
)
COMMITS = [
    LoggedCommit(A, (B, C), (), time=17),
    LoggedCommit(B, (C,), (b"p/claimed/x",)),
    LoggedCommit(C, (), (b"p/claimed/.gitkeep", b"\n:claimed/\xff"), (b"p/claimed/y",)),
]


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@given(st.integers(1, len(LOG)))
def test_a_log_in_chunks_of_any_size(size: int) -> None:
    assert list(parse_log(cut(LOG, size))) == COMMITS


def test_paths_that_look_like_something_else() -> None:
    path = f"{A} claimed/{B}".encode()
    content = f"{A} \0\nA\0".encode() + path + b"\0A\0A\0A\0claimed/A\0"
    assert list(parse_log([content])) == [LoggedCommit(A, (), (path, b"claimed/A"))]


@pytest.mark.parametrize("end", [5, 60, len(LOG) - 1, LOG.index(b"p/unclaimed/x")])
def test_a_log_that_is_cut_off(end: int) -> None:
    with pytest.raises(BrokenHistory, match="ended in the middle"):
        list(parse_log([LOG[:end]]))


@pytest.mark.parametrize("content", [b"A\0x\0", b"fatal\0", f"{A} \0\nR100\0x\0y\0".encode()])
def test_a_log_that_is_none(content: bytes) -> None:
    with pytest.raises(BrokenHistory, match="where a commit or a status should be"):
        list(parse_log([content]))


TREE_LINES = (
    f"100644 blob {A}\tp/claimed/x".encode(),
    f"100755 blob {B}\tREADME".encode(),
    f"160000 commit {C}\tp/unclaimed/s".encode(),
    f"100644 blob {A}\tp/.pending-triggers".encode(),
    f"120000 blob {A}\tdeep/p/claimed/".encode() + b"\xff\n\t",
    f"100644 blob {A}\tunclaimed/y".encode(),
    f"100644 blob {A}\tdisclaimed/z".encode(),
    f"100644 blob {A}\tp/claimed".encode(),
    f"100644 blob {A}\tp/disclaimed".encode(),
    f"100644 blob {A}\tp/claimed/folder/x".encode(),
)
TREE = b"".join(line + b"\0" for line in TREE_LINES)
ENTRIES = [
    TreeEntry("100644", A, "p/claimed/x"),
    TreeEntry("160000", C, "p/unclaimed/s"),
    TreeEntry("100644", A, "p/.pending-triggers"),
    TreeEntry("120000", A, "deep/p/claimed/\udcff\n\t"),
    TreeEntry("100644", A, "unclaimed/y"),
    TreeEntry("100644", A, "p/claimed"),
    TreeEntry("100644", A, "p/claimed/folder/x"),
]


@given(st.integers(1, len(TREE)))
def test_a_tree_in_chunks_of_any_size(size: int) -> None:
    assert list(parse_entries(cut(TREE, size))) == ENTRIES


def test_a_tree_that_is_cut_off() -> None:
    with pytest.raises(BrokenHistory, match="ls-tree ended"):
        list(parse_entries([TREE[:-1]]))


def test_a_tree_object() -> None:
    content = b"100644 a b\0" + b"\xaa" * 20 + b"40000 claimed\0" + b"\0" * 20
    assert parse_tree(content, 20) == {b"a b": (b"100644", "aa" * 20), b"claimed": (b"40000", "00" * 20)}
    with pytest.raises(BrokenHistory, match="malformed"):
        parse_tree(b"nonsense", 20)


def commit_object(message: bytes, *, encoding: bytes = b"", committer: bytes = b"C <c@d> 1700000000 +0100") -> bytes:
    extra = b"encoding %s\n" % encoding if encoding else b""
    head = f"tree {A}\nparent {B}\nauthor Ada L <a@b> 1600000000 -0500\ncommitter ".encode()
    return head + committer + b"\n" + extra + b"gpgsig -----BEGIN\n author Eve <e@f> 1 +0000\n\n" + message


def test_a_claim() -> None:
    claim = read_claim(LoggedCommit(A, (B,), ()), commit_object(b"claiming: x\n\nmore\n"), alone=False)
    assert (claim.commit, claim.claimed_at, claim.author, claim.alone) == (A, 1_700_000_000, "Ada L", False)
    assert (claim.authored_at, claim.is_made_again) == (1_600_000_000, True)
    assert claim.message == "claiming: x\n\nmore\n"


@pytest.mark.parametrize(
    ("message", "encoding", "text"),
    [
        (b"caf\xc3\xa9", b"", "café"),
        (b"caf\xe9", b"", "caf\udce9"),
        (b"caf\xe9", b"ISO-8859-1", "café"),
        (b"caf\xe9", b"utf-8", "caf\udce9"),
        (b"x", b"no-such-encoding", "x"),
        (b"x", b"rot13", "x"),
        (b"x", b"undefined", "x"),
        (b"a\0b", b"", "a\0b"),
        (b"", b"", ""),
    ],
)
def test_messages_in_any_bytes(message: bytes, encoding: bytes, text: str) -> None:
    content = commit_object(message, encoding=encoding)
    assert read_claim(LoggedCommit(A, (B,), ()), content, alone=True).message == text


def test_a_message_of_a_megabyte_is_cut() -> None:
    claim = read_claim(LoggedCommit(A, (B,), ()), commit_object(b"claiming: x\n" + b"y" * 1_000_000), alone=True)
    assert claim.message.startswith("claiming: x\n")
    assert len(claim.message) == LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("committer", "time"),
    [
        (b"C <c@d> 99999999999999 +0000", 253_402_300_799),
        (b"C <c@d> 999999999999999999999999 +0000", 0),
        (b"C <c@d> -5 +0000", 0),
        (b"C <c@d>", 0),
        (b"nothing at all", 0),
        (b"", 0),
        (b"C <c@d> \xd9\xa3 +0000", 0),
        (b"C > D <c@d> 7 +0000", 7),
    ],
)
def test_times_that_are_none(committer: bytes, time: int) -> None:
    content = commit_object(b"", committer=committer)
    assert read_claim(LoggedCommit(A, (B,), ()), content, alone=True).claimed_at == time


@pytest.mark.parametrize("parents", [(), (C,), (B, C)])
def test_a_commit_whose_parents_were_not_fetched_is_no_evidence(parents: tuple[str, ...]) -> None:
    with pytest.raises(BrokenHistory, match="other parents"):
        read_claim(LoggedCommit(A, parents, ()), commit_object(b""), alone=True)
