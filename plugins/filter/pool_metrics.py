# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter pool_metrics: Prometheus text from the fact of a round."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_metrics
short_description: Write the metrics of a round for Prometheus
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Turns the fact C(pool_boy_round), which the role P(poolboy.concourse.pool_boy#role) sets, into Prometheus' text
    format, for the textfile collector of the node exporter or for a push gateway.
  - Counters continue from the text of the previous round.
  - Every value has the label C(repository) with the name of the round, so that one folder can hold the texts of many
    repositories. The guide R(Metrics,ansible_collections.poolboy.concourse.docsite.monitoring) describes
    all metrics.
  - Gauges of locks are omitted if the pools could not be read.
  - A round in check mode counts nothing and does not change the times of the last round and of the last success.
positional: _input, previous
options:
  _input:
    description: The fact of the round.
    type: dict
    required: true
  previous:
    description:
      - The text of the previous round. Counters that are missing or unreadable there start at 0.
    type: str
    default: ''
seealso:
  - plugin: poolboy.concourse.pool_news
    plugin_type: filter
  - name: Metrics
    link: https://poolboy.github.io/concourse/docsite/monitoring.html
    description: All metrics, and how to send them to Prometheus.
"""

EXAMPLES = r"""
- name: Write the metrics where the node exporter finds them
  ansible.builtin.copy:
    content: "{{ pool_boy_round | poolboy.concourse.pool_metrics(previous) }}"
    dest: "{{ file }}"
    mode: "0644"
  vars:
    file: /var/lib/prometheus/node-exporter/poolboy_locks.prom
    previous: "{{ lookup('ansible.builtin.file', file, rstrip=false, errors='ignore') or '' }}"
"""

RETURN = r"""
_value:
  description: The metrics, with a line break at the end.
  type: str
  sample: |
    # HELP poolboy_locks Locks by pool, state and verdict.
    # TYPE poolboy_locks gauge
    poolboy_locks{repository="infra",pool="aws",state="claimed",verdict="errored"} 1
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound


def pool_metrics(told: object, previous: object = "") -> str:
    """Return the metrics of the round; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._metrics.metrics import metrics_text
    from ..plugin_utils._round.read import read_round

    try:
        return metrics_text(read_round(told), str(previous or ""))
    except BadRound as error:
        raise AnsibleFilterError(f"pool_metrics: {error}") from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {"pool_metrics": pool_metrics}
