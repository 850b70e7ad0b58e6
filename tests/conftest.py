# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Python and hypothesis for all tests: no deadline, and the same examples in each run.

POOLBOY_LONG=1 draws new examples, which can fail in code that has not changed; those of a failure are reproducible.
"""

from __future__ import annotations

import gc
import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "poolboy",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("POOLBOY_LONG") != "1",
)
settings.load_profile("poolboy")

# The thousands of objects that pytest keeps make each search for garbage long.
gc.set_threshold(50_000)
