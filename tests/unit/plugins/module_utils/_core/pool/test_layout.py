# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of pools and locks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import (
    ROOT_POOL,
    PoolPath,
    State,
    decode_path,
    encode_path,
    is_claimed_lock,
    lock_path,
    parse_path,
    pool_folder,
)

CLAIMED, UNCLAIMED = State.CLAIMED, State.UNCLAIMED


@pytest.mark.parametrize(
    ("path", "parsed", "is_lock"),
    [
        ("cf/fresh/claimed/env-1", PoolPath("cf/fresh", CLAIMED, "env-1"), True),
        ("cf/fresh/unclaimed/env-1", PoolPath("cf/fresh", UNCLAIMED, "env-1"), True),
        ("claimed/env-1", PoolPath(ROOT_POOL, CLAIMED, "env-1"), True),
        ("aws/claimed/two words\n", PoolPath("aws", CLAIMED, "two words\n"), True),
        ("aws/claimed/.gitkeep", PoolPath("aws", CLAIMED, ".gitkeep"), False),
        ("aws/claimed/.hidden", PoolPath("aws", CLAIMED, ".hidden"), False),
        ("aws/claimed", PoolPath("aws", CLAIMED, ""), False),
        ("claimed", PoolPath(ROOT_POOL, CLAIMED, ""), False),
        ("aws/claimed/folder/file", PoolPath("aws", CLAIMED, "folder", is_deeper=True), False),
        ("unclaimed/claimed/x", PoolPath(ROOT_POOL, UNCLAIMED, "claimed", is_deeper=True), False),
        ("claimed/p/claimed/x", PoolPath(ROOT_POOL, CLAIMED, "p", is_deeper=True), False),
    ],
)
def test_paths_of_pools(path: str, parsed: PoolPath, is_lock: bool) -> None:
    assert parse_path(path) == parsed
    assert parsed.is_lock is is_lock
    assert is_claimed_lock(encode_path(path)) is (is_lock and parsed.state is CLAIMED)
    assert path == parsed.entry or parsed.is_deeper


@pytest.mark.parametrize("path", ["README.md", "aws/.pending-triggers", "p/disclaimed/x", "./claimed/x", "."])
def test_paths_outside_of_pools(path: str) -> None:
    assert parse_path(path) is None
    assert not is_claimed_lock(encode_path(path))


@given(st.binary(), st.sampled_from(State))
def test_names_of_any_bytes(name: bytes, state: State) -> None:
    path = lock_path("aws", state, decode_path(name))
    assert encode_path(path) == b"aws/" + state.encode() + b"/" + name
    parsed = parse_path(path)
    assert parsed is not None
    assert parsed.is_lock is (bool(name) and not name.startswith(b".") and b"/" not in name)


def test_the_folder_of_a_pool() -> None:
    assert pool_folder("cf/fresh") == "cf/fresh"
    assert pool_folder(ROOT_POOL) == ""
