# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository at one commit: everything that the rules need of git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..claim.claim import Claim
from .lock import Lock


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a pool that a person should look at; it changes no verdict."""

    pool: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All pools of the branch at `commit`, their locks by pool and name, and the claims by path of the claimed ones.

    `obstacles` are paths of things that stand where a lock, or the folder of the locks, would have to be, and are none.
    """

    commit: str
    branch: str
    pools: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    obstacles: tuple[str, ...] = ()
