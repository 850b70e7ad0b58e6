# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that checks the variables of a round and decides what it does."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_round_plan
short_description: Check the variables of a round and decide what it does
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Finds mistakes in the variables of the role P(poolboy.concourse.pool_boy#role), and decides whether a round starts
    builds and whether it is published.
  - The role uses this filter before its first step.
positional: _input, variables
options:
  _input:
    description: The variables of the role that control the round, without their prefix.
    type: dict
    required: true
  variables:
    description: The names of all variables with the prefix C(pool_boy_).
    type: list
    elements: str
    required: true
seealso:
  - plugin: poolboy.concourse.pool_round
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Decide what a round does
  ansible.builtin.set_fact:
    plan: "{{ {'name': 'locks', 'pools': 'aws=main/deploy/claim-aws'} | poolboy.concourse.pool_round_plan([]) }}"
"""

RETURN = r"""
_value:
  description: The decisions.
  type: dict
  contains:
    mistakes:
      description: A sentence for each setting that cannot work.
      type: list
      elements: str
      sample: ["pool_boy_kept_too_long must be a number of minutes, 0 or more."]
    pools_with_job:
      description: The pools whose free locks get builds.
      type: list
      elements: raw
      sample: [{name: aws, job: main/deploy/claim-aws}]
    starts_builds: {description: Whether the round starts builds., type: bool, sample: true}
    is_published: {description: Whether the role publishes the round., type: bool, sample: true}
    data_file: {description: The JSON file beside the page., type: str, sample: /var/www/html/locks.json}
    output_files:
      description: The files that the round writes.
      type: list
      elements: str
      sample: [/var/www/html/locks.html, /var/www/html/locks.json]
    reports:
      description: The parts in which the role reports the round, by stage.
      type: dict
      sample: {read: [state], publish: [page], finish: [save]}
    late_reports:
      description: Those that show what failed after the page was written.
      type: list
      elements: str
      sample: [page]
"""

import typing as t
from collections.abc import Callable, Collection


def pool_round_plan(settings: dict[str, t.Any], variables: Collection[str]) -> dict[str, t.Any]:
    """Return the decisions; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._round.settings import read_settings
    from ..plugin_utils._variables.mistakes import mistakes

    known = read_settings(settings)
    return {
        "mistakes": list(mistakes(known, variables)),
        "pools_with_job": known.pools_with_job,
        "starts_builds": known.starts_builds,
        "is_published": known.is_published,
        "data_file": known.data_file,
        "output_files": known.output_files,
        "reports": known.reports,
        "late_reports": known.late_reports,
    }


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, t.Any]]]:
        return {"pool_round_plan": pool_round_plan}
