# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets ansible-playbook use the archives of modules that an earlier run of the session made."""

from __future__ import annotations

import atexit
import gc
import os
import zlib
from pathlib import Path

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

DOCUMENTATION = """
name: module_archives
type: aggregate
short_description: Lets ansible-playbook use the archives of modules that an earlier run made
description: Only the tests of the collection use it. POOLBOY_REUSE names the folder.
"""


class CallbackModule(CallbackBase):
    """Links the folder in which ansible-core keeps the archives of a run."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "module_archives"

    def __init__(self) -> None:
        super().__init__()
        shared = os.environ.get("POOLBOY_REUSE")
        if not shared:
            return
        # At its end, Python searches all objects for garbage.
        atexit.register(gc.freeze)
        # The archives are named after the modules alone.
        source = zlib.crc32(repr(vars(constants)["COLLECTIONS_PATHS"]).encode())
        folder = Path(shared, f"ansible-core-{__version__}-{source:x}")
        folder.mkdir(exist_ok=True)
        # As in ansible.executor.module_common.
        Path(vars(constants)["DEFAULT_LOCAL_TMP"], "ansiballz_cache").symlink_to(folder)
