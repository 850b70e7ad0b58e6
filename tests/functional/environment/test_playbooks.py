# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each module passes every option of the module and prints the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible._internal._datatag._tags import TrustedAsTemplate
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.poolboy.concourse.plugins.lookup.module_options import LookupModule
from ansible_collections.poolboy.concourse.plugins.modules import (
    concourse_pool_clean,
    concourse_pool_status,
    concourse_pool_trigger,
)
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE, Workplace
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))


def options_of(documentation: str) -> set[str]:
    """Return the options of a module and of its documentation fragments."""
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
        ("concourse_pool_status", concourse_pool_status.DOCUMENTATION),
        ("concourse_pool_clean", concourse_pool_clean.DOCUMENTATION),
        ("concourse_pool_trigger", concourse_pool_trigger.DOCUMENTATION),
    ],
)
def test_every_option_is_collected_from_its_variable(name: str, documentation: str) -> None:
    """Names and values match; templates are rendered, and variables with another prefix are ignored."""
    options = options_of(documentation)
    variables = {f"pool_boy_{option}": "{{ 1 + 1 }}-" + option for option in options} | {"repo": "no", "x_repo": "no"}
    collect = LookupModule(loader=DataLoader(), templar=Templar(loader=DataLoader(), variables={}))
    trusted = {key: TrustedAsTemplate().tag(value) for key, value in variables.items()}
    assert collect.run([name], trusted) == [{option: f"2-{option}" for option in options}]
    assert collect.run([name], {"x_repo": "a"}, prefix="x_") == [{"repo": "a"}]
    assert collect.run([name], {}) == [{}]


@pytest.mark.parametrize("file", ["playbooks/{0}.yml", "roles/pool_boy/tasks/{0}.yml"])
@pytest.mark.parametrize("name", ["status", "clean", "trigger"])
def test_playbooks_and_role_use_the_collected_options(name: str, file: str) -> None:
    text = " ".join((COLLECTION / file.format(name)).read_text().split())
    module = f"concourse_pool_{name}"
    assert f"lookup('poolboy.concourse.module_options', '{module}')" in text
    assert text.count(f"poolboy.concourse.{module}:") == 2, "the module, and its defaults"


def test_what_failed_is_shown_with_its_table(tmp_path: Path, workplace: Workplace) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    for lock in ("env-1", "env-2"):
        locks.add("aws", lock)
        locks.claim("aws", lock, message=f"claiming: {lock}")
    given = {"pool_boy_repo": locks.url, "pool_boy_pools": "aws", "pool_boy_max_releases": 1}
    options = json.dumps({**given, "pool_boy_no_concourse": "stale"})
    variables = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.clean", "-e", options, environment=variables)
    assert run.code == 2
    _before, _task, shown = run.stdout.partition("TASK [Show what the run did with the locks]")
    assert "aws: 2 claimed (2 to release), 0 free" in shown
    assert "It failed: 2 locks are to be released, but max_releases allows 1" in shown
    nowhere = workplace.ansible(
        "ansible-playbook", "poolboy.concourse.clean", "-e", f"pool_boy_repo={tmp_path} pool_boy_pools=aws"
    )
    assert nowhere.code == 2
    assert "undefined" not in nowhere.said
