# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured process: one read of a lock repository with the modules' code.

`python -m ... look OPTIONS` takes RepositoryOptions as JSON and prints the result as JSON.
"""

from __future__ import annotations

import json
import sys

from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository


def main() -> None:
    with LockRepository(RepositoryOptions(**json.loads(sys.argv[1]))) as repository:
        snapshot = repository.snapshot()
    claims = {path: claim.commit for path, claim in snapshot.claims.items()}
    json.dump({"commit": snapshot.commit, "locks": len(snapshot.locks), "claims": claims}, sys.stdout)


if __name__ == "__main__":
    main()
