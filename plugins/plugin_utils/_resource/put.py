# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`out` of the resource pool-boy: one round, and what it did as metadata."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ...module_utils._core.shared.errors import BadOption, PoolboyError
from ...module_utils._resource.hidden import secrets_of
from ...module_utils._resource.pool_boy import work
from ...module_utils._resource.protocol import Request, say
from .._round.build import RoundBuilder
from .files import VERSION_FILE
from .round import build_round

# Always the same, so that a put starts no build by itself: a new version would start the job that put it.
OF_NO_GET = {"digest": "put", "counter": "0"}


class RoundFailed(PoolboyError):
    """A step of the round failed. What was done before is on stderr."""


def put(request: Request) -> dict[str, t.Any]:
    """Carry out one round and say what it did. Raises PoolboyError."""
    if request.folder is None:
        raise BadOption("The folder is missing: Concourse runs out with the folder of the build.")
    build = build_round(work(request))
    secrets = secrets_of(request.source)
    for line in build.report():
        say(line, secrets)
    sys.stderr.flush()
    failed = build.failure_message()
    if failed:
        raise RoundFailed(failed)
    return {"version": _version_of_get(Path(request.folder)), "metadata": _metadata(build)}


def _version_of_get(folder: Path) -> dict[str, t.Any]:
    """Return the version that a get of this build has fetched; OF_NO_GET without exactly one."""
    found = []
    for file in sorted(folder.glob(f"*/{VERSION_FILE}")):
        try:
            content = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(content, dict) and content.get("type") == "pool-boy" and content.get("version"):
            found.append(dict(content["version"]))
    return found[0] if len(found) == 1 else OF_NO_GET


def _metadata(build: RoundBuilder) -> list[dict[str, str]]:
    """Return what the round did, with links to the builds that had claimed and to those that were started."""
    clean, trigger = build.result("clean"), build.result("trigger")
    would = "would be " if build.settings.check_mode else ""
    pages = {(one["pool"], one["name"]): (one.get("holder") or {}).get("url") for one in clean.entries("locks")}
    released = [
        _entry(
            f"{would}released {one['pool']}/{one['name']}"
            + ("" if one["to_pool"] == one["pool"] else f" to {one['to_pool']}"),
            f"{one['reason']} {pages.get((one['pool'], one['name'])) or ''}",
        )
        for one in clean.entries("released")
    ]
    started = [
        _entry(f"{would}started {one['pipeline']}/{one['job']}", one["url"] or f"for a free lock of {one['pool']}")
        for one in trigger.entries("triggered")
    ]
    return [*released, *started] or [_entry("did", "nothing: there was nothing to do")]


def _entry(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value.strip()}
