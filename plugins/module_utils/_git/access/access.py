# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, passwords and certificates for the remote, in the environment of git."""

from __future__ import annotations

import contextlib
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ..._core.shared.errors import BadOption
from ..process.caller_settings import caller_settings
from ..process.environment import ASKPASS, SETTINGS, base_environment, settings_environment
from .address import Address
from .netrc_file import has_netrc, netrc_password
from .options import RepositoryOptions, existing_path
from .private_key import private_key_file, readable_key_file
from .ssh import configured_ssh, lost_host_keys, names_a_key, secret_words, ssh_command

_USERNAME = "POOLBOY_GIT_USERNAME"
_PASSWORD = "POOLBOY_GIT_PASSWORD"
# A credential helper (gitcredentials(7)) that holds no secret itself: it prints its environment.
_HELPER = f"""!f() {{ test "$1" = get && printf 'username=%s\\npassword=%s\\n' "${_USERNAME}" "${_PASSWORD}"; }}; f"""
_OTHER_KEY = (
    "core.sshCommand in the settings of git is not used, because it names another key than key_file or ssh_private_key:"
    " remove the key from one of them."
)
_ANY_USER = "git"  # servers that take a token as the password need any user name


@dataclass(frozen=True, slots=True)
class Access:
    """The environment for git, and the secrets in it, which no message may show."""

    environment: dict[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """What becomes an Access."""

    environment: dict[str, str]
    settings: list[tuple[str, str]]
    warnings: list[str]
    secrets: tuple[str, ...] = ()

    def variables(self) -> dict[str, str]:
        return {**self.environment, **settings_environment(self.settings)}


@contextlib.contextmanager
def open_access(options: RepositoryOptions, address: Address) -> Iterator[Access]:
    """Set up keys and credentials for the time of the context. Raises BadOption."""
    callers = caller_settings(os.environ)
    warnings = [_ignored(callers.ignored)] if callers.ignored else []
    draft = _Draft(base_environment(), [*callers.used, *SETTINGS.items()], warnings)
    with contextlib.ExitStack() as stack:
        if address.scheme == "ssh":
            _add_ssh(draft, options, _key_path(options, stack))
        if address.is_http:
            _add_http(draft, options, address)
        yield Access(draft.variables(), draft.secrets, tuple(draft.warnings))


def _add_ssh(draft: _Draft, options: RepositoryOptions, key_path: str | None) -> None:
    configured = configured_ssh(draft.variables())
    if configured and key_path and names_a_key(configured):
        draft.warnings.append(_OTHER_KEY)
        configured = None
    if warning := lost_host_keys(options, configured):
        draft.warnings.append(warning)
    draft.environment["GIT_SSH_COMMAND"] = ssh_command(options, key_path, configured)
    draft.secrets = secret_words(configured)


def _add_http(draft: _Draft, options: RepositoryOptions, address: Address) -> None:
    draft.environment.update(_http_environment(options))
    username, password = _http_credentials(options, address)
    if username and password is None:
        password = netrc_password(address.host, username)
    if (username or password is not None) and has_netrc():
        # curl takes a login from there first, unless git names one at once, even an empty one (http.c).
        draft.settings.append(("http.emptyAuth", "true"))
    draft.secrets = _secrets(username, password, address)
    if password is not None:
        # The empty helper switches off those of the user; ours responds for this host alone.
        draft.settings += [("credential.helper", ""), (f"credential.{address.origin}.helper", _HELPER)]
        draft.environment |= {_USERNAME: username or _ANY_USER, _PASSWORD: password}
        return
    if username:
        draft.settings.append((f"credential.{address.origin}.username", username))
    # Only here a program of the user may give the password: that of the variable, or else core.askPass.
    del draft.environment[ASKPASS]
    if program := os.environ.get(ASKPASS):
        draft.environment[ASKPASS] = program


def _ignored(names: tuple[str, ...]) -> str:
    return (
        f"Settings of git in the environment are not used: {', '.join(names)}. Only those that say how to reach a"
        " server and how to sign are, such as http.proxy or url.BASE.insteadOf: remove the others."
    )


def _key_path(options: RepositoryOptions, stack: contextlib.ExitStack) -> str | None:
    if options.key_file and options.ssh_private_key:
        raise BadOption("key_file and ssh_private_key are both set: set only one of them.")
    if options.ssh_private_key:
        return stack.enter_context(private_key_file(options.ssh_private_key))
    if not options.key_file:
        return None
    return stack.enter_context(readable_key_file(existing_path(options.key_file, "key_file")))


def _http_credentials(options: RepositoryOptions, address: Address) -> tuple[str | None, str | None]:
    """Return user name and password: the options take precedence over the address. Raises BadOption."""
    username = options.repo_username or address.username
    password = options.repo_password or address.password
    for name, value in (("user name", username), ("password", password)):
        if value and any(character in value for character in "\n\r\0"):
            raise BadOption(f"The {name} for the lock repository contains a line break or a NUL: remove it.")
    return username, password


def _secrets(username: str | None, password: str | None, address: Address) -> tuple[str, ...]:
    """Return the texts to hide, also as encoded in a URL and a header. A user name in the address can be a token."""
    plain = [secret for secret in (password, address.username, address.password) if secret]
    header = b64encode(os.fsencode(f"{username or _ANY_USER}:{password}")).decode()
    return (*plain, *(quote(os.fsencode(secret), safe="") for secret in plain), *([header] if password else []))


def _http_environment(options: RepositoryOptions) -> dict[str, str]:
    environment = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": str(max(1, options.git_timeout))}
    if options.ca_path:
        path = Path(existing_path(options.ca_path, "ca_path"))
        environment["GIT_SSL_CAPATH" if path.is_dir() else "GIT_SSL_CAINFO"] = str(path)
    return environment
