# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment and ansible-navigator, as far as they work without a container."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.environment.container import Image
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene

DEFINITION = CHECKOUT / "execution-environment.yml"


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "machine")


def run(place: Workplace, image: Image, *command: str, **variables: str) -> Run:
    """Run one of the tools with the collection of the image."""
    environment = {
        "PATH": f"{image.tools}:{place.variables['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(image.root / "usr/share/ansible/collections"),
        **variables,
    }
    program, *arguments = command
    return place.ansible(str(image.tools / program), *arguments, environment=environment)


def test_builder_makes_the_build_context(image: Image, workplace: Workplace, tmp_path: Path) -> None:
    context = tmp_path / "context"
    done = run(workplace, image, "ansible-builder", "create", "--file", str(DEFINITION), "--context", str(context))
    assert done.code == 0, done.said
    (definition,) = [file for file in context.iterdir() if file.name in ("Containerfile", "Dockerfile")]
    (installed,) = re.findall(r'^ARG ANSIBLE_INSTALL_REFS="(.*)"$', definition.read_text(), flags=re.MULTILINE)
    pins = (CHECKOUT / "concourse" / "requirements.txt").read_text(encoding="utf-8").split()
    core, runner = installed.split()
    # Both images contain the same Ansible, and the tests' jobs use the same runner.
    assert core in pins
    assert runner in Path(__file__).with_name("requirements.txt").read_text(encoding="utf-8").split()
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
    assert collection["name"] == f"{galaxy['repository']}.git"
    assert collection["version"] == galaxy["version"]


def test_builder_finds_what_the_collection_needs(image: Image, workplace: Workplace) -> None:
    folder = image.root / "usr/share/ansible/collections"
    done = run(workplace, image, "ansible-builder", "introspect", str(folder))
    assert done.code == 0, done.said
    needs = yaml.safe_load(done.stdout.partition("---")[2])
    found = {kind: [line.partition("  # from")[0] for line in lines] for kind, lines in needs.items()}
    assert [re.split(r"\W", line)[0] for line in found["python"]] == ["GitPython", "requests"]
    assert {*found["system"]} >= {"git [platform:rpm]", "openssh-clients [platform:rpm]"}


def test_navigator_runs_a_playbook(image: Image, workplace: Workplace, scene: Scene) -> None:
    done = run(
        workplace,
        image,
        *("ansible-navigator", "run", "poolboy.concourse.status", "--execution-environment", "false"),
        *("--mode", "stdout", "--playbook-artifact-enable", "false"),
        POOL_REPO=scene.repo,
        CONCOURSE_BASE_URL=scene.atc.url,
        CONCOURSE_USERNAME="pool-boy",
        CONCOURSE_PASSWORD="demo",
        ANSIBLE_CALLBACK_RESULT_FORMAT="yaml",
    )
    assert done.code == 0, done.said
    assert re.search(r"^ *cf/fresh +big-2 +errored ", done.stdout, flags=re.MULTILINE)
