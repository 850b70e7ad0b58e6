# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role is asked to install as a schedule."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from os.path import dirname

from .._round.settings import RoundSettings
from .round_options import secret_options

# A fallback is ignored if its own option is set, or one of these that replace it.
_REPLACES = {
    "pool_boy_key_file": ("pool_boy_ssh_private_key",),
    "pool_boy_concourse_target": (
        "pool_boy_concourse_url",
        "pool_boy_concourse_username",
        "pool_boy_concourse_password",
    ),
    "pool_boy_concourse_token": ("pool_boy_concourse_username", "pool_boy_concourse_password"),
    "pool_boy_concourse_client_id": ("pool_boy_concourse_username", "pool_boy_concourse_password"),
}
_REPORTS = ("pool_boy_metrics_file", "pool_boy_pushgateway_url", "pool_boy_webhook_url")
_OUTPUTS = ("pool_boy_page_file", "pool_boy_index_file", "pool_boy_metrics_file", "pool_boy_state_file")


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """The variables of the entry point schedule, without their prefix, as the user gives them.

    `host` is the name of the host; `source_is_here`: whether `collection_source` is a path where Ansible runs.
    """

    host: str = ""
    state: str = "present"
    backend: str = "systemd"
    name: str = "pool-boy"
    round: t.Any = field(default_factory=dict)
    secrets: t.Any = field(default_factory=dict)
    fallbacks: t.Any = field(default_factory=dict)
    environment: t.Any = field(default_factory=dict)
    secret_environment: t.Any = field(default_factory=dict)
    on_calendar: str = "hourly"
    cron: str = "@hourly"
    mail_to: str = ""
    timeout: t.Any = 1
    randomized_delay: t.Any = 0
    log_rotations: t.Any = 0
    user: str = "pool-boy"
    groups: t.Any = ()
    writable_paths: t.Any = ()
    install_packages: t.Any = True
    python: str = "/usr/bin/python3"
    extra_requirements: t.Any = ()
    pip_arguments: t.Any = ()
    collection_source: str = ""
    source_is_here: bool = True

    @property
    def home(self) -> str:
        return f"/var/lib/{self.name}"

    @property
    def round_variables(self) -> dict[str, t.Any]:
        """The variables of the round that are no secrets, fallbacks included."""
        secret = secret_options()
        return {name: one for name, one in self._used_fallbacks.items() if name not in secret} | dict(self.round)

    @property
    def secret_variables(self) -> dict[str, t.Any]:
        """The secret variables of the round, fallbacks included."""
        secret = secret_options()
        return {name: one for name, one in self._used_fallbacks.items() if name in secret} | dict(self.secrets)

    @property
    def given(self) -> dict[str, t.Any]:
        """All variables of the round."""
        return self.round_variables | self.secret_variables

    @property
    def written_variables(self) -> dict[str, t.Any]:
        """The variables in the file of the round: no secrets, and defaults that depend on the installation."""
        own = {"pool_boy_name": self.name, "pool_boy_state_file": f"{self.home}/state.json"}
        return own | self.round_variables

    @property
    def output_files(self) -> list[str]:
        """The files that the round writes outside its home, such as page and metrics."""
        given = self.given
        page, index, metrics, state = (str(given.get(name) or "") for name in _OUTPUTS)
        kept_state = str(self.written_variables["pool_boy_state_file"])
        beside = RoundSettings(page_file=page, metrics_file=metrics, state_file=kept_state).data_file
        files = (page, index, metrics, state, beside)
        return [file for file in files if file and not file.startswith(f"{self.home}/")]

    @property
    def output_folders(self) -> list[str]:
        return list(dict.fromkeys(dirname(file) for file in self.output_files))

    @property
    def failures_are_noticed(self) -> bool:
        """Whether a failed round is sent or written anywhere but into its log."""
        given = self.given
        return bool(self.mail_to) or any(given.get(name) for name in _REPORTS)

    @property
    def _used_fallbacks(self) -> dict[str, t.Any]:
        named = {*self.round, *self.secrets}
        settled = named.union(*(_REPLACES.get(name, ()) for name in named))
        return {name: one for name, one in self.fallbacks.items() if one and name not in settled}


def read_settings(value: Mapping[str, t.Any]) -> ScheduleSettings:
    """Read the settings from a dictionary of the role's variables."""
    texts = {one.name for one in fields(ScheduleSettings) if one.type == "str"}
    given: dict[str, t.Any] = {name: str(one) if name in texts else one for name, one in value.items()}
    return ScheduleSettings(**given)
