# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds what makes an installation on a host impossible."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_schedule_host_mistakes
short_description: Find what makes the installation of a schedule on a host impossible
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Compares the variables of the entry point C(schedule) of the role P(poolboy.concourse.pool_boy#role) with what the
    role has read on the host.
positional: _input, facts
options:
  _input:
    description: The variables of the entry point, without their prefix.
    type: dict
    required: true
  facts:
    description:
      - What the role has read on the host. Results are those of the modules; that of a skipped task does not count.
    type: dict
    required: true
    suboptions:
      missing:
        description: The requirements that the host lacks.
        type: list
        elements: str
      manager:
        description: The package manager of the host, V(none) without a known one.
        type: str
        choices: [apt, dnf, none]
      packages:
        description: The packages that contain each requirement, by package manager.
        type: dict
      calendar:
        description: The result of C(systemd-analyze calendar).
        type: dict
      cron_entry:
        description: The result of the check of the entry by cron.
        type: dict
      installed_user:
        description: The user of an installed round.
        type: str
      account:
        description: The fields of the user in the database C(passwd), without its name.
        type: list
        elements: str
      groups:
        description: The result of C(getent group).
        type: dict
      taken:
        description: The result of C(ls) for the folders of the installation.
        type: dict
      folders:
        description: Results of the module C(ansible.builtin.stat) for the folders that the round writes to.
        type: list
        elements: dict
      upper_folders:
        description: The same for the parents of missing folders.
        type: list
        elements: dict
seealso:
  - plugin: poolboy.concourse.pool_schedule_plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what the host lacks
  ansible.builtin.debug:
    msg: "{{ {'host': 'ci'} | poolboy.concourse.pool_schedule_host_mistakes({'missing': ['systemd']}) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each obstacle.
  type: list
  elements: str
  sample: ["systemd does not run on ci, so it cannot start the round: set pool_boy_schedule_backend to cron."]
"""

import typing as t
from collections.abc import Callable


def pool_schedule_host_mistakes(settings: dict[str, t.Any], facts: dict[str, t.Any]) -> list[str]:
    """Return the sentences; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._schedule.host_mistakes import HostFacts, host_mistakes
    from ..plugin_utils._schedule.settings import read_settings

    return list(host_mistakes(read_settings(settings), HostFacts(**facts)))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"pool_schedule_host_mistakes": pool_schedule_host_mistakes}
