# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds misspelt variables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_unknown_variables
short_description: Find variables that the role and the playbooks do not know
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Finds names that begin with C(pool_boy_), but are no variable of the role P(poolboy.concourse.pool_boy#role) or of a
    playbook of this collection. They are probably misspelt.
  - The role uses this filter before it installs a schedule.
positional: _input
options:
  _input:
    description: The names of variables.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Check the names of the variables
  ansible.builtin.assert:
    that: mistake | length == 0
    fail_msg: "{{ mistake }}"
  vars:
    mistake: "{{ query('ansible.builtin.varnames', '^pool_boy_') | poolboy.concourse.pool_unknown_variables }}"
"""

RETURN = r"""
_value:
  description: A sentence that names the unknown variables. Empty if all variables are known.
  type: str
  sample: >-
    There is no variable pool_boy_exclud. Correct the name: see ansible-doc -t role poolboy.concourse.pool_boy. Names of
    your own variables must not begin with pool_boy_.
"""

from collections.abc import Callable, Collection


def pool_unknown_variables(names: Collection[str]) -> str:
    """Return a sentence about unknown names; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._variables.variable_names import unknown_variables

    return unknown_variables(names) or ""


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"pool_unknown_variables": pool_unknown_variables}
