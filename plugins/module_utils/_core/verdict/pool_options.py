# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `pools` option: which pools, and what holds for each."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..shared.empty import is_empty, without_empty
from ..shared.errors import BadOption
from ..shared.names import only_meant_name, pool_name
from ..shared.text import printable, quoted, some_of
from .policy import PoolPolicy, named_verdicts, read_no_concourse, read_policies

# One list of pools serves all modules, so each takes the keys of the others.
KNOWN_KEYS = ("name", "stale_timeout", "grace", "policy", "no_concourse", "release_to", "job", "resource")

# Separators that people write instead of a comma; names of folders rarely contain them.
_APART = re.compile(r"[\s;]")
_MOST_LISTED = 50  # pools in an error


@dataclass(frozen=True, slots=True)
class PoolOption:
    """One pool as the user named it, its policy, and the pool that its locks are released to if not to itself.

    `job` and `resource` are as they were given: only the module that starts builds reads them.
    """

    name: str
    policy: PoolPolicy
    release_to: str | None = None
    job: object = None
    resource: object = None


def pool_entries(given: object) -> list[object]:
    """Return the entries of a list of pools, which may be given as one string or as JSON.

    Raises BadOption for any other value.
    """
    if is_empty(given):
        return []
    entries = _entries_of_text(given) if isinstance(given, str) else given
    if not isinstance(entries, list | tuple):
        raise BadOption(
            f"pools: {printable(str(given), 80)} is not a list. Write a list such as [aws, 'gcp:30'], with minutes"
            " after a colon, a list of mappings such as [{name: aws, stale_timeout: 60}], or a text: aws:60,gcp:30."
        )
    return [entry for entry in entries if not is_empty(entry)]


def read_pools(given: Sequence[object], defaults: PoolPolicy) -> tuple[PoolOption, ...]:
    """Return the pools of a list of names or `name:minutes`, each optionally with `=team/pipeline/job`, or of mappings.

    Raises BadOption with the entry that is wrong.

    >>> aws, gcp, fresh = read_pools(["aws", "gcp:30", {"name": "cf/fresh", "grace": 10}], PoolPolicy())
    >>> aws.policy.stale_timeout, gcp.policy.stale_timeout, fresh.policy.grace
    (60, 30, 10)
    >>> read_pools(["aws=main/deploy/claim-aws"], PoolPolicy())[0].job
    'main/deploy/claim-aws'
    """
    pools = tuple(_read_pool(entry, defaults) for entry in given)
    _check_named_once([pool.name for pool in pools])
    return pools


def choose_pools(
    wanted: Sequence[PoolOption], there_are: Iterable[str], defaults: PoolPolicy
) -> tuple[PoolOption, ...]:
    """Return the wanted pools, all that there are when none is named. Raises BadOption if one does not exist."""
    known = sorted(there_are)
    if not known:
        raise BadOption(
            "The repository has no pool: no folder of this branch has a folder claimed/ or unclaimed/ in it."
        )
    meant = {pool.name: only_meant_name(pool.name, known, "pools", "pools") for pool in wanted}
    missing = [name for name, pool in meant.items() if pool is None]
    if missing:
        names = ", ".join(printable(name, 80) for name in missing)
        pools = some_of([printable(name, 80) for name in known], _MOST_LISTED)
        advice = " Separate pools by commas." if any(_APART.search(name) for name in missing) else ""
        raise BadOption(f"pools: the repository has no pool {names}. It has: {pools}.{advice}")
    chosen = tuple(replace(pool, name=meant[pool.name] or pool.name) for pool in wanted)
    _check_named_once([pool.name for pool in chosen])
    return chosen or tuple(PoolOption(name, defaults) for name in known)


