# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Successful rounds: actions, reports and state; repeated, in check mode, from the environment, for many hosts."""

from __future__ import annotations

import json
import stat
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import (
    PASSWORD,
    PIPELINE,
    Machine,
    report_variables,
    work,
)
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver
from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.lockrepo import File
from ansible_collections.poolboy.concourse.tests.page.past_rounds import past_rounds
from ansible_collections.poolboy.concourse.tests.page.rounds import a_round
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import read_page

FACT = {
    "name",
    "started_at",
    "finished_at",
    "duration_seconds",
    "repository_url",
    "commit_url",
    "ok",
    "failures",
    "check_mode",
    "clean",
    "trigger",
    "status",
}


# What else may be in the folder of the pages.
FOREIGN_FILES = {
    "huge.json": b'{"made_by": "poolboy.concourse"}' + b" " * 8_000_000,
    "list.json": b"[1, 2]",
    "no text.json": bytes(range(256)),
    "-n a\nb\u2028.json": b'{"made_by": "poolboy.concourse"',
}


def builds(scene: Scene) -> list[dict[str, Any]]:
    return scene.atc.list_builds(pipeline=PIPELINE, job="claim-big")


def is_free(scene: Scene, lock: str) -> bool:
    pool, _slash, name = lock.rpartition("/")
    return f"{pool}/unclaimed/{name}".encode() in scene.locks.tree()


