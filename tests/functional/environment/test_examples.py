# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the plugins use what there is: modules by their full names, their options, and variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
import pytest
import yaml
from jinja2 import nodes

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import MODULES
from ansible_collections.poolboy.concourse.tests.functional.environment.test_documentation import documentation

# What a play has to give: secrets, a fact of the role, and a release to test.
GIVEN = {"concourse_password", "git_token", "pool_boy_round", "release", "results", "settings", "webhook_url"}
FUNCTIONS = {"item", "lookup", "now", "query"}
OWN = "poolboy.concourse."
EXAMPLES: dict[str, Any] = {**documentation("EXAMPLES")}
OPTIONS = {module: {name for group in groups for name in group.spec} for module, groups in MODULES.items()}
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
    assert [plugin for plugin, example in EXAMPLES.items() if f"{OWN}{plugin}" not in yaml.safe_dump(example)] == []
