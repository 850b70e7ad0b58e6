# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk through README.md and all guides: each of their code blocks runs as printed, or walk/not_run.py says why not.

The artifact of the collection is installed in an empty home folder, without the settings of the checkout.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.variable_names import unknown_variables
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.blocks import (
    JSON,
    SHELL,
    YAML,
    Block,
    blocks,
    outputs,
    pages,
)
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.not_run import NOT_RUN, reason_for
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.playbooks import (
    playbook_of,
    variables_of,
)
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.scene import guide_scene
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.terminal import Terminal
from ansible_collections.poolboy.concourse.tests.scene import Scene

# The files that examples show, by a piece of their text: later examples of the page read them.
FILES = {
    "pool_boy_page_file: ~/pools.html": "round.yml",
    "  - name: https://github.com": "requirements.yml",
}
# What examples read from elsewhere.
EXTRA_VARIABLES = {"release": "1.2.0", "concourse_password": "demo", "awx_workflow_job_id": 17}
# Examples for readers without a Concourse.
WITHOUT_CONCOURSE = "Go by the age of the claims"
# Where the locks are that an example speaks of, after it has run; by a piece of its text.
OUTCOMES = {
    "- name: Keep failed environments": {"gcp/claimed/vm-1", "gcp/unclaimed/vm-2"},
    "- name: Rebuild environments": {
        *(f"cf/broken/unclaimed/{lock}" for lock in ("big-1", "big-2", "big-3", "big-5")),
        "cf/fresh/claimed/big-4",
    },
    "have waited a week": {"aws/unclaimed/env-1", "aws/claimed/env-2", "aws/claimed/env-3", "aws/claimed/env-6"},
    WITHOUT_CONCOURSE: {"azure/unclaimed/az-1", "azure/claimed/az-2"},
    "people have forgotten": {"aws/unclaimed/env-6", "aws/claimed/env-7", "aws/claimed/env-2"},
    "- name: Add an environment": {"aws/unclaimed/env-8"},
    "- name: Test in an environment": {f"aws/unclaimed/{lock}" for lock in ("env-4", "env-5", "precious-1")},
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ExitStack() as stack:
        made = stack.enter_context(guide_scene(tmp_path_factory.mktemp("scene"), int(time.time())))
        made.atc.set_team("main", team_of_the_guide())
        yield made


def team_of_the_guide() -> dict[str, list[str]]:
    """Return the users of each role, as the guide to permissions gives them to `fly set-team`."""
    (shown,) = (block.value for block in blocks("permissions.rst") if block.language == YAML)
    return {role["name"]: [f"local:{user}" for user in role["local"]["users"]] for role in shown["roles"]}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Terminal:
    reader = Terminal(tmp_path_factory.mktemp("reader"), scene)
    reader.install()
    return reader


def shown_blocks() -> list[Block]:
    return [block for page in pages() for block in blocks(page)]


def test_each_block_is_run_or_has_a_reason() -> None:
    for block in shown_blocks():
        variables = variables_of(block)
        assert unknown_variables(variables or ()) is None, block
        is_read = variables is not None or any(piece in block.text for piece in FILES)
        is_run = block.language == SHELL or playbook_of(block) is not None
        assert is_run or is_read or reason_for(block), f"{block} is not run, and walk/not_run.py does not say why"


def test_no_command_leaves_a_secret_in_the_history() -> None:
    """The password of the stage is no secret."""
    shells = [block for block in shown_blocks() if block.language == SHELL]
    assert [block for block in shells if re.search(r"(PASSWORD|TOKEN|SECRET)=(?!demo\n)", block.text)] == []


@pytest.mark.parametrize("page", pages())
def test_the_commands_of_a_page(page: str, terminal: Terminal) -> None:
    run = [block for block in blocks(page) if reason_for(block) is None and block.text not in terminal.has_run]
    terminal.has_run |= {block.text for block in run}
    for block in run:
        for name in (name for piece, name in FILES.items() if piece in block.text):
            (terminal.folder / name).write_text(terminal.filled_in(block.text), encoding="utf-8")
    commands = [block for block in run if block.language == SHELL]
    if commands:
        done = terminal.run_shell(commands)
        assert done.code == 0, done.said
        printed = " ".join(done.stdout.split())
        assert [line for line in shown_heads(page) if " ".join(line.split()) not in printed] == []


def shown_heads(page: str) -> list[str]:
    """Return the heads of the tables that a page shows as the output of its commands, and those of their tasks."""
    return [line for text in outputs(page) for line in text.splitlines() if line.startswith(("TASK [", "POOL "))]


@pytest.mark.parametrize("has_concourse", [True, False])
def test_the_playbooks_of_all_pages(terminal: Terminal, has_concourse: bool) -> None:
    """Run the examples in as few runs of Ansible as possible."""
    playbooks = {
        block: text
        for block in shown_blocks()
        if (text := playbook_of(block)) is not None
        and reason_for(block) is None
        and (WITHOUT_CONCOURSE in text) is not has_concourse
    }
    login = terminal.login if has_concourse else {"POOL_REPO": terminal.login["POOL_REPO"]}
    run, trees = terminal.run_playbooks(playbooks, ["--extra-vars", json.dumps(EXTRA_VARIABLES)], login)
    assert run.code == 0, run.said
    # Going by the age of the claims is worth a warning.
    assert ("[WARNING]" in run.said) is not has_concourse, run.said
    for block in playbooks:
        expected = [files for piece, files in OUTCOMES.items() if piece in block.text]
        assert set().union(*expected) <= trees[block], block


def test_each_outcome_is_of_an_example() -> None:
    texts = [block.text for block in shown_blocks()]
    assert [piece for piece in OUTCOMES if not any(piece in text for text in texts)] == []


def test_what_is_not_run_can_be_read(terminal: Terminal) -> None:
    everything = shown_blocks()
    assert [piece for piece in NOT_RUN if not any(piece in block.text for block in everything)] == []
    not_run = [block for block in everything if reason_for(block) is not None]
    for block in not_run:
        assert block.language in (SHELL, YAML, JSON), block
        if block.language == JSON:
            json.loads(block.text)
        elif block.language == SHELL:
            subprocess.run(["bash", "-n", "-c", block.text], check=True)
        else:
            assert block.value is not None, block
    playbooks = {block: text for block in not_run if (text := playbook_of(block)) is not None}
    run, _trees = terminal.run_playbooks(playbooks, ["--syntax-check"])
    assert run.code == 0, run.said