def test_a_round_and_the_next_one(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    hosts = {"shop": work(scene, pool_boy_name="teams/locks", **report_variables(machine, receiver))}
    first = machine.rounds(hosts)
    assert first.run.code == 0, first.run.said
    assert first.changed == {"shop": 2}
    fact = first.facts["shop"]
    assert set(fact) == FACT
    assert (fact["name"], fact["ok"], fact["failures"], fact["check_mode"]) == ("teams/locks", True, [], False)
    assert 0 < fact["duration_seconds"] < 60
    assert [one["name"] for one in fact["clean"]["released"]] == ["env-1"]
    assert [one["pool"] for one in fact["trigger"]["triggered"]] == ["cf/fresh"]
    assert {lock["name"]: lock["verdict"] for lock in fact["status"]["locks"]} == {
        "env-1": "free",
        "env-2": "manual",
        "big-1": "free",
    }
    for result in (fact["clean"], fact["trigger"], fact["status"]):
        assert not {"invocation", "diff", "warnings"} & set(result)
    assert [build["id"] for build in builds(scene)] == [one["id"] for one in fact["trigger"]["triggered"]]

    reports = machine.reports()
    assert "<!DOCTYPE html>" in reports["locks.html"]
    assert "env-2" in reports["locks.html"]
    assert 'poolboy_releases_total{repository="teams/locks",pool="aws",verdict="errored"} 1' in reports["locks.prom"]
    (push,) = [one for one in receiver.deliveries if one.method == "PUT"]
    assert push.path == "/gateway/metrics/job/pool_boy/repository@base64/dGVhbXMvbG9ja3M="
    assert push.text == reports["locks.prom"]
    (news,) = receiver.take("POST")
    assert (news.path, news.headers["content-type"]) == ("/hook", "application/json")
    assert [(one["kind"], one["lock"]) for one in news.json["news"]] == [("released", "env-1")]

    second = machine.rounds(hosts)
    assert second.changed == {"shop": 0}
    assert second.facts["shop"]["clean"]["released"] == []
    first_look, second_look = fact["status"], second.facts["shop"]["status"]
    assert not any("action" in lock for lock in first_look["locks"]), "a status after the release and the trigger"
    assert all("action" in lock for lock in second_look["locks"]), "what clean saw, as nothing was done since"
    assert second_look.keys() == first_look.keys()
    assert [one["name"] for one in second_look["pools"]] == [one["name"] for one in first_look["pools"]]
    assert receiver.take("POST") == []
    metrics = machine.reports()["locks.prom"]
    assert 'poolboy_rounds_total{repository="teams/locks"} 2' in metrics
    assert 'poolboy_releases_total{repository="teams/locks",pool="aws",verdict="errored"} 1' in metrics


def without_ages(result: dict[str, Any]) -> dict[str, Any]:
    same = deepcopy(result)
    for lock in same["locks"]:
        del lock["age_minutes"]
    for pool in same["pools"]:
        del pool["oldest_claim_minutes"]
    del same["report"]
    return same


def test_check_mode_by_value(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    hosts = {"shop": work(scene, **report_variables(machine, receiver))}
    before = fingerprint(scene.locks.path)
    checked = machine.rounds(hosts, "--check")
    assert checked.run.code == 0, checked.run.said
    assert machine.reports() == {}
    assert receiver.deliveries == []
    assert fingerprint(scene.locks.path) == before
    assert builds(scene) == []

    done = machine.rounds(hosts)
    assert checked.changed == done.changed == {"shop": 2}
    would, did = checked.facts["shop"], done.facts["shop"]
    assert (would["check_mode"], did["check_mode"]) == (True, False)
    assert (would["ok"], would["failures"]) == (did["ok"], did["failures"]) == (True, [])
    assert without_ages(would["clean"]) == without_ages(did["clean"])
    started = [{**one, "build": None, "id": None, "url": None} for one in did["trigger"]["triggered"]]
    assert would["trigger"]["triggered"] == started
    assert would["trigger"]["pools"] == did["trigger"]["pools"]
    # The final status shows the current pools.
    assert {lock["name"]: lock["verdict"] for lock in would["status"]["locks"]}["env-1"] == "errored"


def test_with_nothing_but_the_environment(scene: Scene, machine: Machine) -> None:
    environment = {
        "POOL_REPO": scene.repo,
        "POOLS": "aws:30,cf/fresh",
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": PASSWORD,
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    }
    run = machine.ansible("ansible-playbook", "poolboy.concourse.pool_boy", environment=environment)
    assert run.code == 0, run.said
    assert "aws/env-1 was released: shop/claim 1 errored and left it claimed" in run.stdout
    assert "cf/fresh: 0 claimed, 1 free: big-1" in run.stdout
    assert is_free(scene, "aws/env-1")
    # No pool names a job, so no build is started.
    assert builds(scene) == []


def add_foreign_files(machine: Machine) -> None:
    for name, content in FOREIGN_FILES.items():
        (machine.out / name).write_bytes(content)
    (machine.folder / "cut").write_bytes(b'{"made_by": "poolboy.concourse", "vers')
    (machine.out / "cut.json").symlink_to("../cut")
    (machine.out / "a folder.json").mkdir()


def check_index(index: Path) -> None:
    rows = read_page(index.read_text()).only("tbody").all("tr")
    listed = {row.only("bdi").text: [link.attributes["href"] for link in row.all("a")] for row in rows}
    assert list(listed) == ["-n a b\\u2028.json", "cut.json", "broken", "one", "two"]
    assert listed["one"] == ["one.html", "one.html#round"]
    assert listed["cut.json"] == []
    assert stat.S_IMODE(index.stat().st_mode) == 0o644


def test_many_repositories(scene: Scene, machine: Machine) -> None:
    """Hosts with their own variables: one is broken, one shows what is in its locks. The index lists all pages."""
    scene.locks.add("aws", "env-3", entry=File("{{ 7 * 7 }} <b>"))
    files = {
        "pool_boy_page_file": f"{machine.out}/{{{{ inventory_hostname }}}}.html",
        "pool_boy_index_file": f"{machine.out}/index.html",
    }
    inventory = machine.inventory(
        {
            "one": work(scene, **files, pool_boy_pools="aws", pool_boy_show_content=True),
            "two": work(
                scene,
                **files,
                pool_boy_pools=f"cf/fresh={PIPELINE}/claim-big",
                pool_boy_state_file=str(machine.folder / "state.json"),
            ),
            "broken": work(scene, **files, pool_boy_repo="/is/not/there.git"),
        }
    )
    add_foreign_files(machine)
    (machine.folder / "state.json").write_text(json.dumps({"history": past_rounds(a_round())}))
    command = ["ansible-playbook", "poolboy.concourse.pool_boy", "-i", inventory, "-e", "pool_boy_hosts=locks"]
    run = machine.ansible(*command)
    assert run.code == 2
    assert "The round of broken failed. clean: " in run.stdout
    assert is_free(scene, "aws/env-1")
    assert len(builds(scene)) == 1
    reports = {path.name: path.read_text() for path in machine.out.glob("*.html")}
    assert set(reports) == {f"{name}.html" for name in ("one", "two", "broken", "index")}
    assert "env-2" in reports["one.html"]
    assert "env-2" not in reports["two.html"]
    assert ['id="trend"' in reports[f"{name}.html"] for name in ("one", "two")] == [False, True]
    assert "</i> <bdi>{{ 7 * 7 }} &lt;b&gt;</bdi>" in reports["one.html"]
    assert '"content": "{{ 7 * 7 }} <b>"' in (machine.out / "one.json").read_text()
    assert '"content": "' not in (machine.out / "two.json").read_text()
    assert "/is/not/there.git" in reports["broken.html"]
    check_index(machine.out / "index.html")


def test_a_failed_round_does_not_affect_the_next_in_the_same_play(
    scene: Scene, machine: Machine, receiver: Receiver
) -> None:
    """Two repositories on one host in sequence: each fact belongs to its own round."""
    wrong = {
        **report_variables(machine, receiver),
        "pool_boy_page_file": "/is/not/there.html",
        "pool_boy_pushgateway_url": "http://127.0.0.1:1",
        "pool_boy_fatal_steps": [],
    }
    # The variables of a role may refer to the `item` of a loop around it.
    page = f"{machine.out}/{{{{ item }}}}"
    second_round = {"pool_boy_name": "second", "pool_boy_trigger": False, "pool_boy_page_file": page}
    receiver.status = 500
    role = {"name": "poolboy.concourse.pool_boy"}
    write = {"content": "{{ facts | to_json }}", "dest": str(machine.out / "facts.json"), "mode": "0600"}
    tasks = [
        {"ansible.builtin.include_role": role, "vars": work(scene, **wrong)},
        {"ansible.builtin.set_fact": {"facts": ["{{ pool_boy_round }}"]}},
        {"ansible.builtin.include_role": role, "vars": work(scene, **second_round), "loop": ["second.html"]},
        {"ansible.builtin.set_fact": {"facts": "{{ facts + [pool_boy_round] }}"}},
        {"ansible.builtin.copy": write},
    ]
    playbook = machine.folder / "both.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    run = machine.ansible("ansible-playbook", str(playbook))
    assert run.code == 0, run.said
    assert "already in use" not in run.said, "a warning about a variable of a loop"
    first, second = json.loads(machine.reports()["facts.json"])
    assert [failure["step"] for failure in first["failures"]] == ["page", "pushgateway", "notify"]
    assert (second["name"], second["ok"], second["failures"], second["trigger"]) == ("second", True, [], None)
    assert second["clean"]["released"] == []
    assert "second.html" in machine.reports()
