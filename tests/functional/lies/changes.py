# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people change in a pipeline, and what Concourse then no longer knows: each is ordinary, and no lie."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from ...atc import Emulator
from ...atc.world.plan import steps_of
from .history import random_config

FLOW = "main/flow"
Config = dict[str, Any]
Change = Callable[[Random, Emulator, Config], None]


def remove_a_taking_job(random: Random, atc: Emulator, config: Config) -> None:
    atc.remove_job(FLOW, random.choice([job["name"] for job in config["jobs"][1:]]))


def remove_all_taking_jobs(random: Random, atc: Emulator, config: Config) -> None:
    atc.set_pipeline(FLOW, {**config, "jobs": config["jobs"][:1]})


def rename_the_pool(random: Random, atc: Emulator, config: Config) -> None:
    """Give the resource another name without `old_name`; the steps keep theirs."""
    atc.set_pipeline(FLOW, _with_resource(config, [job["name"] for job in config["jobs"]], removes=True))


def claim_from_another_pool(random: Random, atc: Emulator, config: Config) -> None:
    atc.set_pipeline(FLOW, _with_resource(config, ["claim"]))


def take_from_another_pool(random: Random, atc: Emulator, config: Config) -> None:
    names = [job["name"] for job in config["jobs"][1:]]
    atc.set_pipeline(FLOW, _with_resource(config, random.sample(names, random.randint(1, len(names)))))


def remove_the_source(random: Random, atc: Emulator, config: Config) -> None:
    changed = copy.deepcopy(config)
    changed["resources"] = [one for one in changed["resources"] if one["name"] != "src"]
    for job in changed["jobs"]:
        job["plan"] = [step for step in job["plan"] if step.get("get") != "src"]
    atc.set_pipeline(FLOW, changed)


def remove_the_source_while_paused(random: Random, atc: Emulator, config: Config) -> None:
    """Concourse cannot tell what the jobs take next then."""
    atc.pause_pipeline(FLOW)
    remove_the_source(random, atc, config)


def rename_the_source(random: Random, atc: Emulator, config: Config) -> None:
    """Give the source another name without `old_name`, but not its steps."""
    _rename_source(random, atc, config, {"resource": "source"})


def rename_the_source_and_its_steps(random: Random, atc: Emulator, config: Config) -> None:
    _rename_source(random, atc, config, {"get": "source"})


def _rename_source(random: Random, atc: Emulator, config: Config, step_fields: dict[str, str]) -> None:
    """Rename the source; the first check of the new one finds the latest version."""
    changed = copy.deepcopy(config)
    for one in changed["resources"]:
        one["name"] = {"src": "source"}.get(one["name"], one["name"])
    for job in changed["jobs"]:
        for step in steps_of({"do": job["plan"]}):
            if step.get("get") == "src":
                step.update(step_fields)
    latest = atc.world.versions_of(atc.resource(FLOW, "src"))[: random.randint(1, 2)]
    atc.set_pipeline(FLOW, changed)
    for one in reversed(latest):
        atc.save_version(FLOW, "source", one.version)


def rename_the_claiming_job(random: Random, atc: Emulator, config: Config) -> None:
    """Give the job another name without `old_name`."""
    changed = copy.deepcopy(config)
    changed["jobs"][0]["name"] = "take"
    for job in changed["jobs"]:
        for step in steps_of({"do": job["plan"]}):
            if "passed" in step:
                step["passed"] = ["take" if one == "claim" else one for one in step["passed"]]
    atc.set_pipeline(FLOW, changed)


def configure_anew(random: Random, atc: Emulator, config: Config) -> None:
    """Give the jobs another shape; some keep their names."""
    atc.set_pipeline(FLOW, random_config(random))


def change_a_source_while_paused(random: Random, atc: Emulator, config: Config) -> None:
    atc.pause_pipeline(FLOW)
    changed = copy.deepcopy(config)
    random.choice(changed["resources"])["source"] = {"uri": "git@host:moved.git"}
    atc.set_pipeline(FLOW, changed)


def archive(random: Random, atc: Emulator, config: Config) -> None:
    atc.archive_pipeline(FLOW)


def set_it_again_after_archiving(random: Random, atc: Emulator, config: Config) -> None:
    atc.archive_pipeline(FLOW)
    atc.set_pipeline(FLOW, config)


CHANGES: list[Change] = [
    remove_a_taking_job,
    remove_all_taking_jobs,
    rename_the_pool,
    claim_from_another_pool,
    take_from_another_pool,
    remove_the_source,
    remove_the_source_while_paused,
    rename_the_source,
    rename_the_source_and_its_steps,
    rename_the_claiming_job,
    configure_anew,
    change_a_source_while_paused,
    archive,
    set_it_again_after_archiving,
]


def _with_resource(config: Config, jobs: list[str], *, removes: bool = False) -> Config:
    """Return the configuration with another resource in the steps of the pool."""
    changed = copy.deepcopy(config)
    changed["resources"].append({"name": "pool", "type": "pool", "source": {"uri": "git@host:moved.git"}})
    if removes:
        changed["resources"] = [one for one in changed["resources"] if one["name"] != "envs"]
    for job in changed["jobs"]:
        for step in steps_of({"do": job["plan"]}) if job["name"] in jobs else ():
            if "envs" in (step.get("resource"), step.get("get"), step.get("put")):
                step["resource"] = "pool"
    return changed
