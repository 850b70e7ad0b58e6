# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of playbooks and role: one prefix, no unknown names, and each play has its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.role.conftest import PIPELINE, Machine, work
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE, Run, fingerprint
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene

COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))
PLAYBOOKS = ("clean", "pool_boy", "schedule", "status", "trigger")
ORDERS = [("strict", "bold"), ("bold", "strict")]
ROLE_PLAY = {"hosts": "localhost", "gather_facts": False, "roles": ["poolboy.concourse.pool_boy"]}


@pytest.fixture
def plays(scene: Scene, machine: Machine) -> dict[str, dict[str, Any]]:
    """The variables of two plays: `strict` leaves out the policy of `bold`, which leaves out `exclude` and `job`."""
    other = LockRepository(machine.folder / "other.git")
    other.add("gcp", "vm-1")
    other.claim("gcp", "vm-1", message="manually claim vm-1", at=scene.now)
    bold = {"pool_boy_repo": other.url, "pool_boy_pools": ["gcp"], "pool_boy_policy": {"manual": "release"}}
    return {"strict": work(scene, pool_boy_exclude=["aws/env-1"]), "bold": bold}


def check_both(run: Run, scene: Scene, before: object) -> None:
    """Check that a run in check mode treated each repository as its own play says."""
    assert run.code == 0, run.said
    assert run.stdout.count("gcp/vm-1 would be released") == 1
    assert "aws/env-2 would be" not in run.stdout, "a person's, in the repository without that policy"
    assert "aws/env-1 would be" not in run.stdout, "excluded"
    assert fingerprint(scene.locks.path) == before


@pytest.mark.parametrize("order", ORDERS)
def test_two_imports_of_the_playbook_keep_their_options_apart(
    scene: Scene, machine: Machine, plays: dict[str, dict[str, Any]], order: tuple[str, str]
) -> None:
    book = machine.folder / "twice.yml"
    imported = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy"}
    book.write_text(json.dumps([{**imported, "vars": plays[name]} for name in order]))
    before = fingerprint(scene.locks.path)
    check_both(machine.ansible("ansible-playbook", str(book), "--check"), scene, before)


@pytest.mark.parametrize("order", ORDERS if LONG else ORDERS[:1])
def test_two_files_on_one_command_line_keep_their_options_apart(
    scene: Scene, machine: Machine, plays: dict[str, dict[str, Any]], order: tuple[str, str]
) -> None:
    books = [machine.folder / f"{name}.yml" for name in order]
    for name, book in zip(order, books, strict=True):
        imported = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy", "vars": plays[name]}
        book.write_text(json.dumps([imported]))
    before = fingerprint(scene.locks.path)
    check_both(machine.ansible("ansible-playbook", *map(str, books), "--check"), scene, before)


@pytest.mark.parametrize("order", ORDERS if LONG else ORDERS[:1])
def test_the_role_after_the_playbook_has_its_own_options(
    scene: Scene, machine: Machine, plays: dict[str, dict[str, Any]], order: tuple[str, str]
) -> None:
    first, second = order
    book = machine.folder / "role.yml"
    imported = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy", "vars": plays[first]}
    book.write_text(json.dumps([imported, {**ROLE_PLAY, "vars": plays[second]}]))
    before = fingerprint(scene.locks.path)
    check_both(machine.ansible("ansible-playbook", str(book), "--check"), scene, before)


def test_an_option_that_the_second_play_leaves_out_has_its_default(scene: Scene, machine: Machine) -> None:
    """The second play has neither jobs, nor excluded locks, nor a limit, nor files."""
    first = work(
        scene,
        pool_boy_exclude=["aws/*"],
        pool_boy_page_file=str(machine.out / "locks.html"),
        pool_boy_metrics_file=str(machine.out / "locks.prom"),
        pool_boy_max_triggers=1,
        pool_boy_clean=False,
    )
    left_out = ("exclude", "page_file", "metrics_file", "max_triggers", "clean")
    second = {name: value for name, value in first.items() if name.removeprefix("pool_boy_") not in left_out}
    book = machine.folder / "twice.yml"
    imported = {"ansible.builtin.import_playbook": "poolboy.concourse.pool_boy"}
    book.write_text(
        json.dumps([{**imported, "vars": first}, {**imported, "vars": {**second, "pool_boy_pools": ["aws"]}}])
    )
    run = machine.ansible("ansible-playbook", str(book), "--diff")
    assert run.code == 0, run.said
    assert run.stdout.count("aws/env-1 was released") == 1
    assert len(scene.atc.list_builds(pipeline=PIPELINE, job="claim-big")) == 1, "only the first play names a job"
    assert "(excluded" not in run.stdout
    pages = machine.reports()
    assert "env-1" in pages["locks.html"]
    assert 'poolboy_rounds_total{repository="localhost"} 1' in pages["locks.prom"], "the second play writes none"


def test_no_option_travels_in_a_fact() -> None:
    """Facts outlive their play and win over its variables: those of role and playbooks are results of a round."""
    results = {"pool_boy_round", "_pool_boy_started", "_pool_boy_finished", "_pool_boy_outcome", "_pool_boy_news"}
    tasks = COLLECTION / "roles/pool_boy/tasks"
    files = [*COLLECTION.glob("playbooks/*.yml"), *tasks.glob("*.yml"), *tasks.glob("report/*.yml")]
    set_here = {name for file in files for task in tasks_of(yaml_of(file.read_text())) for name in facts_of(task)}
    assert {name for name in set_here if not name.endswith("_result")} == results


def yaml_of(text: str) -> Any:
    """Read YAML with the tags of Ansible."""
    yaml.SafeLoader.add_constructor("!unsafe", lambda loader, node: str(node.value))
    return yaml.safe_load(text)


