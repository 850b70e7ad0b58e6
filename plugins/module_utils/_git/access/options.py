# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The git options of the modules."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryOptions:
    """The git options of the modules, under the names that users know.

    `git_timeout` bounds each git command on the network, in seconds. `branch` None is the remote's HEAD, `cache_dir`
    None is `poolboy.concourse` in the user's cache folder, `cache` False keeps nothing between runs.
    """

    repo: str
    branch: str | None = None
    key_file: str | None = None
    ssh_private_key: str | None = field(default=None, repr=False)
    accept_newhostkey: bool = False
    known_hosts_file: str | None = None
    repo_username: str | None = None
    repo_password: str | None = field(default=None, repr=False)
    ca_path: str | None = None
    git_timeout: int = 300
    cache_dir: str | None = None
    cache: bool = True


def existing_path(path: str, option: str) -> str:
    """Return the absolute path of a file or folder that an option names. Raises BadOption if it cannot be read."""
    absolute = absolute_path(path, option)
    if not os.access(absolute, os.R_OK):
        raise BadOption(
            f"{option} names {printable(absolute, 200)}, which does not exist or is not readable for the user of this"
            " run: correct the path, or let this user read it."
        )
    return absolute


def absolute_path(path: str, option: str) -> str:
    """Return the absolute path that an option names. Raises BadOption for a `~` that stands for no home folder."""
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        user = expanded.partition("/")[0].removeprefix("~")
        raise BadOption(
            f"{option} begins with ~{printable(user, 60)}, "
            + ("but there is no user of this name" if user else "but the user of this run has no home folder (HOME)")
            + " where this runs: give the whole path, or ./~ for a file of this name."
        )
    return os.path.abspath(expanded)
