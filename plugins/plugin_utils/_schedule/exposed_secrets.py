# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in places where others can read them. The sentences show names of variables, never values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from .._variables.credentials import has_credentials
from .round_options import secret_options
from .settings import ScheduleSettings

_SECRET_ENVIRONMENT = {"CONCOURSE_PASSWORD", "POOL_REPO_SSH_PRIVATE_KEY"}


def exposed_secrets(settings: ScheduleSettings) -> Iterator[str]:
    """Yield a sentence for each place with a secret that others could read."""
    misplaced = _exposed(settings.round_variables, secret_options())
    if misplaced:
        yield (
            f"{misplaced} must be in pool_boy_schedule_secrets: values in pool_boy_schedule_round appear in diffs,"
            " and are not stored as secrets on the host. (An address with a user name or a password is a secret.)"
        )
    misplaced = _exposed(settings.environment, _SECRET_ENVIRONMENT)
    if misplaced:
        yield (
            f"{misplaced} must be in pool_boy_schedule_secret_environment: everybody on the host can read"
            " pool_boy_schedule_environment. (An address with a user name or a password is a secret.)"
        )
    sources = {
        "pool_boy_schedule_collection_source": settings.collection_source,
        "pool_boy_schedule_extra_requirements": settings.extra_requirements,
        "pool_boy_schedule_pip_arguments": settings.pip_arguments,
    }
    misplaced = _exposed(sources, ())
    if misplaced:
        yield (
            f"{misplaced} must have no address with a user name or a password: everybody on the host could read them in"
            " files and in the list of processes. Remove them from the address, and put them into ~root/.netrc on"
            f" {settings.host}, where pip and git look for them; or, for pip, put the whole address into /etc/pip.conf."
        )


def _exposed(values: Mapping[str, object], secret: Collection[str]) -> str:
    """Return the names of the values that are secrets."""
    return ", ".join(sorted(name for name, value in values.items() if name in secret or has_credentials(value)))
