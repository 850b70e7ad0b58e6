# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five hundred builds at 50 ms each, in parallel: at most an eighth of the sequential time."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import CONFIG, Connect

BUILDS, LATENCY, THREADS = 500, 0.05, 16


@pytest.fixture
def url(tmp_path: Path) -> object:
    """An emulator in a separate process, so that it does not slow down the measured client."""
    world, ready = tmp_path / "world.yml", tmp_path / "ready"
    builds = [{"pipeline": "main/flow", "job": "claim", "id": number} for number in range(1, BUILDS + 1)]
    description = {
        "users": {"admin": "admin-pa55word"},
        "teams": {"main": {"owner": ["local:admin"]}},
        "pipelines": [{"pipeline": "main/flow", "config": CONFIG}],
        "builds": builds,
        "story": [{"change_settings": {"latency": LATENCY}}],
    }
    world.write_text(yaml.safe_dump(description), encoding="utf-8")
    command = [sys.executable, "-m", "ansible_collections.poolboy.concourse.tests.atc"]
    with subprocess.Popen([*command, "--world", str(world), "--ready-file", str(ready)]) as server:
        try:
            latest = time.monotonic() + 60
            while not ready.exists() and server.poll() is None and time.monotonic() < latest:
                time.sleep(0.02)
            yield ready.read_text(encoding="utf-8").strip()
        finally:
            server.terminate()


def test_five_hundred_builds(url: str, connect: Connect) -> None:
    # Sequentially, each takes at least the latency. Other tests can have the processors for a while.
    limit, attempts = BUILDS * LATENCY / 8, 3
    assert any(seconds_for_all(url, connect) <= limit for _attempt in range(attempts))


def seconds_for_all(url: str, connect: Connect) -> float:
    """Ask a new client for all builds in parallel, and return how long it takes."""
    concourse = connect(url)
    concourse.connect()
    queries = concourse.queries()
    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda number: queries.build(BuildReference(id=number)), range(1, BUILDS + 1)))
    taken = time.monotonic() - started
    assert [build.id for build in found if build is not None] == list(range(1, BUILDS + 1))
    return taken
