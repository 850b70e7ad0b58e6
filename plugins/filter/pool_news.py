# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter pool_news: what a round has to report and was not reported before."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_news
short_description: Find what is new in a round
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Finds news for people in the fact C(pool_boy_round), which the role P(poolboy.concourse.pool_boy#role) sets. News
    that was reported before is omitted, so that not every round sends a message.
  - News is about failed steps of the round, stuck pools, locks that were kept too long, holds that end within 24 hours,
    and released locks.
  - Each is reported once. A condition that continues is reported again only if it had ended in between, or if the lock
    was claimed again; the end of a hold also if the hold was extended. A round that cannot determine whether a
    condition continues does not assume that it has ended.
  - A round in check mode has no news and does not change the memory.
positional: _input, memory
options:
  _input:
    description: The fact of the round.
    type: dict
    required: true
  memory:
    description:
      - The C(memory) that this filter returned for the previous round, or its C(memory_if_lost) if the message could
        not be delivered.
      - Unreadable parts are ignored.
    type: dict
    default: {}
  kept_too_long:
    description:
      - Minutes after which a claimed lock that no known build uses is reported. The time is counted as in
        M(poolboy.concourse.concourse_pool_clean), from the end of the last build that held the lock, or from the claim
        if no build is known, or from the end of the hold if it has ended.
      - Locks with the verdicts V(running), V(handed_off), V(held) and V(unreachable) never count as kept too long.
      - With V(null), no lock is reported because of its age.
    type: int
    default: 1440
seealso:
  - plugin: poolboy.concourse.pool_notification
    plugin_type: filter
  - name: Messages to a chat
    link: https://poolboy.github.io/concourse/docsite/messages.html
    description: What is news, and when it is reported.
"""

EXAMPLES = r"""
- name: Find out what is new
  ansible.builtin.set_fact:
    found: "{{ pool_boy_round | poolboy.concourse.pool_news(memory, kept_too_long=720) }}"
  vars:
    # Of the last run. The first one finds no file.
    memory: "{{ lookup('ansible.builtin.file', 'memory.json', errors='ignore') | default('{}', true) | from_json }}"

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.news | map(attribute='text') }}"

- name: Remember it for the next run
  ansible.builtin.copy:
    content: "{{ found.memory | to_json }}"
    dest: memory.json
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The news and the memory for the next round.
  type: dict
  contains:
    news:
      description: The news, the worst first. Every key is always present; it is V(null) where it does not apply.
      type: list
      elements: dict
      contains:
        kind:
          description: V(failed), V(stuck), V(kept_too_long), V(hold_ends) or V(released).
          type: str
          sample: released
        text:
          description: The news in one sentence.
          type: str
          sample: "aws/env-4 was released: ci/deploy 12 errored and left it claimed"
        key:
          description: Identifies the condition; equal for the same condition in each round.
          type: str
          sample: released aws/env-4 d0850b46e5200ff4c85718fad1652bdcdd611339
        pool: {description: The pool., type: str, sample: aws}
        lock: {description: The name of the lock., type: str, sample: env-4}
        verdict: {description: The verdict of the lock., type: str, sample: errored}
        step: {description: The step of the round that failed., type: str, sample: clean}
        url:
          description: The page of the build that claimed the lock, or of a build because of which the pool is stuck.
          type: str
          sample: https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12
    memory:
      description: The memory for the next round after these news were delivered. It is small and contains no secret.
      type: dict
      sample: {told: [kept_too_long aws/env-1 7000aa5c0b1d], waiting: []}
    memory_if_lost:
      description: The memory for the next round if they could not be delivered. The next round reports them again.
      type: dict
      sample: {told: [], waiting: []}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound


def pool_news(told: object, memory: object = None, kept_too_long: t.Any = 1440) -> dict[str, t.Any]:
    """Return the news of the round; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._notify.memory import read_memory
    from ..plugin_utils._notify.news import news_of
    from ..plugin_utils._round.read import read_round

    try:
        minutes = None if kept_too_long is None else int(kept_too_long)
    except (TypeError, ValueError):
        raise AnsibleFilterError(f"pool_news: kept_too_long must be minutes, but is {kept_too_long!s:.60}.") from None
    try:
        news = news_of(read_round(told), read_memory(memory), minutes)
    except BadRound as error:
        raise AnsibleFilterError(f"pool_news: {error}") from None
    return {
        "news": [item.value() for item in news.items],
        "memory": news.memory.value(),
        "memory_if_lost": news.memory_if_lost.value(),
    }


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"pool_news": pool_news}
