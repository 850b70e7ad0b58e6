# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds in the responses of a run: two responses about the same build must agree."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable

from ..._core.concourse.model import Build
from ..._core.concourse.queries import NoCredibleResponse
from ..decode.model import decode_build, decode_builds


class KnownBuilds:
    """Decodes builds, and remembers the parts of each that do not change in a run; threads share it.

    Builds start and end. Raises NoCredibleResponse for a contradiction; renaming a pipeline or job in these
    seconds causes one, too. `address` returns the URL of this Concourse for people, "" if it is not known.
    """

    def __init__(self, address: Callable[[], str] = str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._builds: dict[int, Build] = {}

    def decode(self, value: t.Any) -> Build:
        return self._require_agreement(decode_build(value, self._address()))

    def decode_list(self, value: t.Any) -> tuple[Build, ...]:
        return tuple(self._require_agreement(build) for build in decode_builds(value, self._address()))

    def _require_agreement(self, build: Build) -> Build:
        with self._lock:
            known = self._builds.get(build.id, build)
            if not _agree(known, build):
                raise NoCredibleResponse(f"Concourse contradicts its earlier response about build {build.id}")
            if known.is_active or build.id not in self._builds:
                self._builds[build.id] = build
        return build


def _agree(first: Build, second: Build) -> bool:
    if _identity(first) != _identity(second):
        return False
    if None not in (first.start_time, second.start_time) and first.start_time != second.start_time:
        return False
    has_ended = not first.is_active and not second.is_active
    return not has_ended or (first.status, first.end_time) == (second.status, second.end_time)


def _identity(build: Build) -> tuple[object, ...]:
    return build.team, build.pipeline, build.job, build.name, build.rerun_of
