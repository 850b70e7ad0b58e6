# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a round cannot write: which variable names them, and whether the round starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.build import RoundBuilder
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.output_files import unwritable_files
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import RoundSettings
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables import mistakes as rules
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.mistakes import mistakes

PAGE, DATA, METRICS, STATE = "/srv/locks.html", "/srv/locks.json", "/srv/locks.prom", "/srv/state.json"
TIMES = {"started": "2026-11-22T03:00:00", "now": "2026-11-22T03:00:01"}


def settings(**more: Any) -> RoundSettings:
    return RoundSettings(name="shop", pools=["aws"], page_file=PAGE, **more)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (f"folder {PAGE}", f"pool_boy_page_file is {PAGE}, which is a folder: name a file in it."),
        (
            f"missing:ada {PAGE}",
            f"pool_boy_page_file is {PAGE}, but the user ada finds no folder /srv: create it, or name another file.",
        ),
        (
            "closed:ada /mnt/a b/locks.html",
            f"pool_boy_page_file is {PAGE}, but the user ada cannot write to the folder /mnt/a b: let it, or name",
        ),
        ("missing:ada locks.html", f"pool_boy_page_file is {PAGE}, but the user ada finds no folder .: create it, or"),
    ],
)
def test_a_sentence_says_what_to_do(found: str, sentence: str) -> None:
    (said,) = mistakes(settings(unwritable={PAGE: found}), ())
    assert said.startswith(sentence)


def test_a_folder_is_named_once_for_each_step() -> None:
    index = "/srv/index.html"
    files = {"index_file": index, "metrics_file": METRICS, "state_file": STATE}
    found = {file: f"missing:ada {file}" for file in (PAGE, DATA, index, METRICS, STATE)}
    told = list(unwritable_files(settings(**files, unwritable=found)))
    assert [(one.step, one.message.split()[0]) for one in told] == [
        ("page", "pool_boy_page_file"),
        ("metrics", "pool_boy_metrics_file"),
        ("notify", "pool_boy_state_file"),
    ]


def test_only_a_file_that_is_written_matters() -> None:
    data = {DATA: f"closed:ada {DATA}"}
    (failure,) = unwritable_files(settings(unwritable=data))
    assert failure.message.startswith(f"The JSON beside pool_boy_page_file is {DATA}, but ")
    assert list(unwritable_files(settings(unwritable=data, fixed=(PAGE,)))) == []
    alone = RoundSettings(name="shop", pools=["aws"], state_file=STATE, unwritable={STATE: f"missing:ada {STATE}"})
    assert (alone.output_files, list(unwritable_files(alone))) == ([], [])


def test_a_step_that_may_fail_stops_no_round() -> None:
    found = {PAGE: f"missing:ada {PAGE}"}
    assert list(mistakes(settings(unwritable=found, fatal_steps=("clean",)), ())) == []
    for check_mode, steps in ((True, ["page"]), (False, [])):
        build = RoundBuilder(settings(unwritable=found, check_mode=check_mode, **TIMES), {})
        assert [one.step for one in build.failures] == steps


def test_what_was_found_is_not_trusted_after_a_line_break() -> None:
    (said,) = mistakes(settings(state_file="/a\nb", unwritable={PAGE: "missing:ada b"}), ())
    assert said == "pool_boy_state_file has a line break, which the name of a file must not have."


@pytest.mark.parametrize(
    ("file", "is_refused"),
    [("pools.html", True), ("./pools.html", True), ("~/pools.html", False), ("$HOME/pools.html", False)],
)
def test_a_relative_file_needs_a_playbook_elsewhere(file: str, is_refused: bool) -> None:
    of_collection = str(Path(rules.__file__).parents[3] / "playbooks")
    for folder, expected in ((of_collection, is_refused), ("/srv/plays", False), ("", False)):
        said = list(mistakes(RoundSettings(name="shop", pools=["aws"], page_file=file, playbook_dir=folder), ()))
        assert [one.startswith(f"pool_boy_page_file is {file}, a relative path") for one in said] == [True] * expected
