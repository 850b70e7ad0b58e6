# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of a run: the options of a module, from any source."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._concourse.config.options import ConcourseOptions
from .._core.pool.snapshot import WantedPools
from .._core.shared.names import canonical_name
from .._core.verdict.policy import (
    DEFAULT_POLICIES,
    POOL_BOY_POLICIES,
    Policy,
    PoolPolicy,
    named_verdicts,
    read_no_concourse,
    read_policies,
)
from .._core.verdict.pool_options import PoolOption, pool_entries, read_minutes, read_pools
from .._git.access.options import RepositoryOptions

Options = Mapping[str, t.Any]


def repository_options(options: Options) -> RepositoryOptions:
    """Return the repository that the options name, and how to reach it."""
    names = RepositoryOptions.__dataclass_fields__.keys() & options.keys()
    return RepositoryOptions(**{name: options[name] for name in names})


def concourse_options(options: Options) -> ConcourseOptions:
    """Return the Concourse and the login that the options name."""
    aliases = tuple(options["concourse_url_aliases"])
    shared = {name: options[name] for name in ("validate_certs", "ca_path", "client_cert", "client_key")}
    own = ("url", "username", "password", "token", "client_id", "client_secret", "target", "team", "timeout")
    return ConcourseOptions(url_aliases=aliases, **shared, **{name: options[f"concourse_{name}"] for name in own})


def wanted_pools(options: Options) -> tuple[PoolOption, ...]:
    """Return the pools that the options name, none if all are meant. Raises BadOption."""
    return read_pools(pool_entries(options["pools"]), default_policy(options))


def pools_to_read(wanted: tuple[PoolOption, ...]) -> WantedPools:
    """Return the pools whose claims a run needs."""
    names = frozenset(canonical_name(pool.name) for pool in wanted)
    return WantedPools(names or None)


def default_policy(options: Options) -> PoolPolicy:
    """Return the policy of pools without their own. Raises BadOption."""
    if "policy" not in options:
        return PoolPolicy()
    is_pool_boy = options["preset"] == "pool_boy"
    default = Policy.STALE if is_pool_boy else None
    return PoolPolicy(
        read_policies(options["policy"], POOL_BOY_POLICIES if is_pool_boy else DEFAULT_POLICIES),
        read_minutes(options["stale_timeout"], "stale_timeout"),
        read_minutes(options["grace"], "grace"),
        read_no_concourse(options["no_concourse"], options["policy"], default, "no_concourse"),
        named=frozenset(POOL_BOY_POLICIES) if is_pool_boy else named_verdicts(options["policy"]),
    )
