# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host lacks for a schedule, or has that the schedule must not replace, each with a sentence for a person."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible.module_utils.parsing.convert_bool import boolean

from .settings import ScheduleSettings


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """What the role has read on the host; results are those of Ansible's modules, which have no `rc` if skipped.

    `missing` are the requirements that the host lacks, `packages` the packages that contain them, by manager.
    `account` are the fields of the user in getent, `installed_user` is that of an installed round.
    """

    missing: Sequence[str] = ()
    manager: str = "none"
    packages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    calendar: Mapping[str, t.Any] = field(default_factory=dict)
    cron_entry: Mapping[str, t.Any] = field(default_factory=dict)
    installed_user: str | None = None
    account: Sequence[str] | None = None
    groups: Mapping[str, t.Any] = field(default_factory=dict)
    taken: Mapping[str, t.Any] = field(default_factory=dict)
    folders: Sequence[Mapping[str, t.Any]] = ()
    upper_folders: Sequence[Mapping[str, t.Any]] = ()


def host_mistakes(settings: ScheduleSettings, host: HostFacts) -> Iterator[str]:
    """Yield a sentence for each thing on the host that makes an installation impossible."""
    yield from _missing_programs(settings, host)
    yield from _unreadable_times(settings, host)
    yield from _users_of_others(settings, host)
    taken = host.taken.get("stdout_lines", ())
    if taken:
        yield (
            f"{', '.join(taken)} on {settings.host} does not belong to a round: set pool_boy_schedule_name to"
            " another name."
        )
    yield from _closed_folders(settings, host)


def _missing_programs(settings: ScheduleSettings, host: HostFacts) -> Iterator[str]:
    if "python" in host.missing:
        yield (
            f"There is no {settings.python} on {settings.host}: install Python 3.11 or newer, and set"
            " pool_boy_schedule_python to it."
        )
    if "old-python" in host.missing:
        yield (
            f"{settings.python} on {settings.host} is older than 3.11: install a newer one beside it (such as the"
            " package python3.12 of Red Hat Enterprise Linux 9), and set pool_boy_schedule_python to it."
        )
    if "systemd" in host.missing:
        yield (
            f"systemd does not run on {settings.host}, so it cannot start the round: set pool_boy_schedule_backend"
            " to cron."
        )
    packaged = [name for name in host.missing if name not in ("python", "old-python", "systemd")]
    allowed = boolean(settings.install_packages, strict=False)
    if packaged and not (allowed and host.manager != "none"):
        names = {manager: ", ".join(packages[name] for name in packaged) for manager, packages in host.packages.items()}
        remedy = "" if allowed else ", or set pool_boy_schedule_install_packages to true"
        yield (
            f"{settings.host} lacks {', '.join(packaged)}: install it (Debian calls the packages {names['apt']}, Red"
            f" Hat {names['dnf']}){remedy}."
        )


def _unreadable_times(settings: ScheduleSettings, host: HostFacts) -> Iterator[str]:
    if "systemd" not in host.missing and host.calendar.get("rc", 0) != 0:
        yield (
            f"systemd cannot read pool_boy_schedule_on_calendar, {settings.on_calendar}: write an expression such as"
            " hourly, *:0/10 or Mon..Fri 08:30."
        )
    if host.cron_entry.get("rc", 0) != 0:
        why = next(iter(host.cron_entry.get("stdout_lines", ())), "it gives no reason")
        yield f"The cron of {settings.host} cannot read pool_boy_schedule_cron, {settings.cron}: {why}."


def _users_of_others(settings: ScheduleSettings, host: HostFacts) -> Iterator[str]:
    if host.installed_user not in (None, settings.user):
        yield (
            f"The round is installed for the user {host.installed_user} on {settings.host}. To change the user, first"
            " remove the round with pool_boy_schedule_state absent."
        )
    elif host.account and host.account[4] != settings.home:
        yield (
            f"The user {settings.user} of {settings.host} is not a user of the round. The round needs a user of its"
            " own, which is removed with it: set pool_boy_schedule_user to a name that is not in use."
        )
    if host.groups.get("rc", 0) != 0:
        yield (
            f"{settings.host} lacks a group of pool_boy_schedule_groups ({', '.join(settings.groups)}): create it, or"
            " correct its name."
        )


def _closed_folders(settings: ScheduleSettings, host: HostFacts) -> Iterator[str]:
    hanging = [one["_pool_boy_item"] for one in host.upper_folders if not one["stat"].get("isdir")]
    if hanging:
        yield (
            f"The round writes to {', '.join(hanging)} on {settings.host}, but neither this folder nor its parent"
            " exists: create the parent, or correct the path."
        )
    existing = [one for one in host.folders if one["stat"]["exists"]]
    closed = [one["_pool_boy_item"] for one in existing if not _can_write(settings, one["stat"])]
    if closed:
        yield (
            f"The user {settings.user} cannot write to {', '.join(closed)} on {settings.host}: add a group that can to"
            " pool_boy_schedule_groups, or name a folder that does not exist, which the role then creates for the user."
        )


def _can_write(settings: ScheduleSettings, stat: Mapping[str, t.Any]) -> bool:
    """Whether the user of the round can write to a folder, which has the user's own group or one of its groups."""
    owns = stat["wusr"] and stat.get("pw_name") == settings.user
    shares = stat["wgrp"] and stat.get("gr_name") in (settings.user, *settings.groups)
    return bool(stat["isdir"] and (stat["woth"] or owns or shares))
