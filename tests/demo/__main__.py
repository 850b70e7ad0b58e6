# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See the collection at work: ``python -m tests.demo``, which is what `make demo` runs.

A small Concourse and a lock repository are made in .demo/; then the playbooks of the collection look at them, and give
back what nobody holds any more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ..scene import Scene
from .story import tell

FOLDER = Path(".demo")
# The story takes so many seconds, and it ends now.
LENGTH = 49_200


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with Scene(FOLDER.resolve(), now=int(time.time()) - LENGTH) as scene:
        tell(scene)
        scene.atc.follow_wall_clock()
        return _run(scene, "status") or _run(scene, "clean")


def _run(scene: Scene, verb: str) -> int:
    """Run a playbook as a user would, with nothing but environment variables."""
    settings = {
        "POOL_REPO": scene.repo,
        "POOLS": "aws,cf/fresh:120",
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": "demo",
    }
    command = ["ansible-playbook", f"poolboy.concourse.{verb}"]
    print(
        "$ " + " \\\n  ".join([*(f"{name}={value}" for name, value in settings.items()), " ".join(command)]), flush=True
    )
    # The demo leaves nothing outside of its folder.
    cache = {"XDG_CACHE_HOME": str(FOLDER.resolve() / "cache")}
    return subprocess.run(command, env={**os.environ, **settings, **cache}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
