# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the plugins is complete, and leads to the guides."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.running import PACKAGE

KINDS = ("modules", "filter", "lookup")
SITE = "https://poolboy.github.io/concourse/docsite/"
LINK = re.compile(re.escape(SITE) + r"(\w+)\.html#?([\w-]*)")
GUIDES = sorted((CHECKOUT / "docs" / "docsite" / "rst").glob("*.rst"))


def documentation(name: str) -> dict[str, dict[str, Any]]:
    """Return the YAML of a variable such as RETURN, by plugin."""
    found = {}
    for kind in KINDS:
        for path in sorted((CHECKOUT / "plugins" / kind).glob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                match node:
                    case ast.Assign(targets=[ast.Name(id=variable)], value=ast.Constant(value=str() as text)):
                        if variable == name:
                            found[path.stem] = yaml.safe_load(text)
    return found


def without_sample(values: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in values.items():
        if "contains" in value:
            yield from without_sample(value["contains"], f"{path}.{name}")
        elif "sample" not in value:
            yield f"{path}.{name}"


def test_each_returned_value_has_a_sample() -> None:
    returned = documentation("RETURN")
    assert len(returned) > 10
    assert [place for plugin, values in returned.items() for place in without_sample(values, plugin)] == []


def test_each_module_leads_to_a_guide() -> None:
    for plugin, described in documentation("DOCUMENTATION").items():
        if plugin.startswith("concourse_pool_") and plugin != "concourse_pool_report":
            assert any(entry.get("link", "").startswith(SITE) for entry in described["seealso"]), plugin


def test_each_link_to_the_site_leads_to_a_page_and_a_section_of_it() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    links = {
        link
        for file in listed.splitlines()
        if not file.startswith("tests/") and (CHECKOUT / file).suffix in (".md", ".py", ".yml", ".rst", ".j2")
        for link in LINK.findall((CHECKOUT / file).read_text(encoding="utf-8"))
    }
    assert len(links) > 20
    sections = {guide.stem: {slug(line) for line in guide.read_text(encoding="utf-8").splitlines()} for guide in GUIDES}
    assert [link for link in links if link[0] not in sections or link[1] not in {"", *sections[link[0]]}] == []


def slug(heading: str) -> str:
    """Return the anchor that Sphinx gives a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def test_a_module_with_an_action_plugin_says_so_and_whether_it_runs_async() -> None:
    says = {
        module: described["attributes"]["async"]["support"]
        for module, described in documentation("DOCUMENTATION").items()
        if "poolboy.concourse._attributes.action_plugin" in described.get("extends_documentation_fragment", [])
    }
    plugins = {
        name: importlib.import_module(f"{PACKAGE}.plugins.action.{name}").ActionModule
        for name in (path.stem for path in (CHECKOUT / "plugins" / "action").glob("*.py"))
    }
    assert says == {name: "full" if plugin._supports_async else "none" for name, plugin in plugins.items()}
