# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides to the resource types: their pipelines work, and they name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._resource.pool_boy import read_pool_boy
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import block, rows
from ansible_collections.poolboy.concourse.tests.functional.resource.recipe import instructions
from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import CHECKOUT, Scripts
from ansible_collections.poolboy.concourse.tests.functional.resource.test_pool_boy_check import (
    SECRET,
    claim_and_error,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene

GUIDES = {"pool-trigger": "pool_trigger_resource.rst", "pool-boy": "pool_boy_resource.rst"}


def pipeline(name: str) -> dict[str, Any]:
    shown: dict[str, Any] = yaml.safe_load(block(GUIDES[name], f"Resource type {name}"))
    return shown


def source_of(shown: dict[str, Any], name: str) -> dict[str, Any]:
    (resource,) = (one for one in shown["resources"] if one["type"] == name)
    return dict(resource["source"])


@pytest.mark.parametrize("name", ["pool-trigger", "pool-boy"])
def test_the_pipelines_are_complete(name: str) -> None:
    """Each type and resource is defined and used, and the tags are the version of the collection."""
    shown = pipeline(name)
    types = {one["name"] for one in shown["resource_types"]}
    assert {one["type"] for one in shown["resources"]} - types <= {"pool"}
    steps = [step for job in shown["jobs"] for step in job["plan"]]
    assert {step.get("get") or step["put"] for step in steps} == {one["name"] for one in shown["resources"]}
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["version"]
    assert {one["source"]["tag"] for one in shown["resource_types"]} == {version}
    commands = re.findall(r"--target (\S+) --tag (\S+) \.", block("concourse_resources.rst", "The images"))
    images = {f"{one['source']['repository']}:{version}" for one in shown["resource_types"]}
    assert images <= {tag for _target, tag in commands}
    assert all([*instructions(target)] for target, _tag in commands)


def test_the_pipeline_of_pool_trigger_works(trigger: Scripts, locks: LockRepository) -> None:
    """The pool resource has the same source, and the job takes every version."""
    shown = pipeline("pool-trigger")
    source = source_of(shown, "pool-trigger")
    assert source == source_of(shown, "pool")
    get = shown["jobs"][0]["plan"][0]
    assert (get["version"], get["trigger"]) == ("every", True)
    del source["private_key"]
    assert trigger.check({**source, "uri": locks.url})[0]["lock"] == "env-1"


def test_the_pipeline_of_pool_boy_works(pool_boy: Scripts, scene: Scene, tmp_path: Path) -> None:
    shown = pipeline("pool-boy")
    source = source_of(shown, "pool-boy")
    del source["private_key"]
    source |= {"uri": scene.repo, "concourse_url": scene.atc.url}
    source |= {"concourse_username": "pool-boy", "concourse_password": SECRET}
    source["pools"][0]["job"] = "main/ci/claim"
    scene.locks.add_pool("gcp", at=scene.now)
    claim_and_error(scene)
    (version,) = pool_boy.check(source)
    get, put = shown["jobs"][0]["plan"]
    assert get["trigger"] is True
    (tmp_path / "build" / get["get"]).mkdir(parents=True)
    pool_boy.run("in", {"source": source, "version": version}, str(tmp_path / "build" / get["get"]))
    run = pool_boy.run("out", {"source": source, "params": put.get("params")}, str(tmp_path / "build"), says_more=True)
    assert run.value["version"] == version
    listed = {name for name, _content in rows(GUIDES["pool-boy"], "get")}
    assert {path.name for path in (tmp_path / "build" / get["get"]).iterdir()} == listed


def test_every_parameter_is_named() -> None:
    """Those of the resource types by themselves; the others are those of the modules, whose documentation has them."""
    defaults = read_pool_boy({"uri": "/srv/locks.git", "pools": ["aws"]})
    own = {"uri", "private_key", "username", "password", "git_config", "skip_ssl_verification", "known_hosts", "pool"}
    described = [row for name, guide in GUIDES.items() for row in rows(guide, f"Resource type {name}") if len(row) == 2]
    named = " ".join(parameters for parameters, _meaning in described)
    for name in {*own, "retry_after", "retry_delay", "depth", "name", "pools"}:
        assert re.search(rf"\b{name}\b", named), name
    meanings = dict(described)
    assert f"({defaults['retry_after']})" in meanings["retry_after"]
    assert f"({defaults['name']})" in meanings["name"]
    assert {name for name, _meaning in rows(GUIDES["pool-boy"], "put")} == {
        "clean",
        "trigger",
        "dry_run",
        "pools",
        "max_releases",
    }
