# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs found out about claims, in a file beside the cached copy; one for each Concourse and login.

A file that is missing, incomplete, of another version, or writable for others counts as empty: then every clock starts
again.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import typing as t
from collections.abc import Iterator
from pathlib import Path

from ..._core.verdict.claim_memory import ClaimMemory
from .files import read_own_file, replace_file
from .folder import CacheFolder, cache_error

_FORMAT = 1
# The latest entries are kept; each is of one claim.
_MOST_ENTRIES = 5000


@contextlib.contextmanager
def remembered_claims(folder: CacheFolder | None, identity: str) -> Iterator[ClaimMemory | None]:
    """Yield the memory of a Concourse and login, and save it if it changed; None without a folder.

    Raises RepositoryError.
    """
    if folder is None:
        yield None
        return
    path = folder.path / f"claims-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.json"
    memory = _read(path)
    before = copy.deepcopy(memory)
    yield memory
    if memory != before:
        try:
            replace_file(path, _content(memory))
        except FileNotFoundError:
            # Another run took the new file for one that a killed run left. The next run finds out the same again.
            return
        except OSError as error:
            raise cache_error(folder.path, error) from error


def _read(path: Path) -> ClaimMemory:
    try:
        content = json.loads(read_own_file(path))
        if content["format"] == _FORMAT:
            return ClaimMemory(_numbers(content["gone_since"]), _numbers(content["builds"]))
    except (OSError, ValueError, OverflowError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return ClaimMemory()


def _content(memory: ClaimMemory) -> bytes:
    content = {
        "format": _FORMAT,
        "gone_since": dict([*memory.gone_since.items()][-_MOST_ENTRIES:]),
        "builds": dict([*memory.builds.items()][-_MOST_ENTRIES:]),
    }
    return json.dumps(content).encode("ascii")


def _numbers(content: dict[str, t.Any]) -> dict[str, int]:
    """Return the entries. Raises ValueError for anything but a number of seconds or an id."""
    return {str(commit): int(number) for commit, number in content.items()}
