# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real shell and a real Ansible read the names of the command that releases one lock as they are."""

from __future__ import annotations

import json
import subprocess

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.release_command import release_command
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

PLAYBOOK = "ansible-playbook poolboy.concourse.release "
NAMES = (
    "env-6",
    "070",
    "true",
    "-x",
    "a b  c=d ",
    'it\'s "here"',
    "$HOME `id` !! \\",
    "{{ 7 * 7 }} {% raw %} {# \u00e9\U0001f600'\" #}",
    "\u00fcml\u00e4ut \u2603 \U0001f600",
    "caf\udce9",
    "a\nb\x1b[2J\u202e",
    "back\\slash\\x41",
    "@file #: [x] !unsafe *",
)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_reach_the_variables(workplace: Workplace, name: str) -> None:
    command = release_command(f"pool/{name}", name, "70001234aa5c0b1d2e3f4a5b6c7d8e9f0a1b2c3d")
    assert command is not None
    assert command.startswith(PLAYBOOK)
    show = "ansible localhost -m debug -a 'msg={{ [pool_boy_pool, pool_boy_lock, pool_boy_claim_commit] }}' "
    done = subprocess.run(
        ["/bin/sh", "-c", show + command.removeprefix(PLAYBOOK)],
        capture_output=True,
        text=True,
        check=False,
        cwd=workplace.folder,
        env=workplace.variables,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Options accept the escapes of characters that a terminal acts on.
    assert json.loads(done.stdout.partition(" => ")[2])["msg"] == [
        f"pool/{printable(name)}",
        printable(name),
        "70001234",
    ]
