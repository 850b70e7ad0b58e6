# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that releases locks, as the options ask for it."""

from __future__ import annotations

import time
import typing as t

from .._core.clean.forced_locks import read_force
from .._core.clean.options import CleanRules
from .._core.shared.errors import BadOption
from .._core.verdict.pool_options import PoolOption, read_target
from .options import Options

if t.TYPE_CHECKING:
    from .._core.pool.change import RepositoryChange
    from .._core.push.store import CommitStore
    from .._git.access.author import Author
    from .._git.repository import LockRepository


def wall_seconds() -> int:
    """Return the time in seconds since 1970, UTC."""
    return int(time.time())


def monotonic_seconds() -> float:
    """Return monotonic seconds that go on while the machine is suspended, where the system has them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def release_store(repository: LockRepository, author: Author) -> CommitStore[RepositoryChange]:
    """Return the store that writes and pushes releases."""
    # Imported late: most runs release nothing.
    from .._git.push.writer import RepositoryWriter
    from .._git.write.lock_commits import RELEASES

    return RepositoryWriter(repository, author, RELEASES)


def cleaning_rules(options: Options, wanted: tuple[PoolOption, ...]) -> CleanRules:
    """Return what the options allow beyond the policies. Raises BadOption."""
    if options["max_releases"] < 1:
        raise BadOption(f"max_releases is {options['max_releases']}: allow at least 1 release, or use check mode.")
    if not wanted:
        # Never all of them by a variable that happens to be empty.
        raise BadOption("pools names no pool: name each pool whose locks may be released.")
    target = None if options["release_to"] is None else read_target(options["release_to"])
    targets = {pool.name: pool.release_to or target for pool in wanted}
    return CleanRules(
        release_to={pool: target for pool, target in targets.items() if target},
        exclude=options["exclude"],
        force=read_force(options["force"]),
        max_releases=options["max_releases"],
        accept_gone=options["accept_gone"] or (),
        unreachable_ok=options["unreachable_ok"],
    )
