# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paging parameters of the next page."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.paths import next_page_parameters
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.next_link import read_next_link

BASE = "<http://127.0.0.1:8080/api/v1/teams/main/pipelines/p/resources/r/versions"

PAGE = {"to": "5", "limit": "2"}


@pytest.mark.parametrize(
    ("header", "page"),
    [
        ("", None),
        (f'{BASE}?from=8&limit=100>; rel="previous"', None),
        (f'{BASE}?to=6&limit=2>; rel="next"', {"to": "6", "limit": "2"}),
        (f'{BASE}?to=5&limit=100>; rel="next", {BASE}?from=8&limit=100>; rel="previous"', {"to": "5", "limit": "100"}),
        (f'{BASE}?from=8&limit=100>; rel="previous", {BASE}?to=5&limit=100>; rel="next"', {"to": "5", "limit": "100"}),
        (f"{BASE}?since=5&limit=100>; rel=next", {"since": "5", "limit": "100"}),
        (f'{BASE}?to=5&limit=2&vars.branch=%22main%22&filter=a:b>; rel="next"', {"to": "5", "limit": "2"}),
        (f'{BASE}?to=5x&limit=2>; rel="next"', {"limit": "2"}),
        (f'{BASE}>; rel="next"', None),
        ('<http://ci/api/v1/teams/main/pipelines/a;b, c/resources/r/versions?to=5&limit=2>; rel="next"', PAGE),
        ('<http://ci/x;y?from=8&limit=2>; rel="previous", <http://ci/x;y?to=5&limit=2>; rel="next"', PAGE),
    ],
)
def test_next_page(header: str, page: dict[str, str] | None) -> None:
    assert next_page_parameters(read_next_link(header)) == page


def test_no_link() -> None:
    assert next_page_parameters(None) is None
