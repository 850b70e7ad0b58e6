# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim, and who made it. Private to the collection."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import BuildRef


@dataclass(frozen=True, slots=True)
class Claim:
    """The last commit that added a claimed path.

    `claimed_at` is its committer time in seconds since 1970, UTC: the pool resource commits anew when a push is
    refused, so this is the moment of the claim that was accepted. `alone` says that the commit claimed no other lock.
    """

    commit: str
    claimed_at: int
    author: str
    message: str
    alone: bool = True


class HolderKind(enum.StrEnum):
    """Who holds a lock: a build, a person, or a build that the message does not name."""

    BUILD = "build"
    PERSON = "person"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a claim's message says has the lock.

    `readings` are the builds that the message can mean, likeliest first: old formats join names by slashes, and
    names may hold slashes. Empty unless `kind` is BUILD. `url` is the page of the build as the message gives it.
    """

    kind: HolderKind
    text: str
    readings: tuple[BuildRef, ...] = ()
    url: str | None = None
