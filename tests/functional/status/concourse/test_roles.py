# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions: viewer suffices, a missing role fails with a message, and no holder is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.chains import STORIES
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import (
    CHAIN,
    Look,
    assert_says,
    hand_off,
    login,
    refusal,
)
from ansible_collections.poolboy.concourse.tests.scene import Scene

ADMIN = {"concourse_username": "admin", "concourse_password": "admin-pa55word"}
ANONYMOUS = {"concourse_username": None, "concourse_password": None}


@pytest.fixture
def stories(scene: Scene) -> dict[str, str]:
    """Set up each state of a lock in its own pipeline, and a running one; return the correct verdicts by lock."""
    truths = {}
    for story, truth in STORIES.items():
        name = story.__name__
        scene.atc.set_pipeline(f"main/{name}", CHAIN)
        scene.locks.add("aws", name, at=scene.now)
        story(scene, f"main/{name}", f"aws/{name}")
        truths[f"aws/{name}"] = truth
    scene.locks.add("aws", "running", at=scene.now)
    scene.claim(scene.start("main/at_work", "claim"), "env", "aws/running")
    return truths | {"aws/running": "running"}


def test_a_viewer_learns_what_an_owner_learns(stories: dict[str, str], scene: Scene, look: Look) -> None:
    as_viewer, as_owner = look(**login(scene)), look(**login(scene, **ADMIN))
    assert as_viewer.verdicts == stories
    assert as_viewer.answer == as_owner.answer


@pytest.mark.parametrize("kind", ["client", "token"])
def test_other_logins_with_that_role(kind: str, stories: dict[str, str], scene: Scene, look: Look) -> None:
    scene.atc.set_client("bot", "b0t-s3cret")
    scene.atc.set_team("main", {"owner": ["local:admin"], "viewer": ["client:bot"]})
    logins: dict[str, dict[str, Any]] = {
        "client": {"concourse_client_id": "bot", "concourse_client_secret": "b0t-s3cret"},
        "token": {"concourse_token": scene.atc.issue_token("client:bot")},
    }
    assert look(**login(scene, **ANONYMOUS, **logins[kind])).verdicts == stories


def test_a_login_without_a_role_sees_only_exposed_pipelines(stories: dict[str, str], scene: Scene, look: Look) -> None:
    run = look(**login(scene, **ANONYMOUS))
    assert run.verdicts == dict.fromkeys(stories, "unreachable")
    assert all("requires a login" in lock["reason"] for lock in run.locks.values())
    assert not any(lock["releasable"] for lock in run.locks.values())


def test_of_an_exposed_pipeline_nobody_sees_all_but_the_next_inputs(
    stories: dict[str, str], scene: Scene, look: Look
) -> None:
    for story in STORIES:
        scene.atc.expose_pipeline(f"main/{story.__name__}")
    run = look(**login(scene, **ANONYMOUS))
    for name, verdict in run.verdicts.items():
        assert verdict in (stories[name], "unreachable"), run.locks[name]["reason"]
    told = {name for name, verdict in run.verdicts.items() if verdict != "unreachable"}
    assert told >= {"aws/at_work", "aws/running"}
    assert run.verdicts["aws/waiting_for_a_person"] == "unreachable"
    assert scene.atc.requests(path="/sky/") == []


def test_a_role_in_another_team_only(stories: dict[str, str], scene: Scene, look: Look) -> None:
    scene.atc.set_team("ops", {"viewer": ["local:pool-boy"]})
    scene.atc.set_team("main", {"owner": ["local:admin"]})
    scene.atc.set_pipeline("ops/chain", CHAIN)
    scene.locks.add("aws", "of-ops", at=scene.now)
    hand_off(scene, "aws/of-ops", pipeline="ops/chain")
    run = look(**login(scene))
    assert run.verdicts == dict.fromkeys(stories, "unreachable") | {"aws/of-ops": "handed_off"}
    assert_says(run.locks["aws/running"]["reason"], ["403", "no role there"])


