# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A leaked lock, from the repository to the alert: real modules, Ansible, push gateway, node exporter, Prometheus."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.monitoring.services import (
    Prometheus,
    Service,
    serve_node_exporter,
    serve_prometheus,
    serve_pushgateway,
)
from ansible_collections.poolboy.concourse.tests.functional.monitoring.webhook import Webhook, serve_webhook
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

PLAYBOOK = Path(__file__).parent / "round.yml"
MONITORING = Path(__file__).parents[3] / "roles" / "pool_boy" / "files" / "monitoring"
REPOSITORY = 'teams/locks? "a"'
HOSTILE = "<!channel>"
NOT_RELEASED = "PoolBoyLockNotReleased"
MINUTE = 60
PATIENCE = 60.0
TRIGGER = {
    "pools": [{"name": "aws", "job": "main/ci/hold", "needed": 1, "active": 1, "state": "satisfied", "reason": ""}],
    "triggered": [],
}


@dataclass(frozen=True)
class Monitoring:
    """All running services and a scene with a leaked lock."""

    scene: Scene
    place: Workplace
    pushgateway: Service
    node_exporter: Service
    prometheus: Prometheus
    webhook: Webhook
    texts: Path

    def round(self, *, cleaning: bool = False, webhook_format: str = "json") -> None:
        """Run a round with Ansible."""
        variables = {
            "name_of_repository": REPOSITORY,
            "access": {
                "repo": self.scene.repo,
                "concourse_url": self.scene.atc.url,
                "concourse_username": "pool-boy",
                "concourse_password": "pa55word",
            },
            "cleaning": cleaning,
            "trigger": TRIGGER,
            "pushgateway_url": self.pushgateway.url,
            "metrics_file": str(self.texts / "locks.prom"),
            "memory_file": str(self.place.folder / "memory.json"),
            "webhook_url": self.webhook.url,
            "webhook_format": webhook_format,
        }
        run = self.place.ansible("ansible-playbook", str(PLAYBOOK), "-e", json.dumps(variables))
        assert run.code == 0, run.said

    def firing(self) -> set[tuple[str, str]]:
        """Return name and state of all alerts about the repository, without their start time."""
        mine = [one for one in self.prometheus.alerts() if one["labels"].get("repository") == REPOSITORY]
        return {(one["labels"]["alertname"], one["state"]) for one in mine}


@pytest.fixture(scope="module")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitoring]:
    folder = tmp_path_factory.mktemp("monitoring")
    texts = folder / "texts"
    texts.mkdir()
    with ExitStack() as stack:
        scene = stack.enter_context(Scene(folder / "scene", now=int(time.time()) - 330 * MINUTE))
        _leak(scene)
        pushgateway = stack.enter_context(serve_pushgateway(folder))
        node_exporter = stack.enter_context(serve_node_exporter(folder, texts))
        prometheus = stack.enter_context(
            serve_prometheus(
                folder, rules=_impatient_rules(folder), pushgateway=pushgateway, node_exporter=node_exporter
            )
        )
        webhook = stack.enter_context(serve_webhook())
        place = Workplace(folder / "machine")
        monitoring = Monitoring(scene, place, pushgateway, node_exporter, prometheus, webhook, texts)
        monitoring.round()
        yield monitoring


def _impatient_rules(folder: Path) -> Path:
    """Write the rules without the half hour before a leaked lock alerts."""
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    (leaked,) = (rule for rule in rules["groups"][0]["rules"] if rule["alert"] == NOT_RELEASED)
    assert leaked["for"] == "30m"
    leaked["for"] = "2s"
    # JSON is YAML.
    (folder / "alerts.yml").write_text(json.dumps(rules))
    return folder / "alerts.yml"


def _leak(scene: Scene) -> None:
    """Let a job claim a lock and succeed without releasing it; a person holds another."""
    scene.atc.set_user("pool-boy", "pa55word")
    scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
    source = {"uri": "git@git.example.com:locks.git"}
    put = {"put": "env", "params": {"acquire": True}}
    pipeline = {
        "resources": [{"name": "env", "type": "pool", "source": source}],
        "jobs": [{"name": "hold", "plan": [put]}],
    }
    scene.atc.set_pipeline("main/ci", json.dumps(pipeline))
    scene.locks.add("aws", HOSTILE, at=scene.now)
    scene.locks.add("aws", "env-2", at=scene.now)
    scene.locks.add("aws", "env-3", at=scene.now)
    until = datetime.now(UTC) + timedelta(days=30)
    scene.locks.claim("aws", "env-3", message=f"claiming: env-3\n\nHold-Until: {until.isoformat()}", at=scene.now)
    build = scene.start("main/ci", "hold")
    scene.claim(build, "env", f"aws/{HOSTILE}")
    scene.wait(60)
    scene.finish(build, "succeeded")


