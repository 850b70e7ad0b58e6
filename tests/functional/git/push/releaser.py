# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script that releases all claimed locks of a repository in one push, with retries."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import moved_lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import open_repository


def main(repo: str, cache_dir: Path) -> None:
    with open_repository(repo, cache_dir, git_timeout=60) as repository:
        for _attempt in range(30):
            snapshot = repository.snapshot()
            claimed = [lock for lock in snapshot.locks if lock.is_claimed]
            releases = [moved_lock(lock, lock.pool, State.UNCLAIMED, f"unclaiming: {lock.name}\n") for lock in claimed]
            if not releases:
                return
            if repository.push(snapshot, repository.write(snapshot, releases)) is PushOutcome.ACCEPTED:
                return
    raise SystemExit("overtaken too often")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