def test_no_role_at_all(stories: dict[str, str], scene: Scene, look: Look) -> None:
    scene.atc.set_team("main", {"owner": ["local:admin"]})
    words = ["knows user 'pool-boy'", "no role in any team", "fly set-team", "viewer"]
    assert_says(refusal(look(**login(scene))), words)


VARIABLES = {"branch": "feature/login form", "number": 9000, "deep": {"flag": True}}
CLAIMS = {
    # As Concourse 8.1 and newer write it, as 8.0 wrote it, and as the pool resource 1.7 did.
    "typed": "claiming: {lock}\nBuild URL: {page}"
    "?vars.branch=%22feature%2Flogin+form%22&vars.deep.flag=true&vars.number=9000 ",
    "untyped": "claiming: {lock}\nBuild URL: {page}"
    "?vars.branch=feature%2Flogin+form&vars.deep=map%5Bflag%3Atrue%5D&vars.number=9000 ",
    "prefix": 'main/chain/{{"branch":"feature/login form","deep":{{"flag":true}},"number":9000}}/claim build 1'
    " claiming: {lock}",
}


@pytest.mark.parametrize("form", CLAIMS)
def test_instances_of_a_pipeline(form: str, scene: Scene, look: Look) -> None:
    """The build of the right instance is found; build 1 of the other instance and the plain pipeline failed."""
    others: list[dict[str, Any] | None] = [None, {**VARIABLES, "number": 9001}, {**VARIABLES, "number": "9000x"}]
    for variables in (VARIABLES, *others):
        scene.atc.set_pipeline("main/chain", CHAIN, instance_vars=variables)
    for variables in others:
        build = scene.atc.trigger("main/chain", "claim", instance_vars=variables)["id"]
        scene.atc.schedule()
        scene.atc.finish(build, "failed")
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.atc.trigger("main/chain", "claim", instance_vars=VARIABLES)["id"]
    scene.atc.schedule()
    page = f"{scene.atc.url}/teams/main/pipelines/chain/jobs/claim/builds/1"
    commit = scene.locks.claim("aws", "env-1", message=CLAIMS[form].format(lock="env-1", page=page), at=scene.now)
    scene.atc.put(build, "env", {"ref": commit})
    running = look(**login(scene))
    assert running.verdicts == {"aws/env-1": "running"}
    assert running.locks["aws/env-1"]["holder"]["instance_vars"] == VARIABLES
    scene.wait(60)
    scene.finish(build, "succeeded")
    scene.wait(60)
    assert look(**login(scene)).verdicts == {"aws/env-1": "handed_off"}
    scene.atc.finish(scene.atc.list_builds(job="deploy", status="started")[0]["id"], "errored")
    assert look(**login(scene)).verdicts == {"aws/env-1": "leaked"}


def test_lists_that_are_missing_are_no_evidence_of_an_instance(scene: Scene, look: Look) -> None:
    """Only a login that sees all pipelines of the team can match a claim without types."""
    scene.atc.set_pipeline("main/chain", CHAIN, instance_vars=VARIABLES, public=True)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.atc.trigger("main/chain", "claim", instance_vars=VARIABLES)["id"]
    page = f"{scene.atc.url}/teams/main/pipelines/chain/jobs/claim/builds/1"
    scene.locks.claim("aws", "env-1", message=CLAIMS["untyped"].format(lock="env-1", page=page), at=scene.now)
    assert build
    run = look(**login(scene, **ANONYMOUS))
    assert run.verdicts == {"aws/env-1": "unreachable"}
    assert "only the exposed pipelines" in run.locks["aws/env-1"]["reason"]
    for kind, fields in (("html", {}), ("status", {"status": 500}), ("cut_json", {})):
        scene.atc.clear_faults()
        scene.atc.add_fault(kind, path="/teams/main/pipelines$", **fields)
        assert look(**login(scene)).verdicts == {"aws/env-1": "unreachable"}
