# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ssh command for git."""

from __future__ import annotations

import os
import pwd
import re
import shlex
from collections.abc import Mapping

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable
from ..process.command import GitCommand, GitFailed
from .options import RepositoryOptions, absolute_path, existing_path

_KEY = re.compile(r"(?:^|\s)-[1246AaCfGgKkMNnqsTtVvXxYy]*[iI]|(?i:identityfile|certificatefile|pkcs11provider)")
_KNOWN_HOSTS = re.compile(r"(?i:userknownhostsfile)|(?:^|\s)-F")
_LONGEST_CONNECT = 30  # seconds
_ALIVE_INTERVAL = 15  # seconds; three missing responses end the connection


def configured_ssh(environment: Mapping[str, str]) -> str | None:
    """Return git's setting core.sshCommand, unless GIT_SSH_COMMAND replaces it. Raises MissingDependency."""
    if os.environ.get("GIT_SSH_COMMAND"):
        return None
    try:
        printed = GitCommand(environment).run("config", "--get", "core.sshCommand")
    except GitFailed:
        return None  # not set, or settings that git cannot read, as the next command says
    return printed.decode("utf-8", "surrogateescape").removesuffix("\n") or None


def names_a_key(command: str) -> bool:
    """Return whether an ssh command names a key, which ssh offers before ours."""
    return bool(_KEY.search(command))


def ssh_command(options: RepositoryOptions, key_path: str | None, configured: str | None = None) -> str:
    """Return GIT_SSH_COMMAND: the ssh of the user, without prompts, with the given key alone. Raises BadOption.

    `configured` is the ssh in the settings of git.
    """
    settings = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "accept-new" if options.accept_newhostkey else "yes",
        "ConnectTimeout": str(max(1, min(options.git_timeout, _LONGEST_CONNECT))),
        "ServerAliveInterval": str(_ALIVE_INTERVAL),
        "ServerAliveCountMax": "3",
        "LogLevel": "ERROR",
        # A connection kept open for later would end with this run.
        "ControlMaster": "no",
        "ControlPersist": "no",
    }
    if options.known_hosts_file:
        settings["UserKnownHostsFile"] = _quoted(_known_hosts_file(options.known_hosts_file, options))
    if key_path is not None:
        settings["IdentityFile"] = _quoted(key_path)
        settings["IdentitiesOnly"] = "yes"
        # An open connection can use another key.
        settings["ControlPath"] = "none"
    return " ".join([configured or _program(), *(shlex.quote(f"-o{name}={value}") for name, value in settings.items())])


def secret_words(configured: str | None) -> tuple[str, ...]:
    """Return what no message may show of the ssh command of the user, to which the shell refers in its errors.

    Its arguments can hold a password, such as those of sshpass. `configured` as in ssh_command().
    """
    command = configured or _program()
    return (command,) if " " in command else ()


def lost_host_keys(options: RepositoryOptions, configured: str | None) -> str | None:
    """Return a warning if ssh accepts host keys and cannot keep them, None if not. `configured` as in ssh_command()."""
    if not options.accept_newhostkey:
        return None
    home_folder = _home_folder()
    if options.known_hosts_file:
        file = absolute_path(options.known_hosts_file, "known_hosts_file")
    elif home_folder is None or _KNOWN_HOSTS.search(configured or _program()):
        return None
    else:
        file = f"{home_folder}/.ssh/known_hosts"
    folder = os.path.dirname(file)
    # ssh creates only one folder, that of its user.
    places = [file, folder, *([home_folder] if home_folder and folder == f"{home_folder}/.ssh" else [])]
    if os.access(next(filter(os.path.exists, places), folder), os.W_OK):
        return None
    return (
        f"The host keys that accept_newhostkey accepts cannot be kept in {printable(file, 200)}, so each run accepts"
        " any key of a server that it does not know: set known_hosts_file to a file that the user of this run can"
        " write to."
    )


def _home_folder() -> str | None:
    """Return the home folder that ssh uses, which is not HOME."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return None


def _program() -> str:
    """Return the ssh that git would use (git(1), GIT_SSH_COMMAND and GIT_SSH)."""
    if command := os.environ.get("GIT_SSH_COMMAND"):
        return command
    return shlex.quote(os.environ.get("GIT_SSH") or "ssh")


def _known_hosts_file(path: str, options: RepositoryOptions) -> str:
    """Return the path. With accept_newhostkey the file can be missing: ssh creates it. Raises BadOption."""
    absolute = absolute_path(path, "known_hosts_file")
    if options.accept_newhostkey and not os.path.exists(absolute):
        return absolute
    return existing_path(path, "known_hosts_file")


def _quoted(path: str) -> str:
    """Return a path for ssh_config(5), with spaces and percent signs escaped. Raises BadOption."""
    if any(part in path for part in ('"', "\\", "${", "\n")):
        raise BadOption(f"ssh does not support the path {path!r}: use one without quotes, backslashes and ${{.")
    return f'"{path.replace("%", "%%")}"'