def tasks_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield each mapping of a playbook or a file of tasks."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from tasks_of(one)


def facts_of(task: dict[str, Any]) -> list[str]:
    return list(task.get("ansible.builtin.set_fact", {}))


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_every_playbook_refuses_an_unknown_name(scene: Scene, machine: Machine, playbook: str) -> None:
    """`exclud` would release what it means to keep."""
    misspelt = work(scene, pool_boy_exclud=["aws/*"], pool_boy_schedule_nmae="x")
    inventory = machine.inventory({"shop": {**misspelt, "ansible_python_interpreter": sys.executable}})
    before = fingerprint(scene.locks.path)
    run = machine.ansible(
        "ansible-playbook", f"poolboy.concourse.{playbook}", "-i", inventory, "-e", "pool_boy_hosts=locks"
    )
    assert run.code == 2, run.said
    assert "There is no variable pool_boy_exclud, pool_boy_schedule_nmae. Correct the name" in " ".join(
        run.stdout.split()
    )
    assert "Traceback" not in run.said
    assert fingerprint(scene.locks.path) == before
    assert scene.atc.list_builds(job="claim-big") == []


@pytest.mark.parametrize("playbook", ["clean", "pool_boy", "status", "trigger"])
def test_variables_of_other_playbooks_may_be_in_shared_group_variables(
    scene: Scene, machine: Machine, playbook: str
) -> None:
    shared = work(
        scene,
        pool_boy_pools=[{"name": "cf/fresh", "job": f"{PIPELINE}/claim-big"}],
        pool_boy_schedule_name="locks",
        pool_boy_max_releases=7,
        pool_boy_max_triggers=7,
        pool_boy_force=[],
        pool_boy_kept_too_long=3,
    )
    inventory = machine.inventory({"shop": shared})
    run = machine.ansible(
        *("ansible-playbook", f"poolboy.concourse.{playbook}", "-i", inventory),
        *("-e", "pool_boy_hosts=locks", "--check"),
    )
    assert run.code == 0, run.said


@pytest.mark.parametrize("playbook", ["clean", "pool_boy"])
def test_names_without_the_prefix_have_no_effect(scene: Scene, machine: Machine, playbook: str) -> None:
    """Other roles use names such as `repo`, `branch` and `force`, and `strategy` is a keyword of a play."""
    foreign = {
        "repo": "https://nowhere.invalid/locks.git",
        "branch": "none",
        "pools": ["none"],
        "cache": False,
        "force": [{"lock": "aws/env-2", "commit": "0" * 40}],
        "policy": {"manual": "release"},
        "strategy": "tally",
        "exclude": ["aws/*"],
        "max_releases": 0,
        "preset": "pool_boy",
        "clean": False,
        "name": "other",
    }
    inventory = machine.inventory({"shop": {**work(scene, pool_boy_trigger=False), **foreign}})
    run = machine.ansible(
        "ansible-playbook", f"poolboy.concourse.{playbook}", "-i", inventory, "-e", "pool_boy_hosts=locks"
    )
    assert run.code == 0, run.said
    assert b"aws/unclaimed/env-1" in scene.locks.tree()
    assert b"aws/claimed/env-2" in scene.locks.tree()
    assert list(machine.cache.iterdir()), "the cached copy is still used"


def test_a_wrong_form_of_force(scene: Scene, machine: Machine) -> None:
    inventory = machine.inventory({"shop": work(scene, pool_boy_force=["aws/env-1"])})
    run = machine.ansible("ansible-playbook", "poolboy.concourse.clean", "-i", inventory, "-e", "pool_boy_hosts=locks")
    assert run.code == 2, run.said
    assert "force: aws/env-1 is not a mapping with lock and commit; write it as force: [{lock:" in run.stdout
    assert b"aws/claimed/env-1" in scene.locks.tree()


def test_null_variables_count_as_not_set(scene: Scene, machine: Machine) -> None:
    """Ansible itself refuses a null number, truth value or choice of a role, and names it."""
    needed = work(scene)
    specs = yaml_of((COLLECTION / "roles/pool_boy/meta/argument_specs.yml").read_text())["argument_specs"]
    texts = {
        name
        for name, one in specs["main"]["options"].items()
        if one["type"] in ("str", "path", "list", "dict") and "choices" not in one
    }
    nulls = dict.fromkeys(texts - set(needed))
    run = machine.rounds({"shop": {**nulls, **needed}})
    assert run.run.code == 0, run.run.said
    fact = run.facts["shop"]
    assert (fact["name"], fact["failures"]) == ("shop", [])
    assert [one["name"] for one in fact["clean"]["released"]] == ["env-1"]
    assert [one["pool"] for one in fact["trigger"]["triggered"]] == ["cf/fresh"]


def test_pools_as_json_on_the_command_line(scene: Scene, machine: Machine) -> None:
    """Ansible passes a text; its job is recognized and a build starts."""
    variables = {name: value for name, value in work(scene).items() if name != "pool_boy_pools"}
    pools = json.dumps(["aws", {"name": "cf/fresh", "job": f"{PIPELINE}/claim-big"}], separators=(",", ":"))
    inventory = machine.inventory({"shop": variables})
    more = ["-e", "pool_boy_hosts=locks", "-e", f"pool_boy_pools='{pools}'"]
    run = machine.ansible("ansible-playbook", "poolboy.concourse.pool_boy", "-i", inventory, *more)
    assert run.code == 0, run.said
    assert "aws/env-1 was released" in run.stdout
    assert len(scene.atc.list_builds(pipeline=PIPELINE, job="claim-big")) == 1
