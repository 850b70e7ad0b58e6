# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of AWX as its execution environment gets it: the input folder of ansible-runner.

Inventory, variables and credentials are written as awx/main/tasks/jobs.py and awx/main/models/credential of AWX do.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import sandbox

from ansible_collections.poolboy.concourse.tests.functional.environment.controller import Controller, Item


def write_job(folder: Path, controller: Controller, template: str, *, answers: Mapping[str, Any], project: Path) -> str:
    """Write the job folder of a template with answers to its survey; return the playbook to run."""
    item = controller.named("job_templates", template)
    for name in ("project", "inventory", "env"):
        (folder / name).mkdir(parents=True)
    if (project / "ansible.cfg").exists():
        shutil.copyfile(project / "ansible.cfg", folder / "project" / "ansible.cfg")
    shutil.copytree(project / "playbooks", folder / "project" / "playbooks")
    _write_inventory(folder / "inventory" / "hosts", controller.items["hosts"].values())
    survey = controller.surveys.get(item["id"], {}).get("spec", [])
    defaults = {question["variable"]: question["default"] for question in survey}
    variables = {**json.loads(item["extra_vars"]), **defaults, **answers, "awx_job_id": 1, "tower_job_id": 1}
    (folder / "env" / "extravars").write_text(json.dumps(variables), encoding="utf-8")
    arguments = ["--diff"] if item["diff_mode"] else []
    for credential in controller.linked_with(item, "credentials"):
        kind = controller.items["credential_types"][credential["credential_type"]]
        arguments += _inject(folder / "env", kind["injectors"], credential["inputs"])
    (folder / "env" / "cmdline").write_text(" ".join(arguments), encoding="utf-8")
    return str(item["playbook"])


def _write_inventory(file: Path, hosts: Any) -> None:
    """Write a program that prints the inventory, as AWX does."""
    variables = {host["name"]: json.loads(host["variables"]) for host in hosts}
    inventory = json.dumps({"all": {"hosts": [*variables]}, "_meta": {"hostvars": variables}})
    file.write_text(f"#! /usr/bin/env python3\nprint({inventory!r})\n", encoding="utf-8")
    file.chmod(0o700)


def _inject(folder: Path, injectors: Item, inputs: Mapping[str, str]) -> Sequence[str]:
    """Apply a credential's injectors as AWX does: templates into private files, variables through a file."""
    environment = sandbox.ImmutableSandboxedEnvironment()
    names = SimpleNamespace()
    namespace = {**inputs, "tower": SimpleNamespace(filename=names)}
    for label, text in injectors.get("file", {}).items():
        content = environment.from_string(text).render(**namespace)
        setattr(names, label.split(".")[1], _private_file(folder, content))
    variables = {
        name: environment.from_string(text).render(**namespace) for name, text in injectors["extra_vars"].items()
    }
    return ["-e", f"@{_private_file(folder, json.dumps(variables))}"]


def _private_file(folder: Path, content: str) -> str:
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
        file.write(content)
    return file.name
