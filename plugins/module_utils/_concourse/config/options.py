# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a user names a Concourse and a login."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class ConcourseOptions:
    """What the user gave, as it was given; empty text counts as not given.

    `url` is the address of the web page, `target` a target of fly's ~/.flyrc, `url_aliases` are other addresses by
    which claims may name the same Concourse, `team` stands in for claims that name none (default: the target's team,
    else main), `timeout` is in seconds, for the connection and for each wait for an answer. `ca_path` is a file or a
    folder of PEM certificates, `client_cert` and `client_key` are PEM files.
    """

    url: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    target: str | None = None
    url_aliases: tuple[str, ...] = ()
    team: str | None = None
    validate_certs: bool | None = None
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: int = 10

    @property
    def is_empty(self) -> bool:
        """Whether neither a Concourse nor a login is named: the user wants to do without."""
        naming = {"url", "username", "password", "token", "client_id", "client_secret", "target"}
        return not any(getattr(self, option.name) for option in fields(self) if option.name in naming)
