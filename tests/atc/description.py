# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loads a Concourse from a YAML or JSON description."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from .world.entities import JsonObject

if TYPE_CHECKING:
    from .emulator import Emulator

PARTS = ("settings", "time", "users", "clients", "teams", "pipelines", "builds", "story")


def load_file(atc: Emulator, path: Path) -> None:
    load(atc, yaml.safe_load(path.read_text(encoding="utf-8")), path.parent)


def load(atc: Emulator, world: JsonObject, folder: Path) -> None:
    """Add everything in `world` to the emulator; paths of pipeline files are relative to `folder`.

    Parts, all optional: `settings`, `time`, `users` (name: password), `clients` (id: secret), `teams`
    (name: roles), `pipelines` (arguments of `set_pipeline`, and `paused_jobs`, `archived`), `builds` (arguments of
    `record_build`, oldest first) and `story` (any operations in order, each `{OPERATION: ARGUMENTS}`).
    """
    unknown = set(world) - set(PARTS)
    if unknown:
        raise ValueError(f"unknown parts: {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
    atc.change_settings(**world.get("settings", {}))
    if "time" in world:
        atc.set_time(world["time"])
    for name, password in world.get("users", {}).items():
        atc.set_user(name, password)
    for client, secret in world.get("clients", {}).items():
        atc.set_client(client, secret)
    for name, roles in world.get("teams", {}).items():
        atc.set_team(name, roles)
    for pipeline in world.get("pipelines", []):
        _load_pipeline(atc, pipeline, folder)
    for build in world.get("builds", []):
        atc.record_build(**build)
    for step in world.get("story", []):
        for operation, arguments in step.items():
            atc.call(operation, arguments or {})


def _load_pipeline(atc: Emulator, described: JsonObject, folder: Path) -> None:
    arguments = dict(described)
    paused_jobs, archived = arguments.pop("paused_jobs", []), arguments.pop("archived", False)
    if isinstance(arguments["config"], str) and "\n" not in arguments["config"]:
        arguments["config"] = (folder / arguments["config"]).read_text(encoding="utf-8")
    atc.set_pipeline(**arguments)
    same = {"pipeline": arguments["pipeline"], "instance_vars": arguments.get("instance_vars")}
    for job in paused_jobs:
        atc.pause_job(job=job, **same)
    if archived:
        atc.archive_pipeline(**same)
