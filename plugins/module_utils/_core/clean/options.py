# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a clean run beyond the policies: targets, exclusions, forced releases and the limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..shared.errors import BadOption
from ..shared.names import matches_name
from ..shared.text import quoted

# Ansible takes a text for a list that commas separate, also one that is meant as JSON.
_QUOTED = ('"', "'", '["', "['")


@dataclass(frozen=True, slots=True)
class CleanRules:
    """The options of a run.

    `release_to` maps a pool to the pool that its locks are released to; `exclude` are shell patterns of `pool/lock`;
    `force` maps `pool/lock` to the claim commit, whole or its first digits, of locks to release against any policy;
    `max_releases` limits a run; `accept_gone` are claim commits, in the same form, whose builds are gone for good;
    `unreachable_ok` accepts that Concourse cannot be asked about any lock of a build.
    """

    release_to: Mapping[str, str] = field(default_factory=dict)
    exclude: Sequence[str] = ()
    force: Mapping[str, str] = field(default_factory=dict)
    max_releases: int = 20
    accept_gone: Sequence[str] = ()
    unreachable_ok: bool = False

    def target(self, pool: str) -> str:
        """Return the pool that the locks of a pool are released to."""
        return self.release_to.get(pool, pool)

    def accepts_gone(self, claim: str) -> bool:
        """Return whether the user accepts that the build of a claim is gone."""
        return any(claim.startswith(commit) for commit in self.accept_gone)


def read_exclusions(given: Sequence[str]) -> Sequence[str]:
    """Return the patterns, which lines can separate, too. Raises BadOption for JSON that was split at its commas."""
    patterns = [line for text in given for line in text.split("\n") if line.strip()]
    for pattern in patterns:
        if pattern.lstrip().startswith(_QUOTED):
            raise BadOption(
                f"exclude: {quoted(pattern, 80)} has a quote, so it would keep nothing. Write a list, or a text such as"
                " aws/env-1,gcp/*; on a command line, write the variables as JSON."
            )
    return patterns


def excludes(pattern: str, lock: str) -> bool:
    """Return whether a pattern, with or without the blanks around it, is exactly `pool/lock` or matches all of it.

    One without a slash also matches the names of locks in all pools: no name has a slash.
    """
    names = lock, lock.rpartition("/")[2]
    return any(matches_name(one, name) for one in (pattern, pattern.strip()) for name in names)


def excluded_by(lock: str, patterns: Sequence[str]) -> str | None:
    """Return the first pattern that excludes a lock; None without any."""
    return next((pattern for pattern in patterns if excludes(pattern, lock)), None)
