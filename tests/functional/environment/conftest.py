# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the environment tests: the tools, and pools with a history."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.demo.story import LENGTH, simulate_day
from ansible_collections.poolboy.concourse.tests.functional.environment.container import Image, build_image
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import tools
from ansible_collections.poolboy.concourse.tests.scene import Scene


@pytest.fixture(scope="session")
def tool_folder() -> Path:
    """The folder of ansible-playbook, ansible-builder, ansible-navigator and ansible-runner."""
    return tools()


@pytest.fixture(scope="session")
def image(tool_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image of the Concourse task."""
    return build_image(tmp_path_factory.mktemp("image"), tool_folder)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The pools of the demo: cf/fresh/big-2 errored and big-3 aborted hours ago, aws/env-1 failed, env-3 is in use."""
    with Scene(tmp_path / "scene", now=int(time.time()) - LENGTH) as made:
        simulate_day(made)
        made.atc.follow_wall_clock()
        yield made
        assert made.atc.server.errors == []
