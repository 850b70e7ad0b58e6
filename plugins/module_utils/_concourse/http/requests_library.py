# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library requests, imported at its first use: the import takes 0.1 seconds."""

from __future__ import annotations

import re
import sys

from ..._core.shared.errors import PoolboyError

OLDEST_REQUESTS = (2, 32, 4)  # the first that sends no login of ~/.netrc to another host


class MissingLibrary(PoolboyError):
    """A Python library that the collection needs cannot be imported."""


def import_requests() -> None:
    """Import requests, or raise MissingLibrary with a sentence that says where to install it."""
    try:
        import requests
    except ImportError as error:
        raise MissingLibrary(
            f"The Python library requests cannot be imported by {sys.executable} ({error}): "
            "install it there, for example with 'pip install requests', or set ansible_python_interpreter to a Python"
            " that has it."
        ) from None
    version = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", str(getattr(requests, "__version__", "")))
    if version is None or tuple(int(part or 0) for part in version.groups()) < OLDEST_REQUESTS:
        found = version[0] if version else "of an unknown version"
        raise MissingLibrary(
            f"The Python library requests {found} of {sys.executable} is too old: install requests"
            f" {'.'.join(map(str, OLDEST_REQUESTS))} or newer there, or set"
            " ansible_python_interpreter to a Python that has it."
        )
