# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The home folder of the scripts."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._resource.user import use_own_home

OWN = pwd.getpwuid(os.geteuid()).pw_dir


@pytest.mark.parametrize("given", [{}, {"HOME": ""}, {"HOME": "/nowhere/at/all"}])
def test_a_home_that_cannot_be_used_is_replaced(given: dict[str, str]) -> None:
    use_own_home(given)
    assert given == {"HOME": OWN}


def test_a_home_that_can_be_used_stays(tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path)}
    use_own_home(given)
    assert given == {"HOME": str(tmp_path)}
