# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules return what their documentation lists, no key more and none less."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.demo.story import LENGTH, simulate_day
from ansible_collections.poolboy.concourse.tests.functional.environment.test_documentation import documentation
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene

LOGIN = {"concourse_username": "pool-boy", "concourse_password": "demo"}
RUNS: dict[str, dict[str, Any]] = {
    "concourse_pool_status": {},
    "concourse_pool_clean": {"pools": ["aws", "cf/fresh"]},
    "concourse_pool_trigger": {"pools": ["aws=main/shop/claim-env"]},
    "concourse_pool_lock": {"pool": "aws", "state": "claimed", "owner": "ada", "until": "1h"},
}
RETURN = documentation("RETURN")
# What Ansible adds to each result.
ADDED = {"changed", "invocation"}
ONLY_IF_IT_FAILS = {"not_available"}


def documented(module: str) -> Mapping[str, Any]:
    """Return the documented values; those of clean refer to status for the keys that both return."""
    values = RETURN[module]
    if module != "concourse_pool_clean":
        return values
    status = RETURN["concourse_pool_status"]
    locks = {"contains": status["locks"]["contains"] | values["locks"]["contains"]}
    return {**values, "locks": values["locks"] | locks, "pools": status["pools"], "problems": status["problems"]}


def differences(value: Any, described: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield each key that is only returned or only documented, at any depth."""
    if isinstance(value, list):
        for one in value:
            yield from differences(one, described, place)
    elif isinstance(value, dict) and "contains" in described:
        keys = described["contains"]
        yield from (f"{place}.{key}" for key in sorted(set(value) ^ set(keys)))
        for key in set(value) & set(keys):
            yield from differences(value[key], keys[key], f"{place}.{key}")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(tmp_path_factory.mktemp("day"), now=int(time.time()) - LENGTH) as scene:
        simulate_day(scene)
        scene.atc.follow_wall_clock()
        yield scene


@pytest.mark.parametrize("module", RUNS)
def test_a_module_returns_what_is_documented(module: str, day: Scene, workplace: Workplace) -> None:
    options = {"repo": day.repo, "concourse_url": day.atc.url, **LOGIN, **RUNS[module]}
    run = workplace.run_module(module, options, check_mode=True)
    assert not run.failed, run.message
    returned = {key: value for key, value in run.values.items() if key not in ADDED}
    described = {key: value for key, value in documented(module).items() if key not in ONLY_IF_IT_FAILS}
    assert list(differences(returned, {"contains": described}, module)) == []
    if module != "concourse_pool_lock":
        sample = described["report"]["sample"]
        assert sample[0].split() == returned["report"][0].split(), "the heads of the tables"
