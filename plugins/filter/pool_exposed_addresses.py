# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds addresses which contain a secret."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_exposed_addresses
short_description: Find values with an address that contains a user name or a password
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Finds values in which an address contains a user name, a password or a token. The user name of SSH is not a secret.
  - The playbook C(poolboy.concourse.awx) uses this filter, because AWX shows these values.
positional: _input
options:
  _input:
    description: The values by name. A value can be a list or a dictionary that contains addresses.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Find the project whose address contains a token
  ansible.builtin.debug:
    msg: "{{ {'mine': 'https://t0ken@git.example.com', 'yours': '/srv/x'} | poolboy.concourse.pool_exposed_addresses }}"
"""

RETURN = r"""
_value:
  description: The names of the values with such an address, in their order.
  type: list
  elements: str
  sample: [mine]
"""

import typing as t
from collections.abc import Callable


def pool_exposed_addresses(values: dict[str, t.Any]) -> list[str]:
    """Return the names; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._variables.credentials import has_credentials

    return [name for name, value in values.items() if has_credentials(value)]


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"pool_exposed_addresses": pool_exposed_addresses}
