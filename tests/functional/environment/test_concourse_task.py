# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Concourse task: its command with the image's files and packages in an otherwise empty environment."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from ansible_collections.poolboy.concourse.tests.functional.environment.container import Image, copies, instructions
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import block
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.running import Run, short_folder
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_ssh

FOLDER = CHECKOUT / "concourse"
# The published fingerprints, which ssh shows at the first connection.
FINGERPRINTS = {
    "bitbucket.org": "SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
    "github.com": "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
    "gitlab.com": "SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
}
# The parameters of the replaced tool; pipelines set all of them.
OLD = {
    "CONCOURSE_BASE_URL",
    "CONCOURSE_USERNAME",
    "CONCOURSE_PASSWORD",
    "POOL_REPO",
    "POOL_REPO_SSH_PRIVATE_KEY",
    "POOLS",
}

IN_THE_IMAGE = {"extra": "", "python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}

Task = Callable[..., Run]


def load(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture
def task(image: Image, tmp_path: Path) -> Task:
    """Run the task with these parameters added to task.yml's, or the given config; it must leave no files."""

    def run(config: dict[str, Any] | None = None, **parameters: Any) -> Run:
        work, temporary = tmp_path / "work", short_folder(run)
        work.mkdir(exist_ok=True)
        config = config or load("task.yml")
        config = {**config, "params": {**config["params"], **parameters}}
        done = image.run_task(config, work, {"TMPDIR": str(temporary)})
        assert [*temporary.iterdir()] == []
        return done

    return run


def login(scene: Scene) -> dict[str, str]:
    return {
        "CONCOURSE_BASE_URL": scene.atc.url,
        "CONCOURSE_USERNAME": "pool-boy",
        "CONCOURSE_PASSWORD": "demo",
        "POOL_REPO": scene.repo,
        "POOLS": "aws,cf/fresh:120",
    }


def test_a_pipeline_of_the_old_tool_runs_with_the_new_image(task: Task, scene: Scene) -> None:
    """Run the config of those pipelines over ssh, without the image."""
    with serve_ssh(scene.locks.path.parent) as ssh:
        config = {
            "platform": "linux",
            "run": {"path": "/usr/local/bin/pool_boy.sh"},
            "params": {
                **login(scene),
                "POOL_REPO": ssh.url("locks.git"),
                "POOL_REPO_SSH_PRIVATE_KEY": ssh.key.private,
            },
        }
        assert {*config["params"]} == OLD
        stranger = task(config)
        assert stranger.code != 0
        assert "host key" in stranger.said
        run = task(config, POOL_REPO_KNOWN_HOSTS=ssh.known_hosts.read_text())
        assert not any(line in run.said + stranger.said for line in ssh.key.private.splitlines()[1:-1])
    assert run.code == 0, run.said
    assert re.search(r"^ *cf/fresh +big-2 +release +errored ", run.stdout, flags=re.MULTILINE)
    tree = scene.locks.tree()
    assert {b"cf/fresh/unclaimed/big-2", b"cf/fresh/unclaimed/big-3", b"aws/claimed/env-3"} <= {*tree}


def test_check_only_reports_and_the_cache_serves_the_next_build(task: Task, scene: Scene, tmp_path: Path) -> None:
    before = scene.locks.tree()
    run = task(**login(scene), CHECK=True, STALE_TIMEOUT=1440)
    assert run.code == 0, run.said
    assert re.search(r"^ *aws +env-1 +keep +leaked ", run.stdout, flags=re.MULTILINE)
    assert re.search(r"^ *cf/fresh +big-2 +release +errored ", run.stdout, flags=re.MULTILINE)
    assert scene.locks.tree() == before
    assert [*(tmp_path / "work" / "pool-boy-cache").rglob("mirror.git")] != []


def test_a_round_with_the_options_of_the_guide_starts_builds_too(task: Task, scene: Scene) -> None:
    scene.atc.set_team("main", {"pipeline-operator": ["local:pool-boy"]})
    shown = yaml.safe_load(block("concourse_task.rst", "start builds for free locks"))
    for pool, name in zip(shown["OPTIONS"]["pool_boy_pools"], ["aws", "cf/fresh"], strict=True):
        pool["name"] = name
    shown["OPTIONS"]["pool_boy_pools"][0]["job"] = "main/shop/claim-env"
    run = task(**{**login(scene), "POOLS": None, **shown})
    assert run.code == 0, run.said
    tree = {*scene.locks.tree()}
    assert {b"aws/unclaimed/env-1", b"cf/fresh/unclaimed/big-2", b"aws/claimed/env-3"} <= tree
    # One build for each free lock of the pool: two were free, one was released.
    assert len(scene.atc.list_builds(job="claim-env")) == 3 + 3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"PLAYBOOK": "wash"}, ["PLAYBOOK is 'wash'", "clean status trigger pool_boy"]),
        ({"CHECK": "yes"}, ["CHECK is 'yes'", "true or false"]),
        ({"STALE_TIMEOUT": "1h"}, ["STALE_TIMEOUT is '1h'", "minutes"]),
        ({"OPTIONS": ["preset"]}, ["OPTIONS", "dictionary"]),
        ({}, ["missing required arguments", "repo"]),
    ],
)
def test_bad_parameters_are_named(task: Task, parameters: dict[str, Any], words: list[str]) -> None:
    run = task(**parameters)
    assert run.code != 0
    assert all(word in run.said for word in words), run.said


