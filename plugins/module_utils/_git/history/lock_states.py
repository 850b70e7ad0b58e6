# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of the locks of some pools at a commit, from its folders alone."""

from __future__ import annotations

import typing as t
from collections.abc import Collection

from ..._core.pool.layout import State, decode_path, encode_path, is_lock_name, state_folder
from ..objects.tree_reader import FOLDER_MODE, SUBMODULE_MODE, TreeReader

LockKey = tuple[str, str]  # pool and lock
LockStates = dict[LockKey, State]
StateChanges: t.TypeAlias = (
    "dict[LockKey, tuple[State | None, State | None]]"  # the state before and after; None for no such lock
)


def lock_states(trees: TreeReader, commit: str, pools: Collection[str]) -> LockStates:
    """Return the state of each lock; one in both folders of its pool counts as claimed.

    Raises MissingObject, BrokenHistory.
    """
    found: LockStates = {}
    for state in (State.UNCLAIMED, State.CLAIMED):
        for pool in pools:
            tree = trees.folder(commit, encode_path(state_folder(pool, state)))
            for name, (mode, _object) in trees.entries(tree).items() if tree else ():
                lock = decode_path(name)
                if mode not in (FOLDER_MODE, SUBMODULE_MODE) and is_lock_name(lock):
                    found[pool, lock] = state
    return found
