# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`in` and `out` of the resource type pool-boy: the files, the round, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Answer, Scripts
from ansible_collections.poolboy.concourse.tests.functional.resource.test_pool_boy_check import (
    SECRET,
    claim_and_error,
    source_of,
    with_job,
)
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_text
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_ssh

VERSION = {"digest": "0" * 16, "counter": "3", "time": "2026-01-01T00:00:00Z"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a build."""
    made = tmp_path / "build"
    made.mkdir()
    return made


def out(scripts: Scripts, source: dict[str, Any], folder: Path, **params: Any) -> Answer:
    run = scripts.run("out", {"source": source, "params": params}, str(folder), says_more=True)
    assert SECRET not in run.said
    return run


def values(run: Answer) -> dict[str, str]:
    return {one["name"]: one["value"] for one in run.value["metadata"]}


def test_in_writes_the_state_of_the_pools(pool_boy: Scripts, scene: Scene, folder: Path) -> None:
    """Also for an old version; nothing is changed."""
    claim_and_error(scene)
    scene.locks.add("aws", "env-2", at=scene.now)
    tip = scene.locks.tip()
    run = pool_boy.run("in", {"source": source_of(scene), "version": VERSION}, str(folder))
    assert run.value == {
        "version": VERSION,
        "metadata": [{"name": "errored", "value": "1"}, {"name": "free", "value": "1"}],
    }
    assert sorted(path.name for path in folder.iterdir()) == [
        "metrics.prom",
        "page.html",
        "report.txt",
        "status.json",
        "version.json",
    ]
    status = json.loads((folder / "status.json").read_text())
    assert {lock["name"]: lock["verdict"] for lock in status["locks"]} == {"env-1": "errored", "env-2": "free"}
    assert "errored" in (folder / "report.txt").read_text()
    assert "env-1" in (folder / "page.html").read_text()
    assert 'verdict="errored"' in (folder / "metrics.prom").read_text()
    assert scene.locks.tip() == tip
    assert not any(SECRET in path.read_text() for path in folder.iterdir())


def test_out_releases_and_starts_builds(pool_boy: Scripts, scene: Scene, folder: Path) -> None:
    """The metadata links to the builds; a second round has nothing to do."""
    claim_and_error(scene)
    run = out(pool_boy, with_job(scene), folder)
    assert run.code == 0, run.stderr
    assert run.value["version"] == {"digest": "put", "counter": "0"}
    said = values(run)
    assert f"{scene.atc.url}/teams/main/pipelines/ci/jobs/claim/builds/1" in said["released aws/env-1"]
    assert said["started ci/claim"] == f"{scene.atc.url}/teams/main/pipelines/ci/jobs/claim/builds/2"
    assert b"aws/unclaimed/env-1" in scene.locks.tree()
    assert "aws/env-1 was released" in run.stderr
    second = out(pool_boy, with_job(scene), folder)
    assert values(second) == {"did": "nothing: there was nothing to do"}
    assert len(scene.atc.list_builds(job="claim")) == 2


def test_a_clock_that_is_ahead_of_concourse_releases_nothing_early(
    pool_boy: Scripts, scene: Scene, folder: Path
) -> None:
    claim_and_error(scene)
    (ended,) = [build["end_time"] for build in scene.atc.list_builds(job="claim")]
    scene.atc.set_time(ended)
    scene.atc.change_settings(date="clock")
    run = out(pool_boy, source_of(scene), folder)
    assert values(run) == {"did": "nothing: there was nothing to do"}
    assert run.stderr.count("The clock of this machine is ") == 1
    assert b"aws/claimed/env-1" in scene.locks.tree()


def test_out_returns_the_version_that_started_its_build(pool_boy: Scripts, scene: Scene, folder: Path) -> None:
    """So that the put is no new version, which would start the job again."""
    claim_and_error(scene)
    (version,) = pool_boy.check(source_of(scene))
    (folder / "pools").mkdir()
    pool_boy.run("in", {"source": source_of(scene), "version": version}, str(folder / "pools"))
    assert out(pool_boy, source_of(scene), folder).value["version"] == version
    (folder / "other").mkdir()
    pool_boy.run("in", {"source": source_of(scene), "version": VERSION}, str(folder / "other"))
    assert out(pool_boy, source_of(scene), folder).value["version"]["digest"] == "put"
    (folder / "other" / "version.json").write_text("{")
    assert out(pool_boy, source_of(scene), folder).value["version"] == version


@pytest.mark.parametrize(
    ("params", "is_released", "starts"),
    [
        ({"clean": False}, False, 0),
        ({"trigger": False}, True, 0),
        ({"dry_run": True}, False, 0),
        ({"pools": ["aws"]}, True, 1),
        ({"max_releases": 1}, True, 1),
        ({"clean": "true", "pools": "aws"}, True, 1),
    ],
)
def test_params(
    pool_boy: Scripts, scene: Scene, folder: Path, params: dict[str, Any], is_released: bool, starts: int
) -> None:
    claim_and_error(scene)
    run = out(pool_boy, with_job(scene), folder, **params)
    assert run.code == 0, run.stderr
    assert (b"aws/unclaimed/env-1" in scene.locks.tree()) == is_released
    assert len(scene.atc.list_builds(job="claim")) == 1 + starts
    if params.get("dry_run"):
        assert {"would be released aws/env-1", "would be started ci/claim"} >= {*values(run)}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"cleen": True}, "cleen is not an option"),
        ({"clean": "perhaps"}, "clean is 'perhaps', which is not true or false"),
        ({"pools": ["gcp"]}, "pools names gcp; the source has: aws"),
        ({"max_releases": "all"}, "max_releases is 'all'"),
        ({"max_releases": 0}, "max_releases is 0"),
        ({"trigger": True}, "pools names no pool"),
    ],
)
def test_wrong_params_are_named_before_anything_is_done(
    pool_boy: Scripts, scene: Scene, folder: Path, params: dict[str, Any], words: str
) -> None:
    claim_and_error(scene)
    tip = scene.locks.tip()
    run = pool_boy.run("out", {"source": source_of(scene), "params": params}, str(folder))
    assert run.code == 1
    assert words in run.stderr
    assert scene.locks.tip() == tip


def test_a_failed_round_says_what_it_did(pool_boy: Scripts, scene: Scene, folder: Path) -> None:
    """The lock is released although no build can be started; the build fails."""
    claim_and_error(scene)
    missing = source_of(scene, pools=[{"name": "aws", "job": "main/ci/gone"}])
    run = out(pool_boy, missing, folder)
    assert run.code == 1
    assert "aws/env-1 was released" in run.stderr
    assert "trigger: Pool aws: " in run.stderr.splitlines()[-1]
    claim_and_error(scene, "env-2")
    claim_and_error(scene, "env-3")
    # The commit of the release is later than the claims in the time of the scene, and their ages count from it.
    limited = out(pool_boy, source_of(scene, grace=0), folder, max_releases=1)
    assert limited.code == 1
    assert "max_releases allows 1" in limited.stderr


def test_out_over_ssh_commits_as_git_config_says(pool_boy: Scripts, scene: Scene, folder: Path) -> None:
    claim_and_error(scene)
    config = [{"name": "user.name", "value": "Pool Bot"}, {"name": "user.email", "value": "bot@example.com"}]
    with serve_ssh(scene.locks.path.parent) as ssh:
        source = source_of(scene, uri=ssh.url("locks.git"), private_key=ssh.key.private, git_config=config)
        run = out(pool_boy, source, folder)
    assert run.code == 0, run.stderr
    assert git_text("log", "-1", "--format=%an <%ae>", "main", folder=scene.locks.path) == "Pool Bot <bot@example.com>"


@pytest.mark.parametrize("script", ["in", "out"])
def test_a_missing_folder_and_a_bad_source(pool_boy: Scripts, scene: Scene, folder: Path, script: str) -> None:
    assert "folder is missing" in pool_boy.run(script, {"source": source_of(scene)}).stderr
    bad = pool_boy.run(script, {"source": source_of(scene, pools=["gcp"])}, str(folder), says_more=True)
    assert bad.code == 1
    assert "no pool gcp" in bad.stderr
    assert [*folder.iterdir()] == []