def test_a_task_that_starts_as_root_continues_as_the_user_of_the_image(image: Image, tmp_path: Path) -> None:
    """It hands over its cache first. The user is that of the Dockerfile, which this machine need not have."""
    programs = tmp_path / "programs"
    programs.mkdir()
    # Here nobody changes: setpriv only marks that it was called, and what it starts is no root any more.
    scripts = {
        "id": 'test "$*" = pool-boy && exit; test -e {0}/dropped && echo 65532 || echo 0',
        "chown": 'echo "chown $*"',
        "setpriv": 'echo "setpriv $*"; touch {0}/dropped; shift 3; exec "$@"',
        "ansible-playbook": 'echo "in $XDG_CACHE_HOME"',
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script.format(programs)}\n")
        (programs / name).chmod(0o755)
    task = load("task.yml")
    assert task["run"]["user"] == "root"
    program = image.root / task["run"]["path"].lstrip("/")
    (tmp_path / "pool-boy-cache").mkdir()
    path = f"{programs}:/usr/bin:/bin"
    run = subprocess.run(
        [program],
        cwd=tmp_path,
        env={"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == [
        "chown -R pool-boy: pool-boy-cache",
        f"setpriv --reuid=pool-boy --regid=pool-boy --init-groups {program}",
        f"in {tmp_path}/pool-boy-cache",
    ]
    assert [rest for name, rest in instructions() if name == "USER"] == ["pool-boy"]


@pytest.mark.parametrize("has_cache", [True, False])
def test_without_a_cache_a_lock_that_is_gone_goes_by_the_age_of_its_claim(
    image: Image, tmp_path: Path, has_cache: bool
) -> None:
    """A cache that ends with the container must not count as one, because the time would start again each time."""
    task = load("task.yml")
    options = {"pool_boy_policy": {"gone": "stale"}}
    with Scene(tmp_path / "scene", now=int(time.time()) - 5 * 3600) as scene:
        scene.atc.set_user("pool-boy", "demo")
        scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
        scene.locks.add("gcp", "vm-1", at=scene.now)
        page = f"{scene.atc.url}/teams/main/pipelines/shop/jobs/no-more/builds/7"
        scene.locks.claim("gcp", "vm-1", message=f"claiming: vm-1\nBuild URL: {page}\n", at=scene.now)
        config = {**task, "params": {**task["params"], **login(scene), "POOLS": "gcp", "OPTIONS": options}}
        if not has_cache:
            del config["caches"]
        run = image.run_task(config, tmp_path, {"TMPDIR": str(short_folder(image))})
    assert run.code == 0, run.said
    action = "keep" if has_cache else "release"
    assert re.search(rf"^ *gcp +vm-1 +{action} +gone ", run.stdout, flags=re.MULTILINE), run.stdout


def test_the_image_copies_what_there_is_and_pins_what_it_installs(image: Image) -> None:
    given = [*instructions()]
    assert [rest for name, rest in given if name in ("ARG", "FROM")] == ["BASE=python:3.13-slim-bookworm", "${BASE}"]
    assert [name for name, _rest in given][-2:] == ["USER", "CMD"], "the image does not run as root"
    assert [source for _mode, source, _target in copies() if not (CHECKOUT / source).exists()] == []
    assert (image.root / "usr/local/bin/pool_boy.sh").stat().st_mode & 0o111
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line[:1] == "!"} == {source for _mode, source, _target in copies()}
    # pip must find every requirement among these packages.
    (pip,) = [rest for name, rest in given if name == "RUN" and rest.startswith("pip install")]
    assert {"--no-deps", "--require-hashes"} <= {*pip.split()}
    requirements = (FOLDER / "requirements.txt").read_text()
    pins = re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}\b", requirements, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", requirements, flags=re.MULTILINE)) > 10
    here = {_normal(name): version for name, version in pins}
    metadata = [*importlib.metadata.distributions(path=[str(path) for path in image.tools.parent.glob("lib/*/*")])]
    installed = {_normal(one.name): one for one in metadata}
    for name, version in here.items():
        assert installed[name].version == version
        assert _needs(installed[name]) <= {*here}


