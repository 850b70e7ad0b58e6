# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""promtool accepts the metrics and the rules; rules, dashboard and documentation match the metrics."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.filter.pool_metrics import pool_metrics
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import headings, rows
from ansible_collections.poolboy.concourse.tests.servers.require import require_program
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import (
    claimed,
    cleaning,
    failure,
    feeding,
    free,
    held,
    in_minutes,
    look,
    release,
    round_fact,
)

CHECKOUT = Path(__file__).parents[3]
MONITORING = CHECKOUT / "roles" / "pool_boy" / "files" / "monitoring"
RULES = MONITORING / "alerts.yml"
TESTS = Path(__file__).parent / "alerts_test.yml"
ALERTS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
NASTY = ['a"b', "a\\", "a\nb", "a\rb\x0b\x85\u2028", "{}=,#", "\x1b[31m", "ümläut 🔒", " ", "a\\n", "\u202e"]


def promtool(*arguments: str, given: str = "") -> tuple[int, str]:
    """Run promtool and return its exit code and output."""
    command = [require_program("promtool"), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def full_text(pool: str = "aws", name: str = "infra") -> str:
    """Return the metrics of a round with every kind of event."""
    return pool_metrics(
        round_fact(
            look(
                free(pool, "e"),
                claimed(pool, "f", "leaked", age=9, unused=8),
                held(pool, "h", in_minutes(60)),
                pools=[pool],
                problems=[pool],
            ),
            clean=cleaning(release(pool, "g", "errored")),
            trigger=feeding(pool, "stuck", needed=1, active=1, started=2, instance_vars={pool: pool}),
            failures=[failure("page")],
            name=name,
        )
    )


@pytest.mark.parametrize("name", ["infra", *NASTY])
def test_the_metrics_are_sound(name: str) -> None:
    assert promtool("check", "metrics", given=full_text(name, name)) == (0, "")


def test_the_tool_does_find_fault() -> None:
    code, said = promtool("check", "metrics", given=full_text().replace("_seconds", "_minutes"))
    assert code != 0
    assert "poolboy_oldest_claim_age_minutes use base unit" in said


def test_the_rules_fire_when_they_should_and_not_before() -> None:
    code, said = promtool("test", "rules", str(TESTS))
    assert (code, "SUCCESS" in said) == (0, True), said


def test_every_rule_has_a_test_in_which_it_fires(tmp_path: Path) -> None:
    """Without rules, every test of a rule fails."""
    (tmp_path / "alerts.yml").write_text("groups: [{name: none, rules: []}]")
    (tmp_path / "test.yml").write_text(re.sub(r"\S+/alerts\.yml", "alerts.yml", TESTS.read_text()))
    code, said = promtool("test", "rules", str(tmp_path / "test.yml"))
    assert code != 0
    assert set(re.findall(r"alertname: (\w+)", said)) == {rule["alert"] for rule in ALERTS}


def test_the_rules_say_what_to_do() -> None:
    listed = {alert: severity for alert, severity, _cause in rows("alerts.rst", "Alerts and dashboard")[: len(ALERTS)]}
    assert listed == {rule["alert"]: rule["labels"]["severity"] for rule in ALERTS}
    for rule in ALERTS:
        page, anchor = rule["annotations"]["runbook_url"].split("#")
        assert page.endswith("/docsite/alerts.html")
        assert anchor == rule["alert"].lower()
        assert rule["alert"] in headings("alerts.rst")
        assert rule["labels"]["severity"] in ("info", "warning", "critical")


def series() -> dict[str, set[str]]:
    """Return the labels of every metric."""
    found: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(poolboy_\w+)\{(.*)\} \S+$", full_text(), re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def selectors() -> Iterator[tuple[str, str]]:
    """Yield every metric that rules and dashboard use, with the labels they select by."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    texts = [rule["expr"] for rule in ALERTS]
    texts += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    texts += [one["definition"] for one in dashboard["templating"]["list"] if one["type"] == "query"]
    for text in texts:
        yield from re.findall(r"(poolboy_\w+)(?:\{([^}]*)\})?", text)


def test_rules_and_dashboard_use_metrics_and_labels_that_there_are() -> None:
    known = series()
    used = list(selectors())
    assert len(used) > 20
    for name, labels in used:
        assert set(re.findall(r"(\w+)=", labels)) <= known[name], name


def test_the_documentation_describes_exactly_the_metrics_that_there_are() -> None:
    table = rows("monitoring.rst", "The metrics")
    described = {name: set(re.findall(r"\w+", labels)) for name, _kind, labels, _meaning in table}
    assert described == {name: labels - {"repository"} for name, labels in series().items()}
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", full_text(), re.MULTILINE))
    assert {name: kind for name, kind, _labels, _meaning in table} == kinds


def test_every_verdict_in_a_rule_is_one() -> None:
    """A typo in a matcher would silence an alert."""
    known = set(re.findall(r'verdict="(\w+)"', full_text()))
    dashboard = (MONITORING / "dashboard.json").read_text()
    for matcher in re.findall(r'verdict[=!]~?\\?"([\w|]+)', RULES.read_text() + dashboard):
        assert set(matcher.split("|")) <= known
