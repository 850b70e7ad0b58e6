# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of the benches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A lock repository to generate; its oldest claim is `oldest` commits below the newest commit."""

    locks: int
    claimed: int
    commits: int
    oldest: int

    def __str__(self) -> str:
        return f"{self.locks:,} locks, {self.claimed:,} claimed, {self.commits:,} commits, oldest {self.oldest:,} deep"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """`latency` is in seconds. There are `pairs` of long runs (many seconds each), `build_pairs` of the longest,
    `short_pairs` of runs of about a second, and `tiny_pairs` of those of some milliseconds.

    Where querying git for every claimed lock takes minutes, each run queries one in `part_of` locks, in turn.
    """

    long_history: Shape
    short_history: Shape
    part_of: int
    builds: int
    build_pairs: int
    latency: float
    repositories: int
    pairs: int
    short_pairs: int
    tiny_pairs: int
    memory_runs: int


PROMISED = Sizes(
    long_history=Shape(locks=2_000, claimed=500, commits=100_000, oldest=50_000),
    short_history=Shape(locks=2_000, claimed=500, commits=1_000, oldest=900),
    part_of=3,
    builds=500,
    build_pairs=2,
    latency=0.05,
    repositories=50,
    pairs=3,
    short_pairs=9,
    tiny_pairs=21,
    memory_runs=2,
)

QUICK = Sizes(
    long_history=Shape(locks=200, claimed=50, commits=5_000, oldest=2_500),
    short_history=Shape(locks=200, claimed=50, commits=400, oldest=300),
    part_of=2,
    builds=64,
    build_pairs=2,
    latency=0.05,
    repositories=6,
    pairs=2,
    short_pairs=3,
    tiny_pairs=5,
    memory_runs=1,
)
