# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a round that cannot work, because an installed round gets none from anywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible.module_utils.parsing.convert_bool import boolean

from .settings import ScheduleSettings

_NEEDS = {
    "pool_boy_repo_username": "pool_boy_repo_password",
    "pool_boy_concourse_username": "pool_boy_concourse_password",
    "pool_boy_concourse_client_id": "pool_boy_concourse_client_secret",
}
_LOGINS = {
    "pool_boy_concourse_username",
    "pool_boy_concourse_client_id",
    "pool_boy_concourse_token",
    "pool_boy_concourse_target",
}
_KEYS = {"pool_boy_key_file", "pool_boy_ssh_private_key"}
_OVER_SSH = re.compile("ssh://|(?!.*://)[^/]+:")


def mistakes_in_round(settings: ScheduleSettings) -> Iterator[str]:
    """Yield a sentence for each variable that is missing, or has no partner."""
    empty = sorted(name for name, value in settings.secrets.items() if not (isinstance(value, str) and value))
    if empty:
        yield f"{', '.join(empty)} in pool_boy_schedule_secrets must be a text and not empty."
    given = settings.given
    needed = ["pool_boy_repo"]
    if boolean(given.get("pool_boy_clean", True), strict=False):
        needed.append("pool_boy_pools")
    missing = [name for name in needed if name not in given]
    if missing:
        yield (
            f"pool_boy_schedule_round must have {' and '.join(missing)}: the round on {settings.host} has no other"
            " source for them."
        )
    if _OVER_SSH.match(str(given.get("pool_boy_repo", ""))) and not _KEYS & given.keys():
        yield (
            "pool_boy_repo needs an SSH key, and the user of the round has none: set pool_boy_ssh_private_key in"
            " pool_boy_schedule_secrets, or pool_boy_key_file in pool_boy_schedule_round."
        )
    lonely = [f"{name} needs {partner}" for name, partner in _NEEDS.items() if name in given and partner not in given]
    if lonely:
        yield f"{', '.join(lonely)}: it must be in pool_boy_schedule_secrets."
    if "pool_boy_concourse_url" in given and not _LOGINS & given.keys():
        yield (
            "pool_boy_concourse_url needs a way to log in: pool_boy_concourse_username with"
            " pool_boy_concourse_password, pool_boy_concourse_client_id with pool_boy_concourse_client_secret, or"
            " pool_boy_concourse_token."
        )