def _check_named_once(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadOption(f"pools: {', '.join(map(printable, twice))} is named more than once; name each pool once.")


def read_minutes(value: object, what: str) -> int:
    """Read a number of minutes, 0 or more. Raises BadOption that names `what`."""
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadOption(f"{what}: {quoted(text, 40)} is not a number of minutes; write a whole number, 0 or more.")
    return int(text)


def _entries_of_text(text: str) -> object:
    if not text.lstrip().startswith("["):
        return text.split(",")
    # So it comes from a command line: -e 'pools=["aws","cf/fresh"]' is text to Ansible.
    try:
        return json.loads(text)
    except ValueError:
        raise BadOption(
            f"pools: {printable(text, 80)} begins like a JSON list but is not valid JSON. Write a list such as "
            '["aws", "gcp:30"], with double quotes, or one text such as aws,gcp:30.'
        ) from None


def _read_pool(entry: object, defaults: PoolPolicy) -> PoolOption:
    if isinstance(entry, Mapping):
        return _read_mapping(entry, defaults)
    if not isinstance(entry, str):
        raise BadOption(f"pools: {quoted(str(entry), 80)} is neither a name, nor name:minutes, nor a mapping.")
    pool, _equals, job = entry.strip().partition("=")
    name, colon, minutes = pool.strip().rpartition(":")
    given_job = None if is_empty(job) else job
    if not colon:
        return PoolOption(_read_name(pool), defaults, job=given_job)
    timeout = read_minutes(minutes, f"pools: the timeout of {printable(name, 80)}")
    return PoolOption(_read_name(name), replace(defaults, stale_timeout=timeout), job=given_job)


def _read_mapping(entry: Mapping[t.Any, t.Any], defaults: PoolPolicy) -> PoolOption:
    unknown = sorted(str(key) for key in entry if key not in KNOWN_KEYS)
    if len(entry) == len(unknown) == 1:
        name, value = (printable(str(one), 40) for one in next(iter(entry.items())))
        raise BadOption(
            f"pools: {name}: {value} is a mapping, as YAML takes a colon and a space. Write '{name}:{value}' in quotes"
            f" and without a space, or {{name: {name}, stale_timeout: {value}}}."
        )
    if unknown:
        raise BadOption(
            f"pools: unknown key {', '.join(map(printable, unknown))}. Known keys are: {', '.join(KNOWN_KEYS)}."
        )
    entry = without_empty(entry)
    name = _read_name(entry.get("name"))
    target = entry.get("release_to")
    release_to = None if target is None else read_target(target)
    policy = _read_policy(entry, defaults, printable(name, 80))
    return PoolOption(name, policy, release_to, entry.get("job"), entry.get("resource"))


def _read_policy(entry: Mapping[t.Any, t.Any], defaults: PoolPolicy, shown: str) -> PoolPolicy:
    given = entry.get("policy")
    if given is not None and not isinstance(given, Mapping):
        raise BadOption(f"pools: policy of {shown} must be a mapping of verdict to policy.")
    minutes: dict[str, t.Any] = {
        key: read_minutes(entry[key], f"pools: {key} of {shown}") for key in ("stale_timeout", "grace") if key in entry
    }
    return replace(
        defaults,
        by_verdict=read_policies(given, defaults.by_verdict),
        named=defaults.named | named_verdicts(given),
        no_concourse=read_no_concourse(
            entry.get("no_concourse"), given, defaults.no_concourse, f"pools: no_concourse of {shown}"
        ),
        **minutes,
    )


def read_target(value: object) -> str:
    """Read the name of the pool that locks are released to. Raises BadOption."""
    name = _pool_name(value)
    if not name:
        raise BadOption("release_to: name the pool that locks go to, such as quarantine, or leave release_to out.")
    return name


def _read_name(value: object) -> str:
    name = _pool_name(value)
    if not name:
        raise BadOption("pools: an entry has no name; give each pool the name of its folder, such as aws or cf/fresh.")
    return name


def _pool_name(value: object) -> str:
    return pool_name(value) if isinstance(value, str) else ""
