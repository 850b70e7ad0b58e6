# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools to start builds for, and the job of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..concourse.instance_vars import compact_json
from ..concourse.references import JobReference, PipelineReference
from ..shared.empty import is_empty
from ..shared.errors import BadOption
from ..shared.text import printable
from ..verdict.pool_options import PoolOption

_FORM = (
    "write it as team/pipeline/job. If a name contains a slash, or the pipeline has instance variables, write it as "
    "{team: main, pipeline: deploy, job: claim, instance_vars: {branch: main}}"
)
_NAMES = ("team", "pipeline", "job")
_KEYS = (*_NAMES, "instance_vars")


@dataclass(frozen=True, slots=True)
class TriggerPool:
    """A pool, the job that claims its locks, and its resource in the pipeline if the user names it."""

    name: str
    job: JobReference
    resource: str | None = None


def read_trigger_pools(pools: Sequence[PoolOption]) -> tuple[TriggerPool, ...]:
    """Return the pools with their jobs. Raises BadOption for a pool without one, and for a job with two pools."""
    if not pools:
        raise BadOption("pools names no pool: name each pool whose free locks get a build, with its job.")
    missing = [pool.name for pool in pools if pool.job is None]
    if missing:
        raise BadOption(f"pools: {_listed(missing)} has no job to claim its locks; {_FORM}.")
    chosen = tuple(TriggerPool(pool.name, read_job(pool.job, pool.name), _read_resource(pool)) for pool in pools)
    by_job: dict[JobReference, list[str]] = {}
    for pool in chosen:
        by_job.setdefault(pool.job, []).append(pool.name)
    for job, names in by_job.items():
        if len(names) > 1:
            raise BadOption(
                f"pools: {_listed(names)} have the same job {printable(str(job), 120)}, so it is unclear which of them "
                "a build is for; give each pool a job of its own."
            )
    return chosen


def read_job(given: object, pool: str) -> JobReference:
    """Read a job as the user wrote it. Raises BadOption that shows the form."""
    if isinstance(given, Mapping):
        return _read_mapping(given, pool)
    names = [part.strip() for part in given.split("/")] if isinstance(given, str) else []
    if len(names) != len(_NAMES) or not all(names):
        shown = printable(str(given), 80)
        raise BadOption(f"pools: the job of {printable(pool, 80)} is {shown!r}, which names no job; {_FORM}.")
    team, pipeline, job = names
    return JobReference(PipelineReference(team, pipeline), job)


def _read_mapping(given: Mapping[object, object], pool: str) -> JobReference:
    shown = printable(pool, 80)
    unknown = sorted(printable(str(key), 40) for key in given if key not in _KEYS)
    if unknown:
        raise BadOption(f"pools: the job of {shown} has the unknown key {', '.join(unknown)}; {_FORM}.")
    names = {key: name.strip() for key in _NAMES if isinstance(name := given.get(key), str) and name.strip()}
    missing = [key for key in _NAMES if key not in names]
    if missing:
        raise BadOption(f"pools: the job of {shown} has no {' and no '.join(missing)}; {_FORM}.")
    variables = None if is_empty(given.get("instance_vars")) else given["instance_vars"]
    if variables is not None and not isinstance(variables, Mapping):
        raise BadOption(f"pools: instance_vars in the job of {shown} must be a mapping of name to value; {_FORM}.")
    compact = None if variables is None else compact_json(dict(variables))
    return JobReference(PipelineReference(names["team"], names["pipeline"], compact), names["job"])


def _read_resource(pool: PoolOption) -> str | None:
    if pool.resource is None:
        return None
    if not isinstance(pool.resource, str) or not pool.resource.strip():
        raise BadOption(f"pools: resource of {printable(pool.name, 80)} must name a resource of its job's pipeline.")
    return pool.resource.strip()


def _listed(names: Iterable[str]) -> str:
    return " and ".join(printable(name, 80) for name in names)
