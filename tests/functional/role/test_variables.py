# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a round: defaults, argument specs, guides, tasks, playbook and the modules' options agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options import groups
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import GIT
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import RoundSettings, read_settings
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import rows
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE

COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))
ROLE = COLLECTION / "roles" / "pool_boy"
SPECS: dict[str, Any] = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]
OPTIONS: dict[str, dict[str, Any]] = SPECS["main"]["options"]
DEFAULTS = (ROLE / "defaults" / "main" / "round.yml").read_text()
GROUPS = (GIT, groups.CONCOURSE, groups.POOLS, groups.REPORTING, groups.CLEANING)
# Releases one lock by its claim, which the first round already releases.
NOT_OF_A_ROUND = {"force"}
OF_MODULES: dict[str, dict[str, Any]] = {
    name: option
    for group in (*GROUPS, groups.TRIGGERING)
    for name, option in group.spec.items()
    if name not in NOT_OF_A_ROUND
}


def of_specs(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: one["default"] for name, one in options.items() if "default" in one}


def test_defaults_are_those_of_the_argument_specs() -> None:
    unset = {f"pool_boy_{name}" for name in OF_MODULES}
    assert yaml.safe_load(DEFAULTS) == of_specs({name: one for name, one in OPTIONS.items() if name not in unset})
    schedule = (ROLE / "defaults" / "main" / "schedule.yml").read_text()
    assert yaml.safe_load(schedule) == of_specs(SPECS["schedule"]["options"])


def test_null_steps_are_the_default_ones() -> None:
    default = tuple(OPTIONS["pool_boy_fatal_steps"]["default"])
    assert RoundSettings().fatal_steps == read_settings({"fatal_steps": None}).fatal_steps == default


def test_what_the_role_does_not_set_is_named_in_the_defaults() -> None:
    commented = set(re.findall(r"^# (pool_boy_\w+):", DEFAULTS, re.MULTILINE))
    assert commented == set(OPTIONS) - yaml.safe_load(DEFAULTS).keys()


def test_each_option_of_the_modules_is_a_variable() -> None:
    for name, option in OF_MODULES.items():
        spec = OPTIONS[f"pool_boy_{name}"]
        default = option.get("default")
        shown = next(line for line in DEFAULTS.splitlines() if line.startswith(f"# pool_boy_{name}:"))
        assert yaml.safe_load(shown.removeprefix("# ")) == {f"pool_boy_{name}": default}
        # With a default in the specs, Ansible would refuse null, which counts as not set.
        assert "default" not in spec
        if default not in (None, [], {}):
            text = str(default).lower() if isinstance(default, bool) else default
            assert spec["description"][-1] == f"If not set, V({text})."
        assert spec["type"] == option["type"]
        assert spec.get("no_log", False) == option.get("no_log", False)
        assert spec.get("choices") == option.get("choices")


@pytest.mark.parametrize(("entry_point", "guide"), [("main", "rounds.rst"), ("schedule", "schedule.rst")])
def test_the_guide_names_each_variable(entry_point: str, guide: str) -> None:
    named = " ".join(variables for _task, variables in rows(guide, "The variables"))
    assert sorted(re.findall(r"pool_boy_\w+", named)) == sorted(SPECS[entry_point]["options"])


def test_internal_variables_are_marked() -> None:
    names = yaml.safe_load((ROLE / "vars" / "main" / "round.yml").read_text())
    assert [name for name in names if not name.startswith("_pool_boy_")] == []
