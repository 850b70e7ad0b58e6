# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options for the Concourse and the login."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ConcourseOptions:
    """The values as the user gave them; an empty string counts as not given.

    | option | meaning |
    |---|---|
    | `url` | address of the web page |
    | `target` | target in fly's ~/.flyrc |
    | `url_aliases` | other addresses of the same Concourse, as they appear in claims |
    | `team` | team of claims that name none; default: the target's team, else main |
    | `timeout` | seconds for each try of a request, to the end of its response |
    | `ca_path` | file or directory of PEM certificates |
    | `client_cert`, `client_key` | PEM files |
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
        """Whether neither a Concourse nor a login is given: the module runs without Concourse."""
        return not any(
            (self.url, self.username, self.password, self.token, self.client_id, self.client_secret, self.target)
        )
