# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that makes the web page of a round."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_page
short_description: Make a web page that shows who holds the locks of Concourse pools
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Makes one HTML file from the fact of a round of the role P(poolboy.concourse.pool_boy#role). It shows each lock with
    its verdict, its holder, the time since the claim, the reason of the verdict and what happens next, then the pools,
    the problems, and what the round did.
  - The file needs no other file and sends no request. It is readable without JavaScript; with JavaScript, readers can
    sort and filter the locks, and the page warns when it is old.
  - Names of locks, pools and commits, and contents of locks cannot inject code into the page. Only URLs with the
    schemes V(http) and V(https) become links.
positional: _input
options:
  _input:
    description:
      - The fact C(pool_boy_round) that the role sets.
      - The keys C(name) and C(finished_at) are required. The page shows the other keys that are present, with C(status)
        and C(clean) as M(poolboy.concourse.concourse_pool_status) and
        M(poolboy.concourse.concourse_pool_clean) return them.
    type: dict
    required: true
  old_after:
    description:
      - Minutes after which the page warns its readers that it is old and that rounds may have stopped.
      - The page shows ages at the end of the round.
    type: int
    default: 60
  history:
    description:
      - The locks of the last rounds, as P(poolboy.concourse.pool_round#filter) returns them. The page then shows a
        trend, and which jobs left the most locks behind.
    type: dict
  data_file:
    description:
      - Name of the JSON file beside the page, see P(poolboy.concourse.pool_page_data#filter). The page then links it.
    type: str
    default: ""
seealso:
  - module: poolboy.concourse.concourse_pool_status
  - name: The page
    link: https://poolboy.github.io/concourse/docsite/page.html
    description: Pictures of the page, and what its parts show.
"""

EXAMPLES = r"""
- name: Make the page of the last round
  ansible.builtin.copy:
    content: "{{ pool_boy_round | poolboy.concourse.pool_page }}"
    dest: /var/www/html/locks.html
    mode: "0644"

# Without the role: look at the pools once, and make a page of that.
- name: Look at the pools
  poolboy.concourse.concourse_pool_status:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
  register: look

- name: Make a page that may be a day old
  ansible.builtin.copy:
    content: "{{ only_looked | poolboy.concourse.pool_page(old_after=1440) }}"
    dest: locks.html
    mode: "0644"
  vars:
    only_looked:
      name: teams/locks
      ok: true
      finished_at: "{{ now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ') }}"
      status: "{{ look }}"
"""

RETURN = r"""
_value:
  description: The page, a complete HTML document.
  type: str
  sample: <!DOCTYPE html><html lang="en">...</html>
"""

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound, read_minutes


def pool_page(value: t.Any, old_after: int = 60, history: t.Any = None, data_file: str = "") -> str:
    """Return the page of a round; `old_after` is in minutes."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._page.page import page

    try:
        return page(value, old_after=read_minutes(old_after, "old_after"), history=history, data_file=str(data_file))
    except BadRound as error:
        raise AnsibleFilterError(f"pool_page: {error}") from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"pool_page": pool_page}
