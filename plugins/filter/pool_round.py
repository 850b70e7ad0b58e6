# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that builds a round of the role pool_boy from the results of its steps."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_round
short_description: Build a round from the results of its steps
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Private to this collection; it can change in any release.
  - Builds the fact C(pool_boy_round) of the role P(poolboy.concourse.pool_boy#role) from the registered results of its
    tasks, and the data that the role publishes.
  - The role uses this filter. To make a page, metrics or messages of a round, use the fact.
positional: _input, settings
options:
  _input:
    description: The registered results by step. A missing or empty step has not run.
    type: dict
    required: true
  settings:
    description: The variables of the role that control the round, without their prefix.
    type: dict
    required: true
seealso:
  - plugin: poolboy.concourse.pool_round_plan
    plugin_type: filter
  - plugin: poolboy.concourse.pool_page
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Set the fact of the round
  ansible.builtin.set_fact:
    pool_boy_round: "{{ (results | poolboy.concourse.pool_round(settings)).round }}"
"""

RETURN = r"""
_value:
  description: The round, and what follows from it.
  type: dict
  contains:
    round:
      description: The fact of the round.
      type: dict
      sample: {name: infra, finished_at: "2026-11-22T03:00:12Z", ok: true, failures: []}
    is_unconfigured:
      description: Whether nobody named the repository or the pools.
      type: bool
      sample: false
    has_late_failures:
      description: Whether page and metrics must be written again to show a late failure.
      type: bool
      sample: false
    outcome:
      description: What the role shows at the end. Contains no secret.
      type: dict
      contains:
        failure_message:
          description: The sentences with which the round fails, empty if it does not.
          type: str
          sample: ''
        report:
          description: The round as lines of text.
          type: list
          elements: str
          sample: ['aws: 2 claimed (1 releasable), 1 free: env-3']
    metrics:
      description: The metrics of the round in the text format of Prometheus.
      type: str
      sample: |
        poolboy_free_locks{repository="infra",pool="aws"} 3
    memory:
      description: What was reported before, as P(poolboy.concourse.pool_news#filter) expects it.
      type: dict
      sample: {told: [], waiting: []}
    state:
      description: The current content of the state file.
      type: dict
      sample: {memory: {told: [], waiting: []}, metrics: ""}
    page_files:
      description: The page, and the JSON file beside it where it can be written.
      type: list
      elements: str
      sample: [/var/www/html/locks.html, /var/www/html/locks.json]
    history:
      description: What the last rounds and this one saw; V(null) if there is no page or no state file.
      type: dict
      sample: {rounds: [], left: [], links: {}}
    next_state:
      description: The new content of the state file.
      type: dict
      sample: {memory: {told: [], waiting: []}, metrics: ""}
    pushgateway_group:
      description: The URL to which the role pushes the metrics. May contain a secret.
      type: str
      sample: http://pushgateway.example.com:9091/metrics/job/pool_boy/repository@base64/aW5mcmE=
"""

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError

from ..plugin_utils._round.round_fields import BadRound

if t.TYPE_CHECKING:
    from ..plugin_utils._round.model import Round


def pool_round(results: object, settings: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the round and what follows from it; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._round.build import RoundBuilder
    from ..plugin_utils._round.settings import read_settings
    from ..plugin_utils._round.step_result import read_results

    known = read_settings(settings)
    build = RoundBuilder(known, read_results(results))
    fact = build.fact()
    state = build.state or {}
    metrics, history = "", None
    if known.has_metrics or known.has_history:
        round_ = _read(fact)
        metrics = _metrics_text(round_, build.previous_metrics()) if known.has_metrics else ""
        history = _history(round_, state.get("history")) if known.has_history else None
    return {
        "round": fact,
        "is_unconfigured": build.is_unconfigured,
        "has_late_failures": bool(build.late_failures()),
        "outcome": {"failure_message": build.failure_message(), "report": build.report()},
        "metrics": metrics,
        "memory": state.get("memory", {}),
        "state": state,
        "history": history,
        "page_files": known.page_files,
        "next_state": build.next_state(metrics, history),
        "pushgateway_group": build.pushgateway_group(),
    }


def _read(fact: dict[str, t.Any]) -> Round:
    from ..plugin_utils._round.read import read_round

    try:
        return read_round(fact)
    except BadRound as error:
        raise AnsibleFilterError(f"pool_round: {error}") from None


def _history(round_: Round, previous: object) -> dict[str, t.Any]:
    from ..plugin_utils._history.history import read_history
    from ..plugin_utils._history.record import recorded

    return recorded(read_history(previous), round_).value()


def _metrics_text(round_: Round, previous: str) -> str:
    # Most rounds have no metrics, and these imports take longer than everything else.
    from ..plugin_utils._metrics.metrics import metrics_text

    return metrics_text(round_, previous)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, t.Any]]]:
        return {"pool_round": pool_round}
