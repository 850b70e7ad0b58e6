# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the docstrings of the functions that define a format."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim import build_url, holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict import pool_options


@pytest.mark.parametrize("module", [build_url, holder, pool_options], ids=["build_url", "holder", "pool_options"])
def test_the_examples_are_correct(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
