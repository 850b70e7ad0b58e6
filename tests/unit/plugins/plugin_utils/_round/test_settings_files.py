# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files beside the page, and the parts in which a round is reported."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import RoundSettings
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.step_result import read_results


@pytest.mark.parametrize(
    ("settings", "data_file"),
    [
        ({"page_file": ""}, ""),
        ({"page_file": "/srv/locks.html"}, "/srv/locks.json"),
        ({"page_file": "/srv/locks"}, "/srv/locks.json"),
        ({"page_file": "/srv/a.b/index.html"}, "/srv/a.b/index.json"),
        ({"page_file": "/srv/locks.json"}, "/srv/locks.json.json"),
        ({"page_file": "/srv/state.html", "state_file": "/srv/state.json"}, "/srv/state.html.json"),
    ],
)
def test_the_json_file_never_takes_the_place_of_another(settings: dict[str, str], data_file: str) -> None:
    assert RoundSettings(**settings).data_file == data_file  # type: ignore[arg-type]


def test_a_page_that_cannot_be_replaced_gets_no_file_beside_it() -> None:
    page, data = "/srv/locks.html", "/srv/locks.json"
    assert RoundSettings(page_file=page).page_files == [page, data]
    assert RoundSettings(page_file=page, fixed=(page,)).page_files == [page]
    assert RoundSettings(page_file=page, fixed=(page, data)).page_files == [page, data]
    assert RoundSettings().page_files == []


def test_only_what_is_configured_is_reported() -> None:
    assert RoundSettings(page_file="p").reports == ["page"]
    everything = RoundSettings(page_file="p", metrics_file="m", pushgateway_url="u", webhook_url="w", state_file="s")
    assert everything.reports == ["state", "last_metrics", "page", "metrics", "push", "news", "late", "save"]
    assert everything.late_reports == ["page", "metrics", "push"]


def test_a_loop_fails_with_the_message_of_its_item() -> None:
    items = [{"failed": False}, {"failed": True, "msg": "No space left."}]
    result = {"failed": True, "msg": "One or more items failed", "results": items}
    assert read_results({"page": result})["page"].message == "No space left."
