# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that checks the settings of a schedule and decides what is installed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_schedule_plan
short_description: Check the settings of a schedule and decide what is installed
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Finds mistakes in the variables of the entry point C(schedule) of the role P(poolboy.concourse.pool_boy#role), and
    decides which variables and files the installed round has. It needs no access to the host.
  - The result can contain secrets.
positional: _input, variables
options:
  _input:
    description: The variables of the entry point, without their prefix.
    type: dict
    required: true
  variables:
    description: The names of all variables with the prefix C(pool_boy_).
    type: list
    elements: str
    required: true
seealso:
  - plugin: poolboy.concourse.pool_schedule_host_mistakes
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Find mistakes in the expression for cron
  ansible.builtin.debug:
    msg: "{{ ({'backend': 'cron', 'cron': '61 * * * *'} | poolboy.concourse.pool_schedule_plan([])).mistakes }}"
"""

RETURN = r"""
_value:
  description: The decisions. With mistakes, the other keys are missing.
  type: dict
  contains:
    mistakes:
      description: A sentence for each setting that cannot work.
      type: list
      elements: str
      sample: ["pool_boy_schedule_mail_to must be addresses such as ops@example.com, separated by commas, but is x y."]
    variables:
      description: The variables of the round that are no secrets.
      type: dict
      sample: {pool_boy_name: pool-boy, pool_boy_repo: https://git.example.com/locks.git}
    secrets:
      description: The secret variables of the round.
      type: dict
      sample: {}
    output_files:
      description: The files that the round writes outside its home.
      type: list
      elements: str
      sample: [/var/www/html/locks.html, /var/www/html/locks.json]
    output_folders:
      description: The folders of these files.
      type: list
      elements: str
      sample: [/var/www/html]
    failures_are_noticed:
      description: Whether a failed round is sent or written anywhere but into its log.
      type: bool
      sample: true
"""

import typing as t
from collections.abc import Callable, Collection


def pool_schedule_plan(settings: dict[str, t.Any], variables: Collection[str]) -> dict[str, t.Any]:
    """Return the decisions; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._schedule.mistakes import mistakes
    from ..plugin_utils._schedule.settings import read_settings

    known = read_settings(settings)
    wrong = mistakes(known, variables)
    if wrong or known.state == "absent":
        return {"mistakes": wrong}
    return {
        "mistakes": [],
        "variables": known.written_variables,
        "secrets": known.secret_variables,
        "output_files": known.output_files,
        "output_folders": known.output_folders,
        "failures_are_noticed": known.failures_are_noticed,
    }


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, t.Any]]]:
        return {"pool_schedule_plan": pool_schedule_plan}
