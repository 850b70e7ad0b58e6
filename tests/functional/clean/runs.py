# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and results of runs of concourse_pool_clean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...scene import Scene
from ..running import ModuleRun

Clean = Callable[..., ModuleRun]
HOUR = 3600


def login(scene: Scene, **options: Any) -> dict[str, Any]:
    """Return the options with which pool-boy uses a scene."""
    given = {
        "repo": scene.repo,
        "concourse_url": scene.atc.url,
        "concourse_username": "pool-boy",
        "concourse_password": "pa55word",
    }
    return {**given, **options}


def released(run: ModuleRun) -> set[str]:
    """Return the locks that a run released, as `pool/lock`."""
    return {f"{one['pool']}/{one['name']}" for one in run.values["released"]}


def actions(run: ModuleRun) -> dict[str, str]:
    return {name: lock["action"] for name, lock in run.locks.items()}
