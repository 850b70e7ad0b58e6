# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of all modules."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the lock repository and Concourse have not changed in between.
"""

    ACTION_PLUGIN = r"""
options: {}
attributes:
  action:
    description: Has an action plugin of the same name, which runs on the controller.
    support: full
  async:
    description: Can be used with the keyword C(async).
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/poolboy.concourse.concourse) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - poolboy.concourse.concourse
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
"""
