# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user of the scripts: Concourse starts them as root, and gives `in` a folder that belongs to root.

The copy of the lock repository is kept in the home folder of the user.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import MutableMapping

USER = "pool-boy"  # of the image


def leave_root(name: str, folder: str | None) -> None:
    """Go on as a user of the image, who gets the folder; do nothing if there is no such user, or this is not root."""
    if os.geteuid() != 0:
        return
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        return
    if folder is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def use_own_home(environment: MutableMapping[str, str]) -> None:
    """Set HOME to the home folder of the user, if it is missing or another user's: Concourse can leave that of root."""
    home = environment.get("HOME", "")
    if home and os.access(home, os.W_OK):
        return
    try:
        environment["HOME"] = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return