def test_a_leaked_lock_fires_its_alert_once_from_both_exporters(monitoring: Monitoring) -> None:
    leaked = (NOT_RELEASED, "firing")
    wait_for(lambda: leaked in monitoring.firing(), what="alert for the leaked lock")
    both = 'count(poolboy_locks{pool="aws",verdict="leaked"} == 1)'
    wait_for(lambda: [one["value"][1] for one in monitoring.prometheus.query(both)] == ["2"], what="value of both")
    assert monitoring.firing() == {leaked}
    (alert,) = [one for one in monitoring.prometheus.alerts() if one["labels"]["alertname"] == leaked[0]]
    assert alert["labels"] == {
        "alertname": NOT_RELEASED,
        "repository": REPOSITORY,
        "pool": "aws",
        "severity": "warning",
    }
    assert "allowed the release of 1 claimed locks of the pool aws" in alert["annotations"]["description"]


def test_the_node_exporter_serves_the_file(monitoring: Monitoring) -> None:
    page = monitoring.node_exporter.page("/metrics")
    assert "node_textfile_scrape_error 0" in page
    assert 'poolboy_locks{pool="aws",repository="teams/locks? \\"a\\"",state="claimed",verdict="leaked"} 1' in page
    assert oct((monitoring.texts / "locks.prom").stat().st_mode)[-3:] == "644"


def test_the_push_gateway_has_the_repository_as_a_group(monitoring: Monitoring) -> None:
    (group,) = json.loads(monitoring.pushgateway.page("/api/v1/metrics"))["data"]
    assert group["labels"] == {"job": "pool_boy", "repository": REPOSITORY}


def test_prometheus_can_draw_every_panel_of_the_dashboard(monitoring: Monitoring) -> None:
    wait_for(lambda: bool(monitoring.prometheus.query("increase(poolboy_failures_total[1h])")), what="two scrapes")
    for expression in dashboard_expressions():
        assert monitoring.prometheus.query(expression), expression


def dashboard_expressions() -> list[str]:
    """Return the expressions of all panels, with all values selected."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    targets = [target for panel in dashboard["panels"] for target in panel["targets"]]
    return [re.sub(r"\$(?:repository|pool)\b", ".*", target["expr"]) for target in targets]


def test_the_first_round_reports_the_leaked_lock(monitoring: Monitoring) -> None:
    (body,) = monitoring.webhook.bodies
    assert body["summary"] == "1 lock kept too long"
    assert body["news"][0]["text"].startswith(f"aws/{HOSTILE} is still claimed, and no known build has used it for 5h ")
    assert body["news"][0]["url"] == monitoring.scene.page(1)


# This round releases the lock, so it is the last.
def test_the_next_rounds_continue_counters_and_resolve_the_alert(monitoring: Monitoring) -> None:
    monitoring.webhook.bodies.clear()
    monitoring.webhook.is_down = True
    monitoring.round(cleaning=True, webhook_format="slack")
    monitoring.webhook.is_down = False
    monitoring.round(cleaning=True, webhook_format="slack")
    (body,) = monitoring.webhook.bodies
    first, second = body["text"].split("\n")
    assert first == '*teams/locks? "a"*: 1 lock released'
    assert second.startswith("• aws/&lt;!channel&gt; was released: ci/hold 1 succeeded; ")
    wait_for(lambda: monitoring.firing() == set(), what="end of the alert")
    wait_for(lambda: value(monitoring.prometheus, "min(poolboy_rounds_total)") == 3, what="third round")
    assert value(monitoring.prometheus, 'min(poolboy_releases_total{verdict="leaked"})') == 1
    assert value(monitoring.prometheus, "min(poolboy_free_locks)") == 2


def wait_for(condition: Callable[[], bool], *, what: str) -> None:
    """Wait for a condition; Prometheus scrapes every second, and a busy machine gets more time."""
    wait_until(condition, what=what, seconds=PATIENCE)


def value(prometheus: Prometheus, expression: str) -> float:
    (result,) = prometheus.query(expression)
    return float(result["value"][1])
