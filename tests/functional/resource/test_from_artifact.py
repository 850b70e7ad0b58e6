# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of the installed artifact, in the order in which Concourse runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.environment.checkout import copy_of, tracked
from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Scripts
from ansible_collections.poolboy.concourse.tests.functional.resource.test_pool_boy_check import (
    claim_and_error,
    with_job,
)
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene


@pytest.fixture
def installed(workplace: Workplace, tmp_path: Path) -> Path:
    """The folder of collections in which ansible-galaxy has installed the artifact of this checkout."""
    checkout, made, target = (tmp_path / name for name in ("checkout", "made", "collections"))
    copy_of(tracked(), checkout)
    galaxy = ("ansible-galaxy", "collection")
    build = workplace.ansible(*galaxy, "build", str(checkout), "--output-path", str(made))
    assert build.code == 0, build.said
    (artifact,) = made.iterdir()
    # Where the checkout itself is not on the path, as it counts as installed.
    path = {"ANSIBLE_COLLECTIONS_PATH": str(target)}
    install = workplace.ansible(*galaxy, "install", str(artifact), "-p", str(target), "--offline", environment=path)
    assert install.code == 0, install.said
    return target


def container(installed: Path, resource_type: str, home: Path) -> Scripts:
    home.mkdir(parents=True)
    folder = installed / "ansible_collections/poolboy/concourse/concourse/resource" / resource_type
    return Scripts(home, folder, installed)


def test_the_order_of_concourse(installed: Path, scene: Scene, tmp_path: Path) -> None:
    """Both types work on one pool: a leaked lock is released, its arrival starts a build, and nothing is left to do."""
    boy, trigger = (container(installed, name, tmp_path / name) for name in ("pool-boy", "pool-trigger"))
    of_boy, of_trigger = with_job(scene), {"uri": scene.repo, "branch": "main", "pool": "aws"}
    assert boy.check(of_boy) == []
    assert trigger.check(of_trigger) == []
    claim_and_error(scene)
    (due,) = boy.check(of_boy)
    # get with trigger: true, then put, then the get that follows each put.
    build, got = tmp_path / "build", tmp_path / "build" / "pools"
    got.mkdir(parents=True)
    fetched = container(installed, "pool-boy", tmp_path / "in").run("in", {"source": of_boy, "version": due}, str(got))
    assert fetched.value["version"] == due
    params = {"trigger": False}
    put = container(installed, "pool-boy", tmp_path / "out").run(
        "out", {"source": of_boy, "params": params}, str(build), says_more=True
    )
    assert put.value["version"] == due, "no new version, so the job does not start itself"
    after = tmp_path / "after"
    after.mkdir()
    boy.run("in", {"source": of_boy, "version": put.value["version"]}, str(after))
    assert '"free"' in (after / "status.json").read_text()
    (arrival,) = trigger.check(of_trigger)
    assert arrival["lock"] == "env-1"
    seen = tmp_path / "seen"
    seen.mkdir()
    assert trigger.run("in", {"source": of_trigger, "version": arrival}, str(seen)).value["version"] == arrival
    scene.claim(scene.start("main/ci", "claim"), "env", "aws/env-1")
    assert trigger.check(of_trigger, arrival) == [arrival]
    assert boy.check(of_boy, due) == [due]
