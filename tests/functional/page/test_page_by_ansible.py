# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter in a playbook: with templated variables, and with readable errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.filter.pool_page import pool_page
from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.page.rounds import a_claim, a_free_lock, a_look, a_round


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """An isolated machine for each test."""
    return Workplace(tmp_path / "machine")


def make_page(workplace: Workplace, variables: dict[str, Any]) -> Run:
    """Write the page of `pool_boy_round` into page.html with Ansible."""
    (workplace.folder / "variables.json").write_text(json.dumps(variables), encoding="utf-8")
    options = {"content": "{{ pool_boy_round | poolboy.concourse.pool_page }}", "dest": "page.html", "mode": "0644"}
    return workplace.ansible(
        "ansible", "localhost", "-m", "ansible.builtin.copy", "-a", json.dumps(options), "-e", "@variables.json"
    )


def test_variables_that_are_templates(workplace: Workplace) -> None:
    look = a_look(a_claim("aws", "env-1", "leaked"), a_free_lock("aws", "env-2"))
    told = a_round(name="{{ repository }}", status="{{ look }}", ok="{{ pool_boy_failures == [] }}")
    run = make_page(
        workplace, {"pool_boy_round": told, "repository": "teams/locks", "look": look, "pool_boy_failures": []}
    )
    assert run.code == 0, run.said
    made = (workplace.folder / "page.html").read_text(encoding="utf-8")
    assert made == pool_page(a_round(name="teams/locks", status=look))


def test_an_invalid_round_fails_with_a_message(workplace: Workplace) -> None:
    run = make_page(workplace, {"pool_boy_round": a_round(finished_at="soon")})
    assert run.code != 0
    assert "pool_page: pool_boy_round.finished_at must be a time such as 2026-11-22T03:00:00Z, but is" in run.said
    assert "Traceback" not in run.said


def test_an_undefined_variable_is_named(workplace: Workplace) -> None:
    run = make_page(workplace, {"pool_boy_round": a_round(status="{{ looked }}")})
    assert run.code != 0
    assert "'looked' is undefined" in run.said
    assert "Traceback" not in run.said
