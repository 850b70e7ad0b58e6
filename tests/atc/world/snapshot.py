# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saves the state to a file and loads it, so that an emulator can continue."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from .clock import Clock
from .entities import (
    Build,
    Carried,
    Job,
    JobInput,
    JobOutput,
    JsonObject,
    NextInput,
    Pipeline,
    Resource,
    ResourceVersion,
    Team,
    Token,
)
from .settings import Settings
from .world import World

TABLES: dict[str, type[Any]] = {
    "teams": Team,
    "pipelines": Pipeline,
    "jobs": Job,
    "resources": Resource,
    "versions": ResourceVersion,
    "builds": Build,
}

PARTS: dict[tuple[str, str], type[Any]] = {
    ("jobs", "inputs"): JobInput,
    ("jobs", "outputs"): JobOutput,
    ("jobs", "next_inputs"): NextInput,
    ("builds", "inputs"): Carried,
    ("builds", "outputs"): Carried,
}
"""Fields of rows that are lists of records."""


def save(world: World, path: Path) -> None:
    """Save atomically: a reader sees the old state or the new one."""
    state = {
        "settings": dataclasses.asdict(world.settings),
        "clock": dataclasses.asdict(world.clock),
        "users": world.users,
        "clients": world.clients,
        "next_ids": world.next_ids,
        "tokens": [dataclasses.asdict(token) for token in world.tokens.values()],
        **{table: [dataclasses.asdict(row) for row in getattr(world, table).values()] for table in TABLES},
    }
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    unfinished.replace(path)


def load(path: Path) -> World:
    state = json.loads(path.read_text(encoding="utf-8"))
    world = World(Settings(**state["settings"]), Clock(**state["clock"]), state["users"], state["clients"])
    world.tokens = {token["value"]: Token(**token) for token in state["tokens"]}
    world.next_ids.update(state["next_ids"])
    for table in ("teams", "pipelines", "jobs", "resources"):
        getattr(world, table).update({row["id"]: _row(table, row) for row in state[table]})
    for row in state["versions"]:
        world.add_version(_row("versions", row))
    for row in state["builds"]:
        world.add_build(_row("builds", row))
    return world


def _row(table: str, fields: JsonObject) -> Any:
    parts = {
        name: [PARTS[table, name](**part) for part in value] for name, value in fields.items() if (table, name) in PARTS
    }
    return TABLES[table](**{**fields, **parts})
