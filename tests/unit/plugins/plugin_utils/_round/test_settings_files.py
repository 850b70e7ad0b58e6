# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files beside the page, and the parts in which a round is reported."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.build import RoundBuilder
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import RoundSettings
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.step_result import read_results
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.mistakes import mistakes


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
    assert RoundSettings(page_file="p").reports == {"read": [], "publish": ["page"], "finish": []}
    everything = RoundSettings(
        page_file="p", index_file="i", metrics_file="m", pushgateway_url="u", webhook_url="w", state_file="s"
    )
    assert everything.reports == {
        "read": ["state", "last_metrics"],
        "publish": ["page", "index", "metrics", "push", "news"],
        "finish": ["late", "save"],
    }
    assert everything.late_reports == ["page", "index", "metrics", "push"]


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"index_file": "/srv/index.html", "page_file": "/srv/locks.html"}, None),
        ({"index_file": "/srv//./index.html", "page_file": "/srv/locks.html"}, None),
        ({"index_file": "index.html", "page_file": "./locks.html"}, None),
        ({"index_file": "/srv/index.html"}, "needs pool_boy_page_file, because the index lists"),
        (
            {"index_file": "/srv/index.html", "page_file": "/srv/a/locks.html"},
            "must be in the folder of pool_boy_page_file, /srv/a, because",
        ),
        (
            {"index_file": "/srv/index.html", "page_file": "locks.html"},
            "must be in the folder of pool_boy_page_file, ., ",
        ),
        ({"index_file": "/srv/./locks", "page_file": "/srv/locks"}, "and pool_boy_page_file are the same file."),
        ({"index_file": "/srv/locks.json", "page_file": "/srv/locks.html"}, "must not end in .json, because the pages"),
        (
            {"index_file": "/srv/x", "page_file": "/srv/y", "state_file": "/srv/x"},
            "is also the file of metrics or state.",
        ),
        ({"index_file": "/srv/a\nb", "page_file": "/srv/y"}, "has a line break"),
    ],
)
def test_an_index_beside_the_page(files: dict[str, str], refusal: str | None) -> None:
    said = list(mistakes(RoundSettings(name="shop", pools=["aws"], **files), ()))  # type: ignore[arg-type]
    assert len(said) == (refusal is not None)
    assert refusal is None or (refusal in said[0] and said[0].startswith("pool_boy_index_file "))


def test_an_index_that_cannot_be_written_fails_the_step_page_late() -> None:
    failed = {"failed": True, "msg": "No space left"}
    settings = RoundSettings(page_file="p", index_file="i", started="2026-11-22T03:00:00", now="2026-11-22T03:00:01")
    build = RoundBuilder(settings, read_results({"page": {"changed": False}, "index": failed}))
    (failure,) = build.late_failures()
    assert (failure.step, failure.message) == ("page", "The index cannot be written: No space left.")


def test_a_loop_fails_with_the_message_of_its_item() -> None:
    items = [{"failed": False}, {"failed": True, "msg": "No space left."}]
    result = {"failed": True, "msg": "One or more items failed", "results": items}
    assert read_results({"page": result})["page"].message == "No space left."
