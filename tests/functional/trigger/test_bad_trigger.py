# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid options fail with a clear sentence and start nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ...scene import Scene
from ..running import refusal
from .runs import CONFIG, Trigger, add_locks, builds

FORM = "team/pipeline/job"
BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"pools": ["aws"]}, ["aws has no job", FORM, "instance_vars"]),
    ({"pools": [{"name": "aws", "job": "ci/claim"}]}, ["'ci/claim'", FORM, "{team: main"]),
    ({"pools": "aws=main/ci/claim,gcp=main/ci/claim"}, ["aws and gcp", "same job main/ci/claim"]),
    ({"max_triggers": 0}, ["max_triggers is 0"]),
    ({"retry": 0}, ["retry is 0"]),
    ({"pools": "gcp=main/ci/claim"}, ["no pool gcp", "It has: aws"]),
    ({"pools": []}, ["missing required arguments: pools", "set POOLS in the environment"]),
    ({"concourse_url": "", "concourse_username": "", "concourse_password": ""}, ["no Concourse", "concourse_url"]),
    ({"concourse_url": "http://127.0.0.1:9"}, ["no build was started", "refused the connection"]),
    ({"concourse_password": "wrong"}, ["refused user 'pool-boy'"]),
    ({"concourse_username": "looker"}, ["may not start builds of main/ci/claim", "pipeline-operator", "team main"]),
    ({"repo": "/nowhere/locks.git"}, ["/nowhere/locks.git"]),
    ({"pools": "aws=main/ci/ghost"}, ["job ghost", "pipeline ci", "team main", "claim, other"]),
    (
        {
            "pools": [
                {"name": "aws", "job": {"team": "main", "pipeline": "d", "job": "claim", "instance_vars": {"a": 1}}}
            ]
        },
        ['{"a":1}', "job claim", "pipeline d", "team main", '{"a":"1"}', '{"a":2}'],
    ),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=[str(options)[:60] for options, _words in BAD])
def test_bad_options(scene: Scene, module: Trigger, options: dict[str, Any], words: list[str]) -> None:
    for variables in ({"a": "1"}, {"a": 2}):
        scene.atc.set_pipeline("main/d", CONFIG, instance_vars=variables)
    add_locks(scene, "env-1")
    run = module(**options)
    message = refusal(run)
    for word in words:
        assert word in message, message
    assert builds(scene) == []
    assert "pa55word" not in run.said
