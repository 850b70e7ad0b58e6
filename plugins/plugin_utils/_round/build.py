# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds a round from the results of its steps: the fact for users, and what the role does next."""

from __future__ import annotations

import json
import typing as t
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property

from .failures import failures_of
from .model import Failure
from .output_files import unwritable_files
from .settings import RoundSettings
from .step_result import StepResult
from .web_addresses import commit_template, repository_page

_OF_STATUS = ("changed", "locks", "pools", "problems", "report", "commit")
_OF_ACTIONS = (*_OF_STATUS, "failed", "msg", "released", "triggered")
# Steps whose failures are known only after the page was written; that of the index belongs to the step page.
_LATE_STEPS = frozenset({"metrics", "pushgateway", "notify"})


@dataclass(frozen=True)
class RoundBuilder:
    """A round as far as its steps have run; `results` are the registered results by step."""

    settings: RoundSettings
    results: Mapping[str, StepResult]

    def result(self, step: str) -> StepResult:
        return self.results.get(step, StepResult())

    @property
    def seen(self) -> StepResult:
        """The last result, with locks unless it failed early."""
        status = self.result("status")
        return status if status.has_run else self.result("clean")

    @property
    def has_seen_locks(self) -> bool:
        """Whether the last result has locks: a module that fails because of what it saw returns them too."""
        return self.seen.has_run and "locks" in self.seen.fields

    @cached_property
    def state(self) -> dict[str, t.Any] | None:
        """The content of the state file; empty without one, None if it is not valid."""
        content = self.result("state").fields.get("content")
        if content is None:
            return {}
        try:
            state = json.loads(b64decode(str(content)))
        except ValueError:
            return None
        return state if isinstance(state, dict) else {}

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        is_unreadable = self.state is None
        error = f"{self.settings.state_file} does not contain the JSON that the role writes" if is_unreadable else None
        found = failures_of(self.results, self.seen, error, unreachable_ok=self.settings.unreachable_ok)
        # Check mode writes nothing, so that no result says what would fail.
        return (*found, *(unwritable_files(self.settings) if self.settings.check_mode else ()))

    @property
    def is_unconfigured(self) -> bool:
        """Whether a module failed because the repository or the pools are not set: there is nothing to report."""
        modules = (self.result("clean"), self.result("trigger"), self.result("status"))
        # A module that got as far as its own work says what it did, even if that is nothing.
        refused = any(one.has_failed and not one.fields.keys() & {"released", "triggered", "locks"} for one in modules)
        return refused and not (self.settings.repo and self.settings.pools)

    def fact(self) -> dict[str, t.Any]:
        """Return the fact `pool_boy_round`: what the page, the metrics and the news are made of."""
        settings, clean, trigger = self.settings, self.result("clean"), self.result("trigger")
        end = settings.finished or settings.now
        return {
            "name": settings.name,
            "repository_url": repository_page(settings.repo),
            "commit_url": settings.page_commit_url or commit_template(settings.repo),
            "started_at": f"{settings.started[:19]}Z",
            "finished_at": f"{end[:19]}Z",
            "duration_seconds": (
                datetime.fromisoformat(end) - datetime.fromisoformat(settings.started)
            ).total_seconds(),
            "ok": not self.failures,
            "failures": [asdict(failure) for failure in self.failures],
            "check_mode": settings.check_mode,
            "clean": clean.chosen(_OF_ACTIONS) if clean.has_run else None,
            "trigger": trigger.chosen(_OF_ACTIONS) if trigger.has_run else None,
            "status": self.seen.chosen(_OF_STATUS) if self.has_seen_locks else None,
        }

    def late_failures(self) -> list[Failure]:
        """Return the failures that page and metrics do not show yet, if there is a place to show them."""
        settings = self.settings
        places = (
            (settings.page_file, "page"),
            (settings.metrics_file, "metrics"),
            (settings.pushgateway_url, "push"),
        )
        can_show = any(place and not self.result(step).has_failed for place, step in places)
        late_steps = _LATE_STEPS | {"page"} if self.result("index").has_failed else _LATE_STEPS
        return [one for one in self.failures if one.step in late_steps] if can_show else []

    def failure_message(self) -> str:
        """Return the sentences with which the round fails; empty if no step failed that matters."""
        fatal_steps = self.settings.fatal_steps
        grave = [one for one in self.failures if self.is_unconfigured or one.step in fatal_steps]
        if not grave:
            return ""
        hint = " Nothing was done: set pool_boy_repo and pool_boy_pools, or POOL_REPO and POOLS in the environment."
        sentences = " ".join(f"{one.step}: {one.message}" for one in grave)
        return f"The round of {self.settings.name} failed. {sentences}{hint if self.is_unconfigured else ''}"

    def report(self) -> list[str]:
        """Return the round for a person: what it did, the tables of the modules, and what failed."""
        verb = "would be" if self.settings.check_mode else "was"
        releases = [
            f"{one['pool']}/{one['name']} {verb} {_released_where(one)}: {one['reason']}"
            for one in self.result("clean").entries("released")
        ]
        tables = [*self.result("trigger").entries("report"), *self.seen.entries("report")]
        return [*releases, *tables, *(f"Step {one.step} failed: {one.message}" for one in self.failures)]

    def next_state(self, metrics: str, history: t.Any = None) -> dict[str, t.Any]:
        """Return the new content of the state file; with `metrics` only if no metrics file keeps the counters.

        `history` are the last rounds and this one, None if nobody shows them.
        """
        settings, news = self.settings, self.result("news").fields.get("ansible_facts", {}).get("_pool_boy_news", {})
        if not settings.webhook_url or self.result("news").has_failed or not news:
            memory = (self.state or {}).get("memory", {})
        else:
            memory = news["memory_if_lost" if self.result("notify").has_failed else "memory"]
        keeps_metrics = bool(settings.pushgateway_url) and not settings.metrics_file
        state = {"memory": memory, "metrics": metrics if keeps_metrics else ""}
        return state if history is None else {**state, "history": history}

    def previous_metrics(self) -> str:
        """Return the metrics of the last round, from which the counters continue."""
        if not self.settings.metrics_file:
            return str((self.state or {}).get("metrics", ""))
        content = str(self.result("last_metrics").fields.get("content", ""))
        return b64decode(content).decode("utf-8", "replace")

    def pushgateway_group(self) -> str:
        """Return the URL of this round's metrics; in base64, which allows the push gateway names with slashes."""
        name = b64encode(self.settings.name.encode()).decode().replace("+", "-").replace("/", "_")
        return f"{self.settings.pushgateway_url.rstrip('/')}/metrics/job/pool_boy/repository@base64/{name}"


def _released_where(release: Mapping[str, t.Any]) -> str:
    return "released" if release["to_pool"] == release["pool"] else f"moved to {release['to_pool']}"
