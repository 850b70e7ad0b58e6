# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of a resource: the options of the modules, and those of the pool resource under its names."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from .._core.options.read_options import Spec, read_options
from .._core.options.repository_options import GIT
from .._core.pool.snapshot import WantedPools
from .._core.shared.empty import is_empty
from .._core.shared.errors import BadOption
from .._git.access.options import RepositoryOptions
from .._git.repository import LockRepository
from .hidden import secrets_of
from .protocol import say

# Names of the pool resource for options of the modules.
ALIASES = {"uri": "repo", "private_key": "ssh_private_key", "username": "repo_username", "password": "repo_password"}
# Options of the pool resource that say how it waits and clones, so that its source can stay as it is.
_UNUSED = ("retry_delay", "depth")
_AUTHOR = ("user.name", "user.email")

_OWN: Spec = {
    "git_config": {"type": "raw"},
    "skip_ssl_verification": {"type": "bool", "default": False},
    "known_hosts": {"type": "str"},
    **{name: {"type": "raw"} for name in _UNUSED},
}


def read_source(source: Mapping[str, t.Any], more: Spec) -> dict[str, t.Any]:
    """Return the options of a source under the names of the modules; `more` are those besides the repository.

    As the pool resource does, it accepts the key of an unknown ssh server, unless the source has known hosts. Raises
    BadOption.
    """
    given = dict(source)
    for alias, name in ALIASES.items():
        if not is_empty(given.get(alias)) and not is_empty(given.get(name)):
            raise BadOption(f"{alias} and {name} are both set, and mean the same: remove one of them.")
        value = given.pop(alias, None)
        if not is_empty(value):
            given[name] = value
    if is_empty(given.get("repo")):
        raise BadOption("uri is missing: give the address of the lock repository.")
    options = read_options(given, {**GIT.spec, **_OWN, **more})
    if is_empty(given.get("accept_newhostkey")):
        options["accept_newhostkey"] = options["known_hosts"] is None and options["known_hosts_file"] is None
    if options["known_hosts"] is not None and options["known_hosts_file"] is not None:
        raise BadOption("known_hosts and known_hosts_file are both set: remove one of them.")
    options["git_config"] = _read_git_config(options["git_config"])
    return options


def git_author(options: Mapping[str, t.Any]) -> str | None:
    """Return the author that git_config names, as `Name <mail>`; None if it names none."""
    name, mail = (dict(options["git_config"]).get(key) for key in _AUTHOR)
    return f"{name} <{mail}>" if name and mail else None


@contextlib.contextmanager
def open_repository(
    options: Mapping[str, t.Any], wanted: WantedPools, source: Mapping[str, t.Any]
) -> Iterator[LockRepository]:
    """Open the lock repository of a source; warnings go to stderr. Raises BadOption, RepositoryError."""
    secrets = secrets_of(source)
    with contextlib.ExitStack() as stack:
        _set_up_git(options, os.environ)
        names = RepositoryOptions.__dataclass_fields__.keys() & options.keys()
        given = {name: options[name] for name in names}
        if options["known_hosts"] is not None:
            file = stack.enter_context(tempfile.NamedTemporaryFile("w", prefix="known-hosts-", encoding="utf-8"))
            file.write(options["known_hosts"].rstrip("\n") + "\n")
            file.flush()
            given["known_hosts_file"] = file.name
        repository = LockRepository(RepositoryOptions(**given), wanted, lambda warning: say(warning, secrets))
        yield stack.enter_context(repository)


def _set_up_git(options: Mapping[str, t.Any], environment: t.MutableMapping[str, str]) -> None:
    """Give git the settings of the source by its environment, where no other user sees them."""
    if options["skip_ssl_verification"]:
        environment["GIT_SSL_NO_VERIFY"] = "true"
    settings = [(name, value) for name, value in options["git_config"] if name not in _AUTHOR]
    if settings:
        environment["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (name, value) in enumerate(settings):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value


def _read_git_config(given: object) -> Sequence[tuple[str, str]]:
    entries = [] if given is None else given
    if not isinstance(entries, list) or not all(_is_setting(one) for one in entries):
        raise BadOption("git_config is not a list of {name: ..., value: ...}, such as {name: user.name, value: bot}.")
    return [(str(one["name"]), str(one["value"])) for one in entries]


def _is_setting(entry: object) -> bool:
    if not isinstance(entry, Mapping) or {*entry} != {"name", "value"}:
        return False
    return not any(isinstance(value, list | Mapping) for value in entry.values())
