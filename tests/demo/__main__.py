# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the collection on a demo: ``python -m tests.demo``, which is what `make demo` runs.

It creates a small Concourse and a lock repository in .demo/. Then the collection's playbooks show who holds each lock
and run one round: they release stale locks, start a build for each free lock, and write the page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ..scene import Scene
from .story import LENGTH, simulate_day

FOLDER = Path(".demo")

ROUND = """\
---
pool_boy_name: shop
pool_boy_pools:
  - name: aws
    job: main/shop/claim-env
  - name: cf/fresh
    stale_timeout: 120
    job: main/shop/load-test
pool_boy_page_file: {page}
"""


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    folder = FOLDER.resolve()
    page, variables = folder / "page.html", FOLDER / "round.yml"
    variables.write_text(ROUND.format(page=page), encoding="utf-8")
    with Scene(folder, now=int(time.time()) - LENGTH) as scene:
        simulate_day(scene)
        scene.atc.follow_wall_clock()
        print("Who holds what?\n", flush=True)
        code = _run(scene, "status", POOLS="aws,cf/fresh:120")
        if code == 0:
            print(f"One round, variables in {variables}:\n\n{variables.read_text(encoding='utf-8')}", flush=True)
            code = _run(scene, "pool_boy", "-e", f"@{variables}")
    if code == 0:
        print(f"The page of this round: {page.as_uri()}")
        print("The demo has ended, and its Concourse with it. Run make demo to start it again.")
    return code


def _run(scene: Scene, playbook: str, *options: str, **settings: str) -> int:
    """Run a playbook as a user would, with the login from environment variables."""
    login = {
        "POOL_REPO": scene.repo,
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": "demo",
    }
    variables = {**login, **settings}
    command = ["ansible-playbook", f"poolboy.concourse.{playbook}", *options]
    lines = [*(f"{name}={value}" for name, value in variables.items()), " ".join(command)]
    print("$ " + " \\\n  ".join(lines), flush=True)
    # The demo writes only into its folder.
    cache = {"XDG_CACHE_HOME": str(FOLDER.resolve() / "cache")}
    return subprocess.run(command, env={**os.environ, **variables, **cache}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
