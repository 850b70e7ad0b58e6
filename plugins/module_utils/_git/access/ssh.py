# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How git calls ssh."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from ..._core.shared.errors import BadOption
from .options import RepositoryOptions, existing_path

_LONGEST_CONNECT = 30  # seconds
_ALIVE_INTERVAL = 15  # seconds; three answers missing end the connection


def ssh_command(options: RepositoryOptions, key_path: str | None) -> str:
    """Return GIT_SSH_COMMAND: the user's own ssh, never asking, with the given key and no other. Raises BadOption."""
    settings = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "accept-new" if options.accept_newhostkey else "yes",
        "ConnectTimeout": str(max(1, min(options.git_timeout, _LONGEST_CONNECT))),
        "ServerAliveInterval": str(_ALIVE_INTERVAL),
        "ServerAliveCountMax": "3",
        "LogLevel": "ERROR",
        # A connection kept open for later would be ended with this run.
        "ControlMaster": "no",
        "ControlPersist": "no",
    }
    if options.known_hosts_file:
        settings["UserKnownHostsFile"] = _quoted(_known_hosts_file(options.known_hosts_file, options))
    if key_path is not None:
        settings["IdentityFile"] = _quoted(key_path)
        settings["IdentitiesOnly"] = "yes"
        # A connection that is open already may have been made with another key.
        settings["ControlPath"] = "none"
    return " ".join([_program(), *(shlex.quote(f"-o{name}={value}") for name, value in settings.items())])


def _program() -> str:
    """The ssh that the user told git to use (git(1), GIT_SSH_COMMAND and GIT_SSH)."""
    if command := os.environ.get("GIT_SSH_COMMAND"):
        return command
    return shlex.quote(os.environ.get("GIT_SSH") or "ssh")


def _known_hosts_file(path: str, options: RepositoryOptions) -> str:
    """The first host key to accept may be the first in the file, which ssh then makes."""
    absolute = os.path.abspath(Path(path).expanduser())
    if options.accept_newhostkey and not Path(absolute).exists():
        return absolute
    return existing_path(path, "known_hosts_file")


def _quoted(path: str) -> str:
    """Write a path for ssh_config(5): in quotes, as it may have spaces, and without meaning for percent signs."""
    if any(part in path for part in ('"', "\\", "${", "\n")):
        raise BadOption(f"ssh cannot take the path {path!r}: use one without quotes, backslashes and ${{.")
    return f'"{path.replace("%", "%%")}"'
