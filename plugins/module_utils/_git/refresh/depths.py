# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many commits behind the tip each fetch asks for, until the history holds the answer.

Half of all claims lie within some hundred commits, the oldest can be fifty thousand back. Each fetch is a connection:
about 0.3 s over ssh. The network skips steps 1 and 512, which save less than that. It does not skip deeper ones: 65,536
commits in one step take 2.5 s of a processor longer than in two. On this machine a connection costs nothing.
"""

from __future__ import annotations

from ..remote.remote import WHOLE_HISTORY

LOCAL_DEPTHS = (1, 64, 512, 4096, 32768, 65536, 131072, 262144, WHOLE_HISTORY)
NETWORK_DEPTHS = (64, 4096, 32768, 65536, 131072, 262144, WHOLE_HISTORY)
SHALLOWEST_HISTORY = 64  # commits: a fetch for claims that mostly lie near the tip


def first_depths(*, is_local: bool) -> tuple[int, ...]:
    """Return the depths to fetch when nothing is known."""
    return LOCAL_DEPTHS if is_local else NETWORK_DEPTHS


def next_depths(*, is_local: bool) -> tuple[int, ...]:
    """Return the depths to fetch for history, where the tip alone does not help."""
    return tuple(depth for depth in first_depths(is_local=is_local) if depth >= SHALLOWEST_HISTORY)
