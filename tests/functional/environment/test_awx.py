# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx with the real modules of awx.awx; its jobs run as AWX runs them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import MODULES
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.variable_names import known_variables
from ansible_collections.poolboy.concourse.tests.demo.story import LENGTH, simulate_day
from ansible_collections.poolboy.concourse.tests.functional.environment.container import Image
from ansible_collections.poolboy.concourse.tests.functional.environment.controller import (
    TOKEN,
    Controller,
    serve_controller,
)
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import GUIDES, block
from ansible_collections.poolboy.concourse.tests.functional.environment.job import write_job
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import (
    CHECKOUT,
    PACKAGES_WITH_AWX,
    awx_collections,
)
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, Run, Workplace
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import SshServer, serve_ssh

# Text that Ansible must not template has the tag !unsafe.
TEXT = re.compile(r"!unsafe ")
TEMPLATES = {"Pool status": "status", "Pool clean": "clean", "Pool trigger": "trigger", "Pool round": "pool_boy"}


@dataclass(frozen=True)
class Awx:
    """An AWX that the playbook has set up, for lock repositories behind ssh and the Concourse of a scene."""

    controller: Controller
    scene: Scene
    ssh: SshServer
    place: Workplace
    first: Run

    @property
    def secrets(self) -> list[str]:
        return ["demo-pa55word", TOKEN, *self.ssh.key.private.splitlines()[1:-1]]


def set_up(place: Workplace, controller: Controller, environment: dict[str, str], *more: str, **extra: Any) -> Run:
    """Run the playbook as an administrator of AWX does."""
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{awx_collections()}",
        "CONTROLLER_HOST": controller.server.url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        **environment,
    }
    command = ["ansible-playbook", "poolboy.concourse.awx", *more, "-e", json.dumps(extra)]
    return place.ansible(*command, environment=variables)


