# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible sends exactly the imported files of each module to a host, with relative imports."""

from __future__ import annotations

import ast
import base64
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, ModuleRun, Workplace
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

PLUGINS = "ansible_collections/poolboy/concourse/plugins"
# The maximum of the collection's files per module: every host receives and compiles them.
MOST_FILES = {
    "concourse_pool_status": 167,
    "concourse_pool_clean": 192,
    "concourse_pool_lock": 196,
    "concourse_pool_trigger": 199,
}
# Code of other modules, which a module must not send.
FOREIGN = {
    "concourse_pool_status": ("_core/clean/", "_core/trigger/", "_core/push/", "_git/push/", "_git/write/"),
    "concourse_pool_clean": ("_core/trigger/", "_core/tally/plan", "_core/lock/"),
    "concourse_pool_lock": ("_core/clean/", "_core/trigger/", "_core/tally/plan"),
    "concourse_pool_trigger": ("_core/clean/",),
}


@dataclass(frozen=True)
class Payload:
    """A module's result and the files of the collection below `plugins` that its host received."""

    run: ModuleRun
    files: frozenset[str]


@pytest.fixture(scope="module", params=sorted(MOST_FILES))
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def payload(module: str, tmp_path_factory: pytest.TempPathFactory) -> Payload:
    """Run the module with Ansible in check mode on a repository with one free lock, and keep the payload."""
    folder = tmp_path_factory.mktemp(module)
    workplace, locks = Workplace(folder / "machine"), LockRepository(folder / "locks.git")
    locks.add("aws", "env-1")
    options: dict[str, Any] = {"repo": locks.url, "pools": ["aws"]}
    if module == "concourse_pool_lock":
        options = {"repo": locks.url, "pool": "aws", "state": "claimed", "owner": "ada", "until": "1h"}
    if module == "concourse_pool_trigger":
        options |= {"pools": ["aws=main/deploy/claim-aws"], "concourse_url": "http://127.0.0.1:9"}
    sent = folder / "sent"
    environment = {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TMP": str(sent)}
    run = workplace.ad_hoc(module, options, "--check", environment=environment)
    (wrapper,) = sent.rglob(f"AnsiballZ_{module}.py")
    archive = max(re.findall(r"[A-Za-z0-9+/=]{1000,}", wrapper.read_text(encoding="utf-8")), key=len)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(archive))) as files:
        names = (name.removeprefix(f"{PLUGINS}/") for name in files.namelist() if name.startswith(PLUGINS))
        return Payload(run, frozenset(name for name in names if not name.endswith("__init__.py")))


def imported_files(module: str) -> frozenset[str]:
    """Return the module's file and all its direct and indirect imports below `plugins`."""
    plugins, found, open_files = COLLECTIONS / PLUGINS, set[str](), [f"modules/{module}.py"]
    while open_files:
        name = open_files.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((plugins / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                folder = name.split("/")[: -node.level]
                open_files.append("/".join([*folder, *str(node.module).split(".")]) + ".py")
    return frozenset(found)


def test_the_module_runs_on_what_ansible_sends(module: str, payload: Payload) -> None:
    if module == "concourse_pool_trigger":
        assert "127.0.0.1:9" in payload.run.message
    else:
        assert [lock["name"] for lock in payload.run.values["locks"]] == ["env-1"]


def test_ansible_sends_exactly_what_the_module_imports(module: str, payload: Payload) -> None:
    assert payload.files == imported_files(module)


def test_a_module_carries_no_code_of_another(module: str, payload: Payload) -> None:
    assert [name for name in payload.files if any(part in name for part in FOREIGN[module])] == []
    assert len(payload.files) <= MOST_FILES[module]
