# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of plugins and role use what there is: modules by their full names, their options, and variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
import pytest
import yaml
from jinja2 import nodes

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import MODULES
from ansible_collections.poolboy.concourse.tests.functional.environment.test_documentation import documentation
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT

# What a play has to give: secrets, a fact of the role, and a release to test.
GIVEN = {
    "concourse_password",
    "git_token",
    "locks_private_key",
    "pool_boy_round",
    "release",
    "results",
    "settings",
    "webhook_url",
}
FUNCTIONS = {"item", "lookup", "now", "query"}
OWN = "poolboy.concourse."
EXAMPLES: dict[str, Any] = {**documentation("EXAMPLES")}
OPTIONS = {module: {name for group in groups for name in group.spec} for module, groups in MODULES.items()}
ROLE = CHECKOUT / "roles" / "pool_boy" / "meta" / "argument_specs.yml"
ENTRY_POINTS: dict[str, dict[str, Any]] = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["argument_specs"]
EXAMPLES |= {f"pool_boy, {name}": yaml.safe_load(entry["examples"]) for name, entry in ENTRY_POINTS.items()}
OPTIONS["concourse_pool_report"] = {"lines", "failure"}


def tasks_of(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each task, and the blocks around it without their tasks."""
    for entry in entries:
        yield {key: value for key, value in entry.items() if key not in ("block", "rescue", "always")}
        for section in ("block", "rescue", "always"):
            yield from tasks_of(entry.get(section, []))


def defined_by(task: dict[str, Any]) -> set[str]:
    """Return the variables that a task defines for itself or for those after it."""
    facts = task.get("ansible.builtin.set_fact", {})
    return {*task.get("vars", {}), *facts, *([task["register"]] if "register" in task else [])}


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from texts(one)
        case list():
            for one in value:
                yield from texts(one)


def variables_in(text: str) -> set[str]:
    names = jinja2.Environment(autoescape=True).parse(text).find_all(nodes.Name)
    return {name.name for name in names if name.ctx == "load"}


@pytest.mark.parametrize("plugin", EXAMPLES)
def test_an_example_names_each_task_and_only_what_there_is(plugin: str) -> None:
    known = GIVEN | FUNCTIONS
    for task in tasks_of(EXAMPLES[plugin]):
        assert task["name"]
        known |= defined_by(task)
        conditions = [f"{{{{ {condition} }}}}" for condition in texts(task.get("when", []))]
        for text in [*texts(task), *conditions]:
            assert variables_in(text) <= known, task["name"]
        for module, options in task.items():
            if module.startswith(OWN):
                assert set(options or {}) <= OPTIONS[module.removeprefix(OWN)], task["name"]


def test_each_example_uses_its_plugin() -> None:
    for plugin, example in EXAMPLES.items():
        assert f"{OWN}{plugin.partition(',')[0]}" in yaml.safe_dump(example)


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_an_example_of_the_role_sets_its_variables(entry_point: str) -> None:
    for task in EXAMPLES[f"pool_boy, {entry_point}"]:
        assert task["ansible.builtin.import_role"].get("tasks_from", "main") == entry_point
        assert set(task["vars"]) <= set(ENTRY_POINTS[entry_point]["options"]), task["name"]
        rounds = [task["vars"].get(f"pool_boy_schedule_{part}", {}) for part in ("round", "secrets")]
        assert {name for variables in rounds for name in variables} <= set(ENTRY_POINTS["main"]["options"])
