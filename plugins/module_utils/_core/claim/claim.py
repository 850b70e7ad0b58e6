# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim, who made it, and its commit as people write it."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_COMMIT = 7
"""The fewest digits of a commit that identify a claim; git itself abbreviates to no fewer."""

_HEX_DIGITS = "0123456789abcdef"


def is_hexadecimal(text: str) -> bool:
    """Return whether a text has no other characters than the digits of a commit."""
    return not text.strip(_HEX_DIGITS)


def identifies_commit(text: str) -> bool:
    """Return whether a text can be a commit or the first digits of one, enough of them to identify it.

    >>> [identifies_commit(text) for text in ("7000aa5", "7000aa", "main-branch")]
    [True, False, False]
    """
    return len(text) >= SHORTEST_COMMIT and is_hexadecimal(text)


@dataclass(frozen=True, slots=True)
class Claim:
    """The last commit that added a claimed path.

    `claimed_at` is its committer time in seconds since 1970, UTC: the pool resource makes a new commit when a push is
    refused, so this is the moment of the claim that was accepted. `alone` says that the commit claimed no other lock.
    `changed_at` is when somebody last changed the claimed file since, None if nobody has. `authored_at` is its author
    time, None if it was not read.

    A clock can be behind: `made_after` is the latest time of the commits before the claim, and `changed_after` that of
    the commits before those changes; both are None if no such commit was read. `later_trailers` holds the trailers of
    these changes; it is empty if no change states an end.
    """

    commit: str
    claimed_at: int
    author: str
    message: str
    alone: bool = True
    changed_at: int | None = None
    authored_at: int | None = None
    made_after: int | None = None
    changed_after: int | None = None
    later_trailers: str = ""

    @property
    def is_made_again(self) -> bool:
        """Whether somebody made the commit again, as git's cherry-pick, rebase and commit --amend do.

        A pool resource commits anew where its push is refused, and so does this collection: both times are equal.
        """
        return self.authored_at is not None and self.authored_at != self.claimed_at

    @property
    def written_at(self) -> int:
        """When the claim was first written, as far as its commit tells: before it was made again."""
        return self.claimed_at if self.authored_at is None else min(self.authored_at, self.claimed_at)
