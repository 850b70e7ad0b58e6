# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much Concourse is asked: what is the same for many locks is asked once, over few connections."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from ansible_collections.poolboy.concourse.tests.scene import Scene

from ..running import ModuleRun
from .conftest import CHAIN, HOUR, Look, hand_off, login

LOCKS = 100
MOST_CONNECTIONS = 16
CONTACT = {"/api/v1/info": 1, "/sky/issuer/token": 1, "/api/v1/user": 1}


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A hundred builds have claimed a lock each and handed it on; all of them wait for a person."""
    with Scene(tmp_path_factory.mktemp("requests"), now=int(time.time()) - 40 * HOUR) as scene:
        scene.atc.change_settings(auto_schedule=False)
        scene.atc.set_user("pool-boy", "pa55word")
        scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
        scene.atc.set_pipeline("main/chain", CHAIN)
        for number in range(LOCKS):
            scene.locks.add("aws", f"env-{number}", at=scene.now)
        for number in range(LOCKS):
            scene.finish(hand_off(scene, f"aws/env-{number}"), "succeeded")
        yield scene
