# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that releases one lock."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.release_command import release_command
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable

COMMIT = "7000aa5c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"
PLAYBOOK = "ansible-playbook poolboy.concourse.release"


def test_plain_names() -> None:
    assert release_command("cf/fresh", "env-6", COMMIT) == (
        f"{PLAYBOOK} -e pool_boy_pool=cf/fresh -e pool_boy_lock=env-6 -e pool_boy_claim_commit=7000aa5c"
    )


def test_other_names_are_json() -> None:
    variables = '{"pool_boy_pool": "aws", "pool_boy_lock": "an env", "pool_boy_claim_commit": "7000aa5c"}'
    assert release_command("aws", "an env", COMMIT) == f"{PLAYBOOK} -e '{variables}'"


def test_a_template_is_marked_as_text() -> None:
    assert '"pool_boy_lock": !unsafe "{{ 7 * 7 }}"' in str(release_command("aws", "{{ 7 * 7 }}", COMMIT))


@pytest.mark.parametrize("length", [2000, 10_000])
def test_no_command_for_endless_names(length: int) -> None:
    assert release_command("aws", "x" * length, COMMIT) is None


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_a_shell_and_json_read_the_names_back(pool: str, name: str) -> None:
    command = release_command(pool, name, COMMIT)
    assert command is not None
    assert command == printable(command)
    program, playbook, *given_variables = shlex.split(command)
    assert f"{program} {playbook}" == PLAYBOOK
    assert given_variables[::2] == ["-e"] * (len(given_variables) // 2)
    values = given_variables[1::2]
    read = json.loads(values[0].replace("!unsafe ", "")) if len(values) == 1 else dict(one.split("=") for one in values)
    assert read == {
        "pool_boy_pool": printable(pool),
        "pool_boy_lock": printable(name),
        "pool_boy_claim_commit": "7000aa5c",
    }
