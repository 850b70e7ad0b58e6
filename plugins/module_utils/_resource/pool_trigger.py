# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource type pool-trigger: a version for each lock that arrives in unclaimed/. It writes nothing anywhere."""

from __future__ import annotations

import time
import typing as t

from .._core.options.read_options import Spec
from .._core.pool.snapshot import WantedPools
from .._core.resource.version import arrival_version, put_version, read_arrival
from .._core.shared.errors import BadOption
from .._core.shared.names import pool_name
from .._git.repository_arrivals import RepositoryArrivals
from .protocol import Request
from .source import open_repository, read_source

_POOL: Spec = {"pool": {"type": "str"}}
_NO_CLAIMS = WantedPools(frozenset())


def check(request: Request) -> list[t.Any]:
    """Return the next version, or the given one if no lock has arrived since. Raises PoolboyError."""
    options = read_source(request.source, _POOL)
    pool = pool_name(options["pool"] or "")
    if not pool:
        raise BadOption("pool is missing: name the pool whose locks start builds.")
    version = None if request.version is None else read_arrival(request.version)
    with open_repository(options, _NO_CLAIMS, request.source) as repository:
        coming = RepositoryArrivals(repository, pool).after(version).coming
    if coming:
        return [arrival_version(coming[0])]
    return [] if request.version is None else [request.version]


def fetch(request: Request) -> dict[str, t.Any]:
    """Return the version and the lock that it names, for the page of the build."""
    version = request.version or {}
    return {"version": version, "metadata": [{"name": name, "value": str(value)} for name, value in version.items()]}


def put(_request: Request) -> dict[str, t.Any]:
    """Do nothing, and return the version that a put has to have."""
    return {"version": put_version(int(time.time()))}