def test_system_packages_are_in_debian() -> None:
    """Look up the packages with apt, if the tests run on Debian."""
    (install,) = [rest for name, rest in instructions() if name == "RUN" and "apt-get install" in rest]
    names = re.findall(r" ([a-z][a-z-]+)(?= |$)", install.split("--no-install-recommends")[1].split("&&")[0])
    assert names == ["ca-certificates", "git", "openssh-client"]
    if not Path("/usr/bin/apt-cache").exists():
        pytest.skip("platform: no apt here")
    shown = subprocess.run(["apt-cache", "policy", *names], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^(\S+):$", shown, flags=re.MULTILINE) == names


def test_known_hosts_are_those_that_the_servers_publish() -> None:
    command = ["ssh-keygen", "-l", "-f", str(FOLDER / "known_hosts")]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {line.split()[2]: line.split()[1] for line in listed} == FINGERPRINTS


def test_the_task_and_the_pipeline_are_what_concourse_takes() -> None:
    task = load("task.yml")
    assert {*task["params"]} >= OLD
    assert {*task} == {"platform", "image_resource", "params", "caches", "run"}
    pipeline = load("pipeline.yml")
    (job,) = pipeline["jobs"]
    *gets, step = job["plan"]
    assert {get["get"] for get in gets} == {resource["name"] for resource in pipeline["resources"]}
    assert step["image"] in {get["get"] for get in gets}
    assert step["config"]["run"] == task["run"]
    assert step["config"]["caches"] == task["caches"]
    assert OLD <= {*step["config"]["params"]} <= {*task["params"]}
    (shown,) = yaml.safe_load(block("concourse_task.rst", "The task"))
    assert {**shown["config"], "params": task["params"]} == task
    assert {*shown["config"]["params"]} == OLD
    versions = {resource["source"].get("tag") for resource in [task["image_resource"], *pipeline["resources"]]}
    assert versions - {None} == {load("../galaxy.yml")["version"]}


def _needs(package: importlib.metadata.Distribution) -> set[str]:
    """Return a package's requirements in the image, without extras or other Python versions."""
    needs = [Requirement(line) for line in package.requires or []]
    return {_normal(need.name) for need in needs if need.marker is None or need.marker.evaluate(IN_THE_IMAGE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
