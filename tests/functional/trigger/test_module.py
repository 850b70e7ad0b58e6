# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module and the playbook as a user runs them."""

from __future__ import annotations

import json

from ...scene import Scene
from ..running import Workplace
from .runs import Trigger, add_locks, builds, counts, login


def test_check_mode_shows_what_the_real_run_then_does(scene: Scene, module: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    checked = module(check_mode=True, max_triggers=2)
    assert builds(scene) == []
    real = module(max_triggers=2)
    names = ("build", "id", "url")
    assert checked.values["triggered"] == [{**one, **dict.fromkeys(names)} for one in real.values["triggered"]]
    assert len(real.values["triggered"]) == 2
    for key in ("pools", "changed", "commit"):
        assert checked.values[key] == real.values[key]
    assert counts(real) == ("limited", 3, 0, 3, 2)


def test_all_from_the_environment(scene: Scene, module: Trigger) -> None:
    add_locks(scene, "env-1")
    run = module({"POOLS": "aws:60=main/ci/claim"}, pools=None)
    assert counts(run) == ("triggered", 1, 0, 1, 1)
    assert run.values["changed"] is True
    again = module({"POOLS": "aws:60=main/ci/claim"}, pools=None)
    assert again.values["changed"] is False


def test_the_playbook(scene: Scene, workplace: Workplace) -> None:
    add_locks(scene, "env-1", "env-2")
    options = login(scene, pools=[{"name": "aws", "job": "main/ci/claim"}])
    variables = {f"pool_boy_{name}": value for name, value in options.items()}
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.trigger", "-e", json.dumps(variables))
    assert run.code == 0, run.said
    assert len(builds(scene)) == 2
    assert "2 builds for 2 free locks" in run.stdout
    for build in builds(scene):
        assert scene.page(build) in run.stdout
    assert "pa55word" not in run.said
