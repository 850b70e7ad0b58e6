# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each module hands over every option that the module has, and tells what came of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.modules import (
    concourse_pool_clean,
    concourse_pool_status,
    concourse_pool_trigger,
)
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE, Workplace
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))


def options_of(documentation: str) -> set[str]:
    """The options of a module and of the fragments that it is documented with."""
    own = yaml.safe_load(documentation)
    names = set(own.get("options", {}))
    for fragment in own["extends_documentation_fragment"]:
        file = COLLECTION / "plugins" / "doc_fragments" / f"{fragment.split('.')[2]}.py"
        text = file.read_text().partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
        names |= set((yaml.safe_load(text) or {}).get("options", {}))
    return names


@pytest.mark.parametrize(
    ("name", "documentation"),
    [
        ("status", concourse_pool_status.DOCUMENTATION),
        ("clean", concourse_pool_clean.DOCUMENTATION),
        ("trigger", concourse_pool_trigger.DOCUMENTATION),
    ],
)
def test_every_option_is_handed_over(name: str, documentation: str) -> None:
    (play,) = yaml.safe_load((COLLECTION / "playbooks" / f"{name}.yml").read_text())
    first = play["tasks"][0]
    given = first.get("block", [first])[0][f"poolboy.concourse.concourse_pool_{name}"]
    assert given == {option: f"{{{{ {option} | default(omit) }}}}" for option in options_of(documentation)}


def test_what_failed_is_shown_with_its_table(tmp_path: Path, workplace: Workplace) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    for lock in ("env-1", "env-2"):
        locks.add("aws", lock)
        locks.claim("aws", lock, message=f"claiming: {lock}")
    options = json.dumps({"repo": locks.url, "pools": '["aws"]', "max_releases": 1})
    variables = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.clean", "-e", options, environment=variables)
    assert run.code == 2
    _before, _task, shown = run.stdout.partition("TASK [Show what became of the locks]")
    assert "aws: 2 claimed (2 to give back), 0 free" in shown
    assert "It failed: 2 locks are to be released, and max_releases allows 1" in shown
    nowhere = workplace.ansible("ansible-playbook", "poolboy.concourse.clean", "-e", f"repo={tmp_path} pools=aws")
    assert nowhere.code == 2
    assert "undefined" not in nowhere.said
