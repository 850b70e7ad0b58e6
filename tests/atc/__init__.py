# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Concourse for tests: an emulator with state, and a replay of recorded responses. See README.md."""

from __future__ import annotations

from .emulator import Emulator
from .remote import RemoteControl
from .replay import Replay

__all__ = ["Emulator", "RemoteControl", "Replay"]
