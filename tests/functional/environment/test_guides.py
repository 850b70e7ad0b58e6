# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk through README.md and all guides: each of their code blocks runs as printed, or walk/not_run.py says why not.

The artifact of the collection is installed in an empty home folder, without the settings of the checkout.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.variable_names import unknown_variables
from ansible_collections.poolboy.concourse.tests.functional.environment.walk.blocks import (
    JSON,
    SHELL,
    YAML,
    Block,
    blocks,
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
    "pool_boy_page_file: /var/www/html/pools.html": "round.yml",
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
    with guide_scene(tmp_path_factory.mktemp("scene"), int(time.time())) as made:
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


@pytest.mark.parametrize("page", pages())
def test_each_block_of_a_page(page: str, terminal: Terminal) -> None:
    run = [block for block in blocks(page) if reason_for(block) is None and block.text not in terminal.has_run]
    terminal.has_run |= {block.text for block in run}
    for block in run:
        for piece, name in FILES.items():
            if piece in block.text:
                (terminal.folder / name).write_text(terminal.filled_in(block.text), encoding="utf-8")
        given = variables_of(block)
        if given is not None:
            assert unknown_variables(given) is None, block
        elif block.language != SHELL and playbook_of(block) is None and not is_file(block):
            pytest.fail(f"{block} is not run, and walk/not_run.py does not say why")
    check_shell([block for block in run if block.language == SHELL], terminal)
    check_playbooks(run, terminal)


def check_shell(shown: list[Block], terminal: Terminal) -> None:
    if shown:
        run = terminal.run_shell(shown)
        assert run.code == 0, run.said


def check_playbooks(shown: list[Block], terminal: Terminal) -> None:
    """Run the playbooks and tasks among the blocks, in as few runs of Ansible as possible."""
    playbooks = {block: text for block in shown if (text := playbook_of(block)) is not None}
    for without in (False, True):
        chosen = {block: text for block, text in playbooks.items() if (WITHOUT_CONCOURSE in text) is without}
        if chosen:
            login = {"POOL_REPO": terminal.login["POOL_REPO"]} if without else terminal.login
            run, trees = terminal.run_playbooks(chosen, ["--extra-vars", json.dumps(EXTRA_VARIABLES)], login)
            assert run.code == 0, run.said
            assert ("[WARNING]" in run.said) is without, run.said
            for block, tree in trees.items():
                expected = [files for piece, files in OUTCOMES.items() if piece in block.text]
                assert set().union(*expected) <= tree, block


def is_file(block: Block) -> bool:
    return any(piece in block.text for piece in FILES)


def test_what_is_not_run_can_be_read(terminal: Terminal) -> None:
    everything = [block for page in pages() for block in blocks(page)]
    stale = [piece for piece in NOT_RUN if not any(piece in block.text for block in everything)]
    assert stale == [], "walk/not_run.py names no block any more"
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
