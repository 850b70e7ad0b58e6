# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource type pool-boy: a version when something is to do, and rounds that do it."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._core.options.groups import CLEANING, CONCOURSE, POOLS_TO_CLEAN, TRIGGERING
from .._core.options.logins import check_logins
from .._core.options.read_options import Spec, read_options
from .._core.resource.due import due_work, next_version
from .._core.shared.empty import is_empty
from .._core.shared.errors import BadOption, PoolboyError
from .._core.shared.text import printable
from .._core.verdict.pool_options import PoolOption, pool_entries
from .._run.options import pools_to_read, wanted_pools
from .._run.round import Round
from .hidden import secrets_of
from .protocol import Request, say
from .source import git_author, open_repository, read_source

Options = dict[str, t.Any]

_OF_SOURCE: Spec = {
    **CONCOURSE.spec,
    **POOLS_TO_CLEAN.spec,
    # Forced releases name single claims, for one run of the playbook clean.
    **{name: option for name, option in {**CLEANING.spec, **TRIGGERING.spec}.items() if name != "force"},
    "pool": {"type": "str"},
    "name": {"type": "str", "default": "locks"},
    "retry_after": {"type": "int", "default": 10},
}
_OF_PARAMS: Spec = {
    "clean": {"type": "bool", "default": True},
    "trigger": {"type": "bool"},
    "dry_run": {"type": "bool", "default": False},
    "pools": {"type": "list"},
    "max_releases": {"type": "int"},
}


class WorkFailed(PoolboyError):
    """It is unknown whether there is anything to do."""


@dataclass(frozen=True)
class RoundResults:
    """The results of a round by step, the options it ran with, and its begin and end in seconds since 1970, UTC."""

    results: Mapping[str, Mapping[str, t.Any]]
    options: Mapping[str, t.Any]
    started: int
    finished: int
    dry_run: bool
    latest_builds: Mapping[str, int]


def check(request: Request) -> list[t.Any]:
    """Return a new version if a round would do anything now, else the given one. Raises PoolboyError."""
    options = read_pool_boy(request.source)
    if options["retry_after"] < 1:
        raise BadOption(f"retry_after is {options['retry_after']}: give at least 1 minute.")
    done = run_round(request, options, clean=True, trigger=_names_jobs(options), dry_run=True)
    work = due_work(done.results, done.latest_builds)
    failed = [str(result["msg"]) for result in done.results.values() if result.get("failed")]
    for message in failed if work else ():
        say(message, secrets_of(request.source))
    if failed and not work:
        raise WorkFailed(" ".join(failed))
    version = next_version(request.version, work, done.started, options["retry_after"])
    if version is not None:
        return [version]
    return [] if request.version is None else [request.version]


def look(request: Request) -> RoundResults:
    """Return the state of the pools, changing nothing. Raises PoolboyError."""
    return run_round(request, read_pool_boy(request.source), clean=False, trigger=False, dry_run=True)


def work(request: Request) -> RoundResults:
    """Carry out one round, as the params of `out` ask for it. Raises PoolboyError."""
    options, params = read_pool_boy(request.source), read_options(request.params, _OF_PARAMS)
    if params["pools"] is not None:
        options["pools"] = _chosen(options, params["pools"])
    if params["max_releases"] is not None:
        options["max_releases"] = params["max_releases"]
    trigger = _names_jobs(options) if params["trigger"] is None else params["trigger"]
    return run_round(request, options, clean=params["clean"], trigger=trigger, dry_run=params["dry_run"])


def run_round(request: Request, options: Options, *, clean: bool, trigger: bool, dry_run: bool) -> RoundResults:
    """Run the steps of a round on the repository of a source. Raises PoolboyError."""
    secrets, started = secrets_of(request.source), int(time.time())
    wanted = pools_to_read(wanted_pools(options))
    with open_repository(options, wanted, request.source) as repository:
        warnings: list[str] = []
        run = Round(options, repository, warnings.append, dry_run)
        try:
            results = run.results(clean=clean, trigger=trigger)
        finally:
            for warning in dict.fromkeys(warnings):
                say(warning, secrets)
    return RoundResults(results, options, started, int(time.time()), dry_run, run.latest_builds)


def read_pool_boy(source: Mapping[str, t.Any]) -> Options:
    """Return the options of a source. Raises BadOption."""
    given = dict(source)
    pool = given.pop("pool", None)
    if not is_empty(pool):
        if not is_empty(given.get("pools")):
            raise BadOption("pool and pools are both set: remove one of them.")
        given["pools"] = [pool]
    options = read_source(given, _OF_SOURCE)
    check_logins(options)
    if is_empty(given.get("git_author")):
        options["git_author"] = git_author(options) or options["git_author"]
    return {**options, "force": None}


def _names_jobs(options: Options) -> bool:
    return any(pool.job is not None for pool in wanted_pools(options))


def _chosen(options: Options, names: Sequence[str]) -> list[object]:
    """Return the entries of the source's pools with some names. Raises BadOption for another name."""
    entries = {pool.name: entry for pool, entry in _entries(options)}
    unknown = [printable(name, 80) for name in names if name not in entries]
    if unknown or not names:
        raise BadOption(f"params: pools names {', '.join(unknown) or 'none'}; the source has: {', '.join(entries)}.")
    return [entries[name] for name in names]


def _entries(options: Options) -> list[tuple[PoolOption, object]]:
    return list(zip(wanted_pools(options), pool_entries(options["pools"]), strict=True))
