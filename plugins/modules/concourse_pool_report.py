#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_report
short_description: Print the report of another module of this collection
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Prints lines exactly as given, whatever the stdout callback is. M(ansible.builtin.debug) prints a list or a
    text of several lines as JSON, unless C(result_format) is C(yaml).
  - If the output of the stdout callback is for programs, as with P(ansible.posix.json#callback), the lines are in
    RV(msg) instead.
  - The module runs on the controller and needs no connection.
extends_documentation_fragment:
  - poolboy.concourse._attributes
  - poolboy.concourse._attributes.action_plugin
  - poolboy.concourse._attributes.info_module
attributes:
  async:
    support: none
options:
  lines:
    description:
      - The lines, such as RV(poolboy.concourse.concourse_pool_status#module:report).
      - A line with a line break or another control character than a tab is an error, because a terminal acts on it.
    type: list
    elements: str
    required: true
  failure:
    description: The module prints the lines and then fails with this message. If empty, it succeeds.
    type: str
"""

EXAMPLES = r"""
- name: Read the pools
  poolboy.concourse.concourse_pool_status:
    repo: git@git.example.com:teams/locks.git
  register: pools

- name: Show the table
  poolboy.concourse.concourse_pool_report:
    lines: "{{ pools.report }}"
"""

RETURN = r"""
lines:
  description: The lines.
  returned: if they were printed and the module succeeds, or if it fails and they were not printed
  type: list
  elements: str
  sample: ['aws: 2 claimed (1 releasable), 1 free: env-3']
msg:
  description:
    - The lines, if the output of the callback is for programs or the task has C(no_log).
    - O(failure), if the module fails.
  returned: if the lines were not printed, or if the module fails
  type: raw
  sample: ['aws: 2 claimed (1 releasable), 1 free: env-3']
"""

# The action plugin of this name does everything.
