# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a round cannot write: it says so before it changes anything, and in check mode."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import PASSWORD, Machine, work
from ansible_collections.poolboy.concourse.tests.functional.role.test_output_files import cannot_mount
from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import read_page

# Makes a folder read-only in a namespace of its own, also for root, and runs the rest.
CLOSE = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 9; shift; exec "$@"'


def refused(folder: str) -> dict[str, tuple[dict[str, Any], str]]:
    """Return by name of a host its variables, and what it says."""
    return {
        "page": (
            {"pool_boy_page_file": f"{folder}/www/locks.html", "pool_boy_index_file": f"{folder}/www/index.html"},
            f"pool_boy did nothing: pool_boy_page_file is {folder}/www/locks.html, but ",
        ),
        "metrics": (
            {"pool_boy_metrics_file": f"{folder}/www/locks.prom"},
            f"finds no folder {folder}/www: create it, or name another file.",
        ),
        "state": (
            {
                "pool_boy_page_file": f"{folder}/state.html",
                "pool_boy_state_file": f"{folder}/www/state.json",
                "pool_boy_fatal_steps": ["notify"],
            },
            f"pool_boy_state_file is {folder}/www/state.json, but ",
        ),
        "folder": (
            {"pool_boy_page_file": f"{folder}/taken.html"},
            f"pool_boy_page_file is {folder}/taken.html, which is a folder: name a file in it.",
        ),
        "beside": (
            {"pool_boy_page_file": f"{folder}/beside.html"},
            f"The JSON beside pool_boy_page_file is {folder}/beside.json, which is a folder: ",
        ),
    }


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_file_that_cannot_be_written_is_found_before_anything_changes(
    scene: Scene, machine: Machine, options: tuple[str, ...]
) -> None:
    (machine.out / "taken.html").mkdir()
    (machine.out / "beside.json").mkdir()
    cases = refused(str(machine.out))
    # Ansible expands variables of the environment in a command.
    machine.variables |= {"file": "x", "behind": "x", "folder": "/", "state": "free"}
    before = fingerprint(scene.locks.path)
    run = machine.rounds({name: work(scene, **more) for name, (more, _words) in cases.items()}, *options)
    assert run.run.code == 2
    wrong = {name: run.messages[name] for name, (_more, words) in cases.items() if words not in str(run.messages[name])}
    assert wrong == {}
    assert str(run.messages["page"]).count("finds no folder") == 1, "one sentence for each folder"
    assert set(run.facts.values()) == {None}
    assert fingerprint(scene.locks.path) == before
    assert scene.atc.list_builds(job="claim-big") == []


def test_a_step_that_may_fail_does_not_stop_a_round(scene: Scene, machine: Machine) -> None:
    """Check mode shows the same failure that the round will have."""
    lenient = {
        "pool_boy_page_file": str(machine.out / "www" / "locks.html"),
        "pool_boy_state_file": str(machine.out / "www" / "state.json"),
        "pool_boy_fatal_steps": ["clean"],
    }
    rehearsed = machine.rounds({"shop": work(scene, **lenient)}, "--check")
    assert rehearsed.run.code == 0, rehearsed.run.said
    assert [one["step"] for one in rehearsed.facts["shop"]["failures"]] == ["page", "notify"]
    assert f"finds no folder {machine.out}/www" in rehearsed.facts["shop"]["failures"][0]["message"]
    done = machine.rounds({"shop": work(scene, **lenient)})
    assert done.run.code == 0, done.run.said
    assert [one["step"] for one in done.facts["shop"]["failures"]] == ["page", "notify"]
    assert [one["name"] for one in done.facts["shop"]["clean"]["released"]] == ["env-1"]


@pytest.mark.skipif(cannot_mount(), reason="the tests may not mount files on this machine")
def test_a_folder_that_takes_no_files_is_found_before_anything_changes(scene: Scene, machine: Machine) -> None:
    closed = machine.folder / "closed"
    closed.mkdir()
    machine.prefix = ("unshare", "--mount", "--propagation=private", "sh", "-c", CLOSE, "sh", str(closed))
    before = fingerprint(scene.locks.path)
    run = machine.rounds({"shop": work(scene, pool_boy_page_file=str(closed / "locks.html"))})
    words = f"pool_boy_page_file is {closed}/locks.html, but the user root cannot write to the folder {closed}: let it"
    assert words in str(run.messages["shop"])
    assert fingerprint(scene.locks.path) == before


def test_a_file_in_the_home_folder_is_found_there(scene: Scene, machine: Machine) -> None:
    files = {"pool_boy_page_file": "~/locks.html", "pool_boy_index_file": "~/index.html"}
    run = machine.rounds({"shop": work(scene, **files)})
    assert run.facts["shop"]["failures"] == []
    written = list(machine.folder.rglob("locks.html"))
    assert [path.with_suffix(".json").is_file() for path in written] == [True]
    index = read_page(written[0].with_name("index.html").read_text())
    assert [row.only("bdi").text for row in index.only("tbody").all("tr")] == ["shop"]


def test_the_playbook_of_the_collection_writes_no_file_into_its_own_folder(scene: Scene, machine: Machine) -> None:
    variables = {
        "POOL_REPO": scene.repo,
        "POOLS": "aws",
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": PASSWORD,
    }
    before = fingerprint(scene.locks.path)
    command = ("ansible-playbook", "poolboy.concourse.pool_boy", "-e", "pool_boy_page_file=pools.html")
    run = machine.ansible(*command, environment=variables)
    assert run.code == 2
    assert "pool_boy_page_file is pools.html, a relative path, which this playbook would look for" in run.said
    assert fingerprint(scene.locks.path) == before
