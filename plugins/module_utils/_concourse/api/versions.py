# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of a resource: one by its fields, and their order, newest first, as jobs take them."""

from __future__ import annotations

import math
import threading
import typing as t
from collections.abc import Mapping

from ..._core.concourse.model import Version
from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import PipelineReference
from ..decode.versions import ListedVersion, decode_versions
from .checks import require_filtered_versions
from .paths import next_page_parameters, pipeline_path
from .requests import ApiRequests

_PAGE = 200
_MAX_PAGES = 200
# The API's own default for lists (atc/pagination.go).
_DEFAULT_PAGE = 100
_FIRST_WITH_FILTER = (5, 5, 0)


def has_filter(api: ApiRequests) -> bool:
    """Return whether Concourse can find one version among those of a resource."""
    return api.login().server.version >= _FIRST_WITH_FILTER


def fetch_version(api: ApiRequests, path: str, resource: str, version: Version) -> ListedVersion | None:
    """Return a version from a list filtered by it, None if it is not there. Raises NoCredibleResponse."""
    versions = api.get_or_none(path, decode_versions) or ()
    if has_filter(api):
        require_filtered_versions(versions, resource, version)
    found = next((one for one in versions if one.version == version), None)
    if found is None and len(versions) >= _DEFAULT_PAGE:
        raise NoCredibleResponse(f"Concourse did not filter the versions of {resource}: it listed the latest ones")
    return found


class VersionOrder:
    """The versions of one resource, fetched page by page and only as far as needed; threads share the pages."""

    def __init__(self, api: ApiRequests, pipeline: PipelineReference, resource: str) -> None:
        self._api = api
        self._pipeline = pipeline
        self._resource = resource
        self._lock = threading.Lock()
        self._failure: str | None = None
        self._restart()

    def is_newer(self, first: Version, second: Version, version_id: t.Callable[[Version], int | None]) -> bool:
        """Return whether the first version comes before the second. Raises NoCredibleResponse if that is unknown.

        The version that is listed first is the newer one, provided that the other existed when the first page was
        fetched.
        """
        with self._lock:
            while first not in self._positions and second not in self._positions:
                self._fetch_page()
            for version in (first, second):
                if version not in self._positions:
                    self._ensure_older(version, version_id(version))
            return self._positions.get(first, math.inf) < self._positions.get(second, math.inf)

    def latest_id(self, version: Version) -> int | None:
        """Return the id of a version if it is on the first page, else None. Raises NoCredibleResponse."""
        with self._lock:
            if self._pages == 0:
                self._fetch_page()
            return self._latest.get(version)

    def _ensure_older(self, version: Version, version_id: int | None) -> None:
        """Ensure that a version that is not listed yet is further down, and did not appear since the first page."""
        if version_id is None:
            raise NoCredibleResponse(f"Concourse does not know a version of {self._resource} that a build took")
        if version_id < self._highest_id:
            # Ids grow: this one was given before the first page was fetched.
            return
        self._restart()
        while version not in self._positions:
            self._fetch_page()

    def _restart(self) -> None:
        self._positions: dict[Version, int] = {}
        self._latest: dict[Version, int] = {}
        self._highest_id = 0
        self._pages = 0
        self._next: str | None = self._path({"limit": str(_PAGE)})

    def _fetch_page(self) -> None:
        path = self._next_path()
        try:
            found = self._api.get_page_or_none(path, decode_versions)
            if found is None:
                raise NoCredibleResponse(f"Concourse does not know resource {self._resource} any more")
        except NoCredibleResponse as error:
            self._failure = str(error)
            raise
        versions, next_link = found
        self._add(versions)
        parameters = next_page_parameters(next_link)
        self._next = None if parameters is None else self._path(parameters)
        self._pages += 1

    def _next_path(self) -> str:
        if self._failure is not None:
            raise NoCredibleResponse(self._failure)
        if self._next is None:
            raise NoCredibleResponse(f"Concourse does not list a version of {self._resource} that a build took")
        if self._pages == _MAX_PAGES:
            raise NoCredibleResponse(
                f"resource {self._resource} has received more than {_PAGE * _MAX_PAGES} versions since"
            )
        return self._next

    def _add(self, page: tuple[ListedVersion, ...]) -> None:
        if self._pages == 0:
            self._latest = {listed.version: listed.id for listed in page}
            self._highest_id = max(self._latest.values(), default=0)
        for listed in page:
            self._positions.setdefault(listed.version, len(self._positions))

    def _path(self, parameters: Mapping[str, str]) -> str:
        return pipeline_path(self._pipeline, "resources", self._resource, "versions", pairs=parameters.items())
