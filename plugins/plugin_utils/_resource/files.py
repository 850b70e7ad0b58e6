# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`in` of the resource pool-boy: the state of the pools as files for the steps after it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ...module_utils._core.shared.errors import BadOption, PoolboyError
from ...module_utils._resource.pool_boy import look
from ...module_utils._resource.protocol import Request
from .._metrics.metrics import metrics_text
from .._page.page import page
from .._round.read import read_round
from .round import build_round

VERSION_FILE = "version.json"  # by which `out` knows which version started its build
_PAGE_OLD_AFTER = 60  # minutes


class StateUnknown(PoolboyError):
    """The state of the pools cannot be read."""


def fetch(request: Request) -> dict[str, t.Any]:
    """Write the files, as the pools are now, also for an old version. Raises PoolboyError."""
    if request.folder is None:
        raise BadOption("The folder is missing: Concourse runs in with the folder to write to.")
    build = build_round(look(request))
    failed = build.failure_message()
    if failed and not build.has_seen_locks:
        raise StateUnknown(failed)
    fact, folder, version = build.fact(), Path(request.folder), request.version or {}
    files = {
        "status.json": json.dumps(fact["status"], indent=1),
        "report.txt": "\n".join(build.report()),
        "metrics.prom": metrics_text(read_round(fact), "").rstrip("\n"),
        "page.html": page(fact, old_after=_PAGE_OLD_AFTER).rstrip("\n"),
        VERSION_FILE: json.dumps({"type": "pool-boy", "version": version}),
    }
    for name, content in files.items():
        (folder / name).write_text(f"{content}\n", encoding="utf-8", errors="backslashreplace")
    return {"version": version, "metadata": _metadata(build.seen.entries("locks"))}


def _metadata(locks: list[dict[str, t.Any]]) -> list[dict[str, str]]:
    """Return the number of locks with each verdict."""
    verdicts = [str(lock["verdict"]) for lock in locks]
    return [{"name": verdict, "value": str(verdicts.count(verdict))} for verdict in sorted({*verdicts})]
