# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether `make long` runs the tests, which sets POOLBOY_LONG=1: then they do all that takes minutes."""

from __future__ import annotations

import os

LONG = os.environ.get("POOLBOY_LONG") == "1"
