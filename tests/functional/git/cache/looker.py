# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a repository and prints, for each look, its commit and claims as a line of JSON. Run as a script."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository


def main(repo: str, cache_dir: Path, looks: int) -> None:
    for _look in range(looks):
        with LockRepository(RepositoryOptions(repo=repo, cache_dir=str(cache_dir), git_timeout=60)) as repository:
            snapshot = repository.snapshot()
        claims = {path: claim.commit for path, claim in snapshot.claims.items()}
        print(json.dumps([snapshot.commit, claims]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
