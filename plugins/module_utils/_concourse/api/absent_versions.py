# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that do not have a version, so that a second search asks only those that were checked since the first one.

Only a check brings an old version into a resource, and Concourse lists when the last check of each one ended
(`last_checked`, in seconds). Otherwise the last look before a push would ask all resources of all pipelines once more.
For an archived pipeline the time of the archiving counts, as no build there takes what a later check brings.
A put records the version that it has just made without a check: only a claim seconds ago is such a version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ..._core.concourse.model import Version
from ..._core.concourse.references import ResourceReference
from ..decode.model import ListedResource


class AbsentVersions:
    """What a run has found to be absent; the queries of all its looks share it, and threads as well."""

    def __init__(self) -> None:
        self._absent: dict[tuple[ResourceReference, Version], int] = {}

    def fetch(
        self, resource: ResourceReference, version: Version, checked: int | None, ask: Callable[[], int | None]
    ) -> int | None:
        """Return what `ask` returns, None if the version is absent, without asking if no check can have brought it.

        `checked` is when the last check of the resource ended, and was listed before.
        """
        if checked is not None and self._absent.get((resource, version)) == checked:
            return None
        number = ask()
        if number is None and checked is not None:
            self._absent[resource, version] = checked
        return number


def check_times(listed: Collection[ListedResource]) -> Mapping[ResourceReference, int]:
    """Return when the last check of each resource ended, if a later one is certain to end in another second.

    That is certain for each resource but those that were checked in the latest second of the list: the clock of
    Concourse had moved on by then.
    """
    latest = max((one.last_checked or 0 for one in listed), default=0)
    return {one.reference: one.last_checked for one in listed if one.last_checked and one.last_checked < latest}
