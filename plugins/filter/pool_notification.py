# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter pool_notification: the body of a webhook from the news of a round."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_notification
short_description: Write news as the body of a webhook
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Turns the C(news) of P(poolboy.concourse.pool_news#filter) into the body of a webhook request, to be sent as JSON.
  - Names and reasons come from repositories that many people write to. They are escaped and cannot mention anybody in
    a chat.
  - Long texts and long lists are cut; the body then says how many entries are omitted. The guide
    R(Messages,ansible_collections.poolboy.concourse.docsite.messages) shows both formats.
positional: _input
options:
  _input:
    description: The list of news.
    type: list
    elements: dict
    required: true
  format:
    description:
      - V(json) contains all fields, for programs.
      - V(slack) is one text in the format of Slack's incoming webhooks, which Mattermost and others accept as well.
    type: str
    choices: [json, slack]
    default: json
  round:
    description: The fact of the round that the news belongs to.
    type: dict
    required: true
seealso:
  - plugin: poolboy.concourse.pool_news
    plugin_type: filter
  - name: Messages to a chat
    link: https://poolboy.github.io/concourse/docsite/messages.html
    description: Both formats, with examples.
"""

EXAMPLES = r"""
- name: Find out what is new
  ansible.builtin.set_fact:
    found: "{{ pool_boy_round | poolboy.concourse.pool_news }}"

- name: Send the news, if there is any
  when: found.news | length > 0
  ansible.builtin.uri:
    url: "{{ webhook_url }}"
    method: POST
    body: "{{ found.news | poolboy.concourse.pool_notification(format='slack', round=pool_boy_round) }}"
    body_format: json
  no_log: true
"""

RETURN = r"""
_value:
  description: The body of the request.
  type: dict
  sample: {text: "*infra*: 1 lock released\n• aws/env-4 was released: ci/deploy 12 errored and left it claimed"}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound


# The names of the options are those that a playbook gives.
def pool_notification(news: object, format: object = "json", round: object = None) -> dict[str, t.Any]:  # noqa: A002
    """Return the body of the webhook; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._notify.event import read_items
    from ..plugin_utils._notify.payloads import FORMATS
    from ..plugin_utils._round.read import read_round

    payload = FORMATS.get(str(format))
    if payload is None:
        names = " or ".join(FORMATS)
        raise AnsibleFilterError(f"pool_notification: format must be {names}, but is {format!s:.60}.")
    try:
        return payload(read_items(news), read_round(round))
    except BadRound as error:
        raise AnsibleFilterError(f"pool_notification: {error}") from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"pool_notification": pool_notification}
