# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup that collects the options of a module from variables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: module_options
short_description: Collect the options of a module from variables
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Returns the options of a module of this collection that are set as variables, by the name of the option with a
    prefix. Use it for C(module_defaults), so that a play need not name every option.
  - Variables that are null or empty texts count as not set.
  - The option O(poolboy.concourse.concourse_pool_lock#module:name) is the variable C(pool_boy_lock).
  - Fails if a variable whose name begins with C(pool_boy_) is unknown to the role P(poolboy.concourse.pool_boy#role)
    and the playbooks of this collection, because its name may be misspelt.
  - The role P(poolboy.concourse.pool_boy#role) and the playbooks of this collection use it to pass on their variables.
options:
  _terms:
    description: The short name of the module.
    type: list
    elements: str
    required: true
    choices: [concourse_pool_status, concourse_pool_clean, concourse_pool_lock, concourse_pool_trigger]
  prefix:
    description: The prefix of the names of the variables.
    type: str
    default: pool_boy_
"""

EXAMPLES = r"""
- name: Read the pools with the options that are set as variables, such as pool_boy_repo
  poolboy.concourse.concourse_pool_status:
  module_defaults:
    poolboy.concourse.concourse_pool_status: >-
      {{ lookup('poolboy.concourse.module_options', 'concourse_pool_status') }}
"""

RETURN = r"""
_raw:
  description: The options of each module, without those that no variable sets.
  type: list
  elements: dict
  sample: [{repo: "git@git.example.com:teams/locks.git", pools: [aws]}]
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._ansible.options import MODULES
from ..plugin_utils._variables.variable_names import PREFIX, unknown_variables, variable_of


class LookupModule(LookupBase):
    """See DOCUMENTATION."""

    def run(
        self, terms: list[str], variables: dict[str, t.Any] | None = None, **options: t.Any
    ) -> list[dict[str, t.Any]]:
        prefix = str(options.get("prefix", PREFIX))
        unknown = unknown_variables(variables or {})
        if unknown:
            raise AnsibleLookupError(unknown)
        return [self._collected(str(term), prefix, variables or {}) for term in terms]

    def _collected(self, module: str, prefix: str, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        if module not in MODULES:
            raise AnsibleLookupError(f"module_options: there is no module {module}, only {', '.join(MODULES)}.")
        names = {name for group in MODULES[module] for name in group.spec}
        by_option = {name: variable_of(name, module, prefix) for name in sorted(names)}
        given = {name: variables[variable] for name, variable in by_option.items() if variable in variables}
        template = t.cast(t.Any, self._templar).template
        values = {name: template(value) for name, value in given.items()}
        return {name: value for name, value in values.items() if value is not None and value != ""}