def settings(scene: Scene, ssh: SshServer) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the settings of docs/docsite/rst/awx.rst: secrets in the environment, the others in a variables file."""
    environment = {
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": "demo-pa55word",
        "POOL_REPO_SSH_PRIVATE_KEY": ssh.key.private,
    }
    repositories = [
        {
            "name": "shop-locks",
            "variables": {"pool_boy_repo": ssh.url("locks.git"), "pool_boy_pools": "aws:60,cf/fresh:120"},
        },
    ]
    return environment, {
        "pool_boy_awx_lock_repos": repositories,
        "pool_boy_awx_known_hosts": ssh.known_hosts.read_text(),
        "pool_boy_awx_notifications": ["Team chat"],
    }


@pytest.fixture(scope="module")
def awx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Awx]:
    folder = tmp_path_factory.mktemp("awx")
    with ExitStack() as stack:
        scene = stack.enter_context(Scene(folder, now=int(time.time()) - LENGTH))
        simulate_day(scene)
        scene.atc.set_user("pool-boy", "demo-pa55word")
        scene.atc.follow_wall_clock()
        controller, ssh = stack.enter_context(serve_controller()), stack.enter_context(serve_ssh(folder))
        place = Workplace(folder / "machine")
        environment, extra = settings(scene, ssh)
        yield Awx(controller, scene, ssh, place, set_up(place, controller, environment, "-vvv", **extra))
        assert controller.server.errors == []


def test_everything_is_made(awx: Awx) -> None:
    assert awx.first.code == 0, awx.first.said
    assert not any(secret in awx.first.said for secret in awx.secrets)
    controller = awx.controller
    for name, playbook in TEMPLATES.items():
        template = controller.named("job_templates", name)
        assert template["playbook"] == f"playbooks/{playbook}.yml"
        assert template["allow_simultaneous"] is False
        assert template["project"] == controller.named("projects", "Lock pools")["id"]
        assert template["inventory"] == controller.named("inventories", "Lock repositories")["id"]
        assert template["execution_environment"] == controller.named("execution_environments", "Lock pools")["id"]
        linked = controller.linked_with(template, "credentials")
        assert [credential["name"] for credential in linked] == ["Concourse", "Lock repository key"]
        (chat,) = controller.linked_with(template, "notification_templates_error")
        assert chat["name"] == "Team chat"
    schedule = controller.named("schedules", "Pool round")
    assert schedule["unified_job_template"] == controller.named("job_templates", "Pool round")["id"]
    assert schedule["enabled"] is True


def test_a_second_run_changes_nothing(awx: Awx) -> None:
    before = awx.controller.writes
    environment, extra = settings(awx.scene, awx.ssh)
    run = set_up(awx.place, awx.controller, environment, **extra)
    assert (run.code, awx.controller.writes - before) == (0, 0), run.said
    assert re.search(r"changed=0\b", run.stdout)


@pytest.mark.parametrize("name", ["Pool status", "Pool clean", "Pool trigger"])
def test_a_survey_asks_for_variables_of_its_playbook(awx: Awx, name: str) -> None:
    template = awx.controller.named("job_templates", name)
    options = {option for group in MODULES[f"concourse_{name.lower().replace(' ', '_')}"] for option in group.spec}
    survey = awx.controller.surveys.get(template["id"], {}).get("spec", [])
    assert template["survey_enabled"] == bool(survey)
    for question in survey:
        assert question["variable"].removeprefix("pool_boy_") in options
        # An optional empty answer overrides the host's variable.
        assert question["required"] is True
        assert question["default"] not in (None, "")


def own_project(folder: Path) -> Path:
    """Create the custom project of docs/docsite/rst/awx.rst with the parts that `Pool status` needs."""
    (folder / "playbooks").mkdir(parents=True)
    (folder / "playbooks" / "status.yml").write_text(block("awx.rst", "status.yml"), encoding="utf-8")
    return folder


def run_job(awx: Awx, image: Image, folder: Path, template: str, *, project: Path = CHECKOUT, **answers: Any) -> Run:
    """Run a job in its execution environment and check that AWX stores no secret of it."""
    playbook = write_job(folder, awx.controller, template, answers=answers, project=project)
    # AWX prepends these to the paths of the project's ansible.cfg.
    environment = {
        "PATH": f"{image.tools}:{awx.place.variables['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(image.root / "usr/share/ansible/collections"),
    }
    command = [str(image.tools / "ansible-runner"), "run", str(folder), "-p", playbook, "-i", "1"]
    run = awx.place.ansible(*command, environment=environment)
    kept = [file.read_text(encoding="utf-8") for file in (folder / "artifacts").rglob("*") if file.is_file()]
    assert kept
    assert not any(secret in text for text in (run.said, *kept) for secret in awx.secrets)
    return run


def test_jobs_do_what_their_templates_say(awx: Awx, image: Image, tmp_path: Path) -> None:
    status = run_job(awx, image, tmp_path / "status", "Pool status", project=own_project(tmp_path / "own"))
    assert status.code == 0, status.said
    assert re.search(r"^ *cf/fresh +big-2 +errored ", status.stdout, flags=re.MULTILINE)
    # Only this answer releases the lock that waits for its next job.
    clean = run_job(awx, image, tmp_path / "clean", "Pool clean", pool_boy_preset="pool_boy")
    assert clean.code == 0, clean.said
    assert re.search(r"^ *aws +env-2 +release +handed_off ", clean.stdout, flags=re.MULTILINE)
    tree = {*awx.scene.locks.tree()}
    assert {b"cf/fresh/unclaimed/big-2", b"aws/unclaimed/env-2", b"aws/claimed/env-3"} <= tree


def test_the_guide_names_each_variable() -> None:
    (play,) = yaml.safe_load(TEXT.sub("", (CHECKOUT / "playbooks" / "awx.yml").read_text(encoding="utf-8")))
    variables = {name for name in play["vars"] if name.startswith("pool_boy_awx_")}
    guide = (GUIDES / "awx.rst").read_text(encoding="utf-8")
    assert {*re.findall(r"`(pool_boy_awx_\w+)`", guide)} == variables
    assert {name for name in known_variables() if name.startswith("pool_boy_awx_")} == variables
    assert f"pip install '{PACKAGES_WITH_AWX}'" in guide
    example = yaml.safe_load(block("awx.rst", "lock_repositories.yml"))
    assert {*example} <= variables
    assert all({*repository} == {"name", "variables"} for repository in example["pool_boy_awx_lock_repos"])
    (collection,) = yaml.safe_load(block("awx.rst", "collections/requirements.yml"))["collections"]
    assert collection["version"] == yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["pool_boy_awx_lock_repos", "POOL_REPO"]),
        (
            {"POOL_REPO": "git@git.example.com:locks.git", "POOL_REPO_SSH_PRIVATE_KEY": "k"},
            ["pool_boy_awx_known_hosts"],
        ),
        ({"POOL_REPO": "https://boy:s3cret@git.example.com/locks"}, ["the lock repository locks must have no address"]),
        ({"POOL_REPO": "https://s3cret@git.example.com/locks"}, ["the lock repository locks must have no address"]),
    ],
)
def test_what_is_missing_or_secret_is_named_first(awx: Awx, environment: dict[str, str], words: list[str]) -> None:
    before = awx.controller.writes
    run = set_up(awx.place, awx.controller, environment, "-vvvv")
    assert run.code != 0
    assert all(word in " ".join(run.said.split()) for word in words), run.said
    assert "s3cret" not in run.said
    assert awx.controller.writes == before


def test_a_misspelt_variable_is_refused(awx: Awx) -> None:
    before = awx.controller.writes
    repositories = [{"name": "locks", "variables": {"pool_boy_repo": "/srv/locks", "pool_boy_exclud": ["aws/*"]}}]
    more = {"pool_boy_awx_lock_repos": repositories, "pool_boy_awx_imgae": "x"}
    run = set_up(awx.place, awx.controller, {}, **more)
    assert run.code != 0
    assert "There is no variable pool_boy_awx_imgae, pool_boy_exclud. Correct" in " ".join(run.said.split())
    assert awx.controller.writes == before
