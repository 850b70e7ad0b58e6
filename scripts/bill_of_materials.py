# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The software bill of materials of an artifact: CycloneDX 1.7, as JSON.

It lists what the collection needs where it runs, as ``meta`` says: ansible-core, Python packages and system packages.
The artifact contains none of them, so each is an external component with a range of versions.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

Component = dict[str, Any]


def bill_of_materials(source: Path, artifact: Path, *, time: int) -> str:
    """Return the bill of an artifact that was built from `source`; `time` is its Unix time in seconds."""
    galaxy = yaml.safe_load((source / "galaxy.yml").read_text(encoding="utf-8"))
    product = _product(galaxy, hashlib.sha256(artifact.read_bytes()).hexdigest())
    needs = list(_needs(source / "meta"))
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        # A random number would make two bills of one artifact differ.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, product['hashes'][0]['content'])}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": product,
        },
        "components": needs,
        "dependencies": [{"ref": product["bom-ref"], "dependsOn": [need["bom-ref"] for need in needs]}],
    }
    return json.dumps(bill, indent=2) + "\n"


def _product(galaxy: dict[str, Any], digest: str) -> Component:
    name = f"{galaxy['namespace']}.{galaxy['name']}"
    return {
        "type": "library",
        "bom-ref": f"{name}@{galaxy['version']}",
        "authors": [{"name": author} for author in galaxy["authors"]],
        "name": name,
        "version": galaxy["version"],
        "description": galaxy["description"],
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": identifier}} for identifier in galaxy["license"]],
        "externalReferences": [
            {"type": "vcs", "url": galaxy["repository"]},
            {"type": "issue-tracker", "url": galaxy["issues"]},
        ],
    }


def _needs(meta: Path) -> Iterator[Component]:
    """Yield ansible-core, the Python packages and the system packages, each with its versions where meta gives them."""
    runtime = yaml.safe_load((meta / "runtime.yml").read_text(encoding="utf-8"))
    yield _python_package("ansible-core", runtime["requires_ansible"])
    for line in _lines(meta / "ee-requirements.txt"):
        match = re.fullmatch(r"([\w.-]+)(.*)", line)
        if match is None:
            raise ValueError(f"meta/ee-requirements.txt contains a line that names no package: {line}")
        yield _python_package(match[1], match[2].replace(" ", ""))
    for line in _lines(meta / "ee-bindep.txt"):
        name, profile = re.sub(r"[\[\]]", "", line).split()
        yield {**_external(name, f"{name} {profile}"), "properties": [{"name": "bindep:profile", "value": profile}]}


def _lines(file: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def _python_package(name: str, versions: str) -> Component:
    purl = f"pkg:pypi/{name.lower()}"
    ranges = "|".join(versions.split(",")) if versions else "*"
    return {**_external(name, purl), "versionRange": f"vers:pypi/{ranges}", "purl": purl}


def _external(name: str, reference: str) -> Component:
    return {"type": "library", "bom-ref": reference, "name": name, "scope": "required", "isExternal": True}
