# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a resource's versions: the newest first, as jobs take them."""

from __future__ import annotations

import math
import threading
import typing as t
from collections.abc import Mapping

from ..._core.concourse.model import Version
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import PipelineReference
from .decode import ListedVersion, decode_versions
from .next_page import next_page
from .paths import pipeline_path
from .requests import ApiRequests

_PAGE = 200
_MOST_PAGES = 200


class VersionOrder:
    """The versions of one resource, read page by page and only as far as needed; all threads share what was read."""

    def __init__(self, inquiry: ApiRequests, pipeline: PipelineReference, resource: str) -> None:
        self._inquiry = inquiry
        self._pipeline = pipeline
        self._resource = resource
        self._lock = threading.Lock()
        self._trouble: str | None = None
        self._begin()

    def is_newer(self, first: Version, second: Version, version_id: t.Callable[[Version], int | None]) -> bool:
        """Whether the first comes before the second in the list. Raises NoCredibleResponse if that cannot be told.

        The one that is seen first is the newer one, provided that the other was there when the list was begun.
        """
        with self._lock:
            while self._neither_seen(first, second):
                self._read_page()
            for version in (first, second):
                if version not in self._places:
                    self._make_sure_of(version, version_id(version))
            return self._places.get(first, math.inf) < self._places.get(second, math.inf)

    def latest_id(self, version: Version) -> int | None:
        """The id of a version if it is on the first page, else None. Raises NoCredibleResponse."""
        with self._lock:
            if self._pages == 0:
                self._read_page()
            return self._latest.get(version)

    def _neither_seen(self, first: Version, second: Version) -> bool:
        return first not in self._places and second not in self._places

    def _make_sure_of(self, version: Version, number: int | None) -> None:
        """Make sure that a version that was not seen is further down, and did not come while the list was read."""
        if number is None:
            raise NoCredibleResponse(f"Concourse does not know a version of {self._resource} that a build took")
        if number < self._highest_id:
            # An id below one at the top of the list was given before the list was read.
            return
        self._begin()
        while version not in self._places:
            self._read_page()

    def _begin(self) -> None:
        self._places: dict[Version, int] = {}
        self._latest: dict[Version, int] = {}
        self._highest_id = 0
        self._pages = 0
        self._next: str | None = self._asked({"limit": str(_PAGE)})

    def _read_page(self) -> None:
        asked = self._page_to_ask_for()
        try:
            answer = self._inquiry.fetch(asked)
            if answer is None:
                raise NoCredibleResponse(f"Concourse does not know resource {self._resource} any more")
            self._add(self._inquiry.understood(asked, answer, decode_versions))
        except NoCredibleResponse as error:
            self._trouble = str(error)
            raise
        query = next_page(answer.link)
        self._next = None if query is None else self._asked(query)
        self._pages += 1

    def _page_to_ask_for(self) -> str:
        if self._trouble is not None:
            raise NoCredibleResponse(self._trouble)
        if self._next is None:
            raise NoCredibleResponse(f"Concourse does not list a version of {self._resource} that a build took")
        if self._pages == _MOST_PAGES:
            raise NoCredibleResponse(
                f"resource {self._resource} has had more than {_PAGE * _MOST_PAGES} versions since"
            )
        return self._next

    def _add(self, page: tuple[ListedVersion, ...]) -> None:
        if self._pages == 0:
            self._latest = {listed.version: listed.id for listed in page}
            self._highest_id = max(self._latest.values(), default=0)
        for listed in page:
            self._places.setdefault(listed.version, len(self._places))

    def _asked(self, pairs: Mapping[str, str]) -> str:
        return pipeline_path(self._pipeline, "resources", self._resource, "versions", pairs=pairs.items())
