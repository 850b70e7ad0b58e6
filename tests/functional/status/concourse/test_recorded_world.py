# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded world: every verdict is correct, by the module and by each way to run it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.atc import Replay
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

CONTRACT = Path(__file__).parents[3] / "contract"
VERDICTS = {
    lock: entry["verdict"] for lock, entry in yaml.safe_load((CONTRACT / "world-verdicts.yml").read_text()).items()
}
WORST_FIRST = ["zombie", "errored", "aborted", "leaked", "failed", "gone", "foreign", "manual", "handed_off", "running"]
WIDEST = 100


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("world") / "locks.git"
    git("clone", "--quiet", "--bare", "--branch", "main", str(CONTRACT / "locks.bundle"), str(path))
    before = fingerprint(path)
    yield path
    assert fingerprint(path) == before


@pytest.fixture
def world() -> Iterator[Replay]:
    """The recorded Concourse, on another port than the claims name; every request must be recorded."""
    with Replay(CONTRACT / "world.json", password="pa55word") as replay:
        assert replay.external_url != replay.url
        yield replay
        assert replay.missed == []
        assert replay.server.errors == []


@pytest.fixture
def options(repository: Path, world: Replay) -> dict[str, Any]:
    return {
        "repo": str(repository),
        "concourse_url": world.url,
        "concourse_username": world.user,
        "concourse_password": "pa55word",
    }


def test_every_claimed_lock_has_its_verdict(look: Look, options: dict[str, Any]) -> None:
    run = look(**options)
    claimed = {name: lock for name, lock in run.locks.items() if lock["state"] == "claimed"}
    assert {name: lock["verdict"] for name, lock in claimed.items()} == VERDICTS
    assert run.values["changed"] is False
    assert run.warnings == []
    assert {lock["verdict"] for lock in run.locks.values() if lock["state"] == "unclaimed"} == {"free"}
    assert all(lock["reason"] and "\n" not in lock["reason"] for lock in run.locks.values())
    # What is gone counts from this run.
    kept = {"handed_off", "running", "manual", "foreign", "gone"}
    assert {name for name, lock in claimed.items() if not lock["releasable"]} == {
        name for name, verdict in VERDICTS.items() if verdict in kept
    }


def test_who_holds_a_lock_and_what_became_of_the_build(look: Look, options: dict[str, Any]) -> None:
    found = look(**options).locks
    rerun, instanced, short = found["envs/env-2"], found["envs/env-7"], found["more/m-10"]
    assert (rerun["holder"]["job"], rerun["holder"]["build"]) == ("leak-failed", "1.1")
    assert rerun["build"]["status"] == "failed"
    assert instanced["holder"]["team"] == "ops"
    assert instanced["holder"]["instance_vars"]
    assert (short["holder"]["pipeline"], short["holder"]["job"], short["build"]["id"]) == ("flow", "hold", 69)
    zombie = found["envs/env-4"]
    assert (zombie["build"]["end_time"], zombie["claimed_at"]) == ("2026-11-21T20:52:08Z", "2026-11-21T20:52:14Z")
    assert (zombie["dead_since"], zombie["releasable_at"]) == ("2026-11-21T20:52:14Z", "2026-11-21T20:57:14Z")


def test_a_second_look_and_check_mode_say_the_same(
    workplace: Workplace, look: Look, options: dict[str, Any], world: Replay
) -> None:
    first = look(**options)
    asked = Counter((entry.path, entry.query) for entry in world.log.entries)
    # Only the running and waiting builds are requested again before a lock is called leaked: one may be new.
    assert all(path.endswith(("/input_to", "/jobs", "/builds")) for (path, _query), times in asked.items() if times > 1)
    assert max(asked.values()) == 2
    assert look(**options).answer == first.answer
    assert workplace.run_module("concourse_pool_status", options, check_mode=True).answer == first.answer


def test_by_its_conventional_name_through_ansible(workplace: Workplace, look: Look, options: dict[str, Any]) -> None:
    run = workplace.ad_hoc("concourse_pool_info", options, "--check")
    assert (run.code, run.stderr) == (0, "")
    assert run.answer == look(**options).answer


def test_the_playbook_needs_nothing_but_the_environment(
    workplace: Workplace, options: dict[str, Any], world: Replay
) -> None:
    environment = {
        "POOL_REPO": options["repo"],
        "CONCOURSE_BASE_URL": world.url,
        "CONCOURSE_USERNAME": world.user,
        "CONCOURSE_PASSWORD": "pa55word",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    }
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.status", environment=environment)
    assert (run.code, run.stderr) == (0, "")
    assert "changed=0" in run.stdout
    rows = [line.split() for line in run.stdout.splitlines() if line.split()[:1] in (["envs"], ["more"])]
    shown = {f"{pool}/{lock}": verdict for pool, lock, verdict, *_rest in rows}
    assert shown == VERDICTS
    places = [WORST_FIRST.index(verdict) for _pool, _lock, verdict, *_rest in rows]
    assert places == sorted(places)
    table = run.stdout.partition("TASK [Show who holds the locks]")[2].partition("PLAY RECAP")[0]
    assert "SINCE (UTC)" in table
    table, hint, command = table.partition("To release one lock, if nobody uses it: ansible-playbook ")
    assert hint
    assert len(command.splitlines()[0].split(" -e ")) == 4
    assert max(map(len, table.splitlines())) <= WIDEST


def test_defaults_for_the_group_reach_the_module_by_both_names(
    workplace: Workplace, look: Look, options: dict[str, Any]
) -> None:
    names = ("concourse_pool_status", "concourse_pool_info")
    tasks: list[dict[str, Any]] = []
    for name in names:
        tasks.append({"name": name, f"poolboy.concourse.{name}": {"pools": ["envs"]}, "register": name})
    found = workplace.folder / "found.json"
    content = f"{{{{ [{', '.join(names)}] | to_json }}}}"
    tasks.append({"name": "Keep it", "ansible.builtin.copy": {"content": content, "dest": str(found)}})
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/poolboy.concourse.concourse": options},
        "tasks": tasks,
    }
    book = workplace.folder / "look.yml"
    book.write_text(json.dumps([play]))
    run = workplace.ansible("ansible-playbook", str(book))
    assert run.code == 0, run.said
    expected = look(**options, pools=["envs"]).values["locks"]
    for values in json.loads(found.read_text()):
        assert [(lock["name"], lock["verdict"], lock["reason"]) for lock in values["locks"]] == [
            (lock["name"], lock["verdict"], lock["reason"]) for lock in expected
        ]
