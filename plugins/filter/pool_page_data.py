# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter pool_page_data."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_page_data
short_description: Make the JSON file beside the page of a round
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Makes one JSON document from the fact of a round of the role P(poolboy.concourse.pool_boy#role), for programs that
    ask who holds a lock.
  - It contains the same information as the page. The names of locks, holders and commits, and the contents of locks if
    they were read, become as public as the file.
positional: _input
options:
  _input:
    description: The fact C(pool_boy_round) that the role sets.
    type: dict
    required: true
  page:
    description: Name of the file of the page, in the same folder.
    type: str
    default: ""
  old_after:
    description: Minutes after which the page is old.
    type: int
    default: 60
  history:
    description: The locks of the last rounds, as P(poolboy.concourse.pool_round#filter) returns them.
    type: dict
seealso:
  - plugin: poolboy.concourse.pool_page
    plugin_type: filter
  - plugin: poolboy.concourse.pool_index
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the last round as JSON
  ansible.builtin.copy:
    content: "{{ pool_boy_round | poolboy.concourse.pool_page_data(page='locks.html') }}"
    dest: /var/www/html/locks.json
    mode: "0644"
"""

RETURN = r"""
_value:
  description:
    - A JSON object. A new key does not change the version; a key that changes its meaning or is removed does.
    - C(version), 1, and C(made_by), V(poolboy.concourse).
    - C(page), the file of the page, and C(old_after), the minutes after which it is old.
    - C(counts), the locks by group as the page counts them, with the keys V(free), V(use), V(person), V(unknown) and
      V(left); V(null) if the locks are unknown.
    - C(round), the fact of the round, without the tables for a person.
    - C(rounds), the last rounds, the oldest first, each with its end C(at), the counts of its locks by group, and
      C(left_by), how many locks each job had left behind since the round before.
  type: str
  sample: '{"version": 1, "made_by": "poolboy.concourse", "page": "locks.html", "old_after": 60, "counts": {"free": 2,
    "use": 1, "person": 0, "unknown": 0, "left": 1}, "round": {"name": "teams/locks"}, "rounds": []}'
"""

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound, read_minutes


def pool_page_data(value: t.Any, page: str = "", old_after: int = 60, history: t.Any = None) -> str:
    """Return the JSON document; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._history.page_data import page_data

    try:
        return page_data(value, page=str(page), old_after=read_minutes(old_after, "old_after"), history=history)
    except BadRound as error:
        raise AnsibleFilterError(f"pool_page_data: {error}") from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"pool_page_data": pool_page_data}
