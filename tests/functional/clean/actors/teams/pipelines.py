# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines of the teams: one for each way in which real pipelines hand off a lock."""

from __future__ import annotations

import random
from typing import Any

from .....atc.world.plan import steps_of

Config = dict[str, Any]
CLAIM, GIVE_BACK, GATE = "claim", "give-back", "gate"


def _get(name: str, *passed: str, trigger: bool = True) -> Config:
    return {"get": name, "trigger": trigger, **({"passed": list(passed)} if passed else {})}


def _put(name: str, resource: str | None = None) -> Config:
    return {"put": name, "params": {}, **({"resource": resource} if resource else {})}


def _job(name: str, *plan: Config) -> Config:
    return {"name": name, "plan": list(plan)}


# One build claims and releases.
ALONE = [_job(CLAIM, _put("env"))]
# Each job hands the lock to the next.
HANDED_ON = [
    _job(CLAIM, _put("env")),
    _job("use", _get("env", CLAIM)),
    _job(GIVE_BACK, _get("env", "use"), _put("env")),
]
# A person lets it continue.
AT_A_GATE = [
    _job(CLAIM, _put("env")),
    _job("use", _get("env", CLAIM)),
    _job(GATE, _get("env", "use", trigger=False)),
    _job(GIVE_BACK, _get("env", GATE), _put("env")),
]
# Two jobs at once, and one that waits for both.
FANNED_OUT = [
    _job(CLAIM, _put("env")),
    _job("left", _get("env", CLAIM)),
    _job("right", _get("env", CLAIM)),
    _job(GIVE_BACK, _get("env", "left", "right"), _put("env")),
]
# Every version in turn, one build after the other.
QUEUED = [
    _job(CLAIM, _put("env")),
    {**_job("use", {**_get("env", CLAIM), "version": "every"}), "serial": True},
    _job(GIVE_BACK, {**_get("env", "use"), "version": "every"}, _put("env")),
]
# Tests run in the environment and never take the lock: what they wait for came along with it.
ALONGSIDE = [
    _job(CLAIM, _put("env"), _put("bits")),
    _job("use", _get("bits", CLAIM)),
    _job(GIVE_BACK, _get("bits", CLAIM, "use"), _get("env", CLAIM, trigger=False), _put("env")),
]
# One build claims two locks; the next job takes one of them, and the other one is left behind.
TWO_AT_ONCE = [
    _job(CLAIM, {"in_parallel": {"steps": [_put("env"), _put("more", "env")]}}),
    _job("use", _get("env", CLAIM)),
    _job(GIVE_BACK, _get("env", "use"), _put("env")),
]
# One build claims two locks and gives both back.
ALONE_WITH_TWO = [_job(CLAIM, _put("env"), _put("more", "env"))]
SHAPES = (HANDED_ON, ALONE, AT_A_GATE, FANNED_OUT, QUEUED, ALONGSIDE, TWO_AT_ONCE, ALONE_WITH_TWO)


def pipeline(shape: list[Config], pool: str) -> Config:
    """Return the configuration of a pipeline whose resource `env` is the pool."""
    source = {"uri": "file:///locks.git", "branch": "main", "pool": pool}
    resources = [{"name": "env", "type": "pool", "source": source}, {"name": "bits", "type": "git", "source": {"a": 1}}]
    return {"resources": resources, "jobs": shape}


def claiming_steps(job: Config) -> list[str]:
    """Return the names of the put steps of a job with which it claims a lock."""
    steps = [step for entry in job["plan"] for step in steps_of(entry)]
    return [str(step["put"]) for step in steps if "env" in (step.get("put"), step.get("resource"))]


def takes_every_version(job: Config) -> bool:
    """Return whether a job takes every version in turn: a re-run in the emulator stops its queue and the next job's."""
    return any(step.get("version") == "every" for step in job["plan"])


def how_it_ends(dice: random.Random, *, mostly: float = 0.7) -> str:
    """Return how a build ends: a status, `lost` with its worker, or `zombie`: aborted, but its put continues."""
    if dice.random() < mostly:
        return "succeeded"
    return dice.choice(["failed", "errored", "aborted", "lost", "zombie"])
