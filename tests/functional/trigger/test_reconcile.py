# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One build for each free lock: what counts, and what does not."""

from __future__ import annotations

from ...scene import Scene
from .runs import CONFIG, Trigger, add_locks, builds, counts, pool_of, started
from .triggerer import Triggerer


def test_one_build_for_each_free_lock_and_no_more_later(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    first = trigger()
    assert counts(first) == ("triggered", 3, 0, 3, 3)
    assert first.values["changed"] is True
    assert started(first) == builds(scene)
    second = trigger()
    assert counts(second) == ("satisfied", 3, 3, 0, 0)
    assert second.values["changed"] is False
    assert second.values["triggered"] == []
    assert second.values["commit"] == scene.locks.commit_of("main")
    add_locks(scene, "env-4")
    assert counts(trigger()) == ("triggered", 4, 3, 1, 1)
    assert len(builds(scene)) == 4


def test_the_values_of_a_build(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    run = trigger()
    (build,) = builds(scene)
    assert run.values["triggered"] == [
        {
            "pool": "aws",
            "team": "main",
            "pipeline": "ci",
            "instance_vars": None,
            "job": "claim",
            "build": "1",
            "id": build,
            "url": scene.page(build),
        }
    ]
    assert scene.page(build) in "\n".join(run.values["report"])


def test_an_empty_pool_needs_nothing(scene: Scene, trigger: Trigger) -> None:
    run = trigger()
    assert counts(run) == ("satisfied", 0, 0, 0, 0)
    assert pool_of(run)["reason"] == "no lock is free"


def test_a_build_that_holds_a_lock_does_not_count(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2")
    first, second = started(trigger())
    scene.claim(first, "env", "aws/env-1")
    assert counts(trigger()) == ("satisfied", 1, 1, 0, 0)
    scene.claim(second, "env", "aws/env-2")
    add_locks(scene, "env-3")
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)


def test_a_build_that_has_released_its_lock_does_not_count(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    (build,) = started(trigger())
    scene.wait(60)
    scene.claim(build, "env", "aws/env-1")
    scene.wait(60)
    scene.release(build, "env", "aws/env-1")
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)


def test_a_build_that_moved_its_lock_on_does_not_count(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    (build,) = started(trigger())
    scene.claim(build, "env", "aws/env-1")
    scene.locks.move("aws", "env-1", "gcp", state="claimed", to_state="unclaimed", at=scene.now)
    add_locks(scene, "env-2")
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)


def test_claims_of_others_are_not_the_builds(scene: Scene, trigger: Trigger) -> None:
    """Claims of a person, of another job, and of the same name in another Concourse, team and time."""
    add_locks(scene, *(f"env-{number}" for number in range(1, 7)))
    scene.locks.claim("aws", "env-1", message="manually claim env-1", at=scene.now)
    other = scene.start("main/ci", "other")
    scene.claim(other, "env", "aws/env-2")
    url = f"{scene.atc.url}/teams/main/pipelines/ci/jobs/claim/builds/1"
    before = scene.now - 600
    scene.locks.claim("aws", "env-3", message=f"claiming: env-3\nBuild URL: {url} ", at=before)
    for lock, page in (
        ("env-4", "https://other.example.com/teams/main/pipelines/ci/jobs/claim/builds/1"),
        ("env-5", url.replace("teams/main", "teams/ops")),
    ):
        scene.locks.claim("aws", lock, message=f"claiming: {lock}\nBuild URL: {page} ", at=scene.now)
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)
    assert counts(trigger()) == ("satisfied", 1, 1, 0, 0)


def test_a_build_whose_pipeline_was_renamed_has_claimed(scene: Scene, trigger: Trigger) -> None:
    """Its claim names it as it was called then; it would count as waiting, and a free lock get no build, for hours."""
    add_locks(scene, "env-1")
    (build,) = started(trigger())
    scene.claim(build, "env", "aws/env-1")
    scene.atc.rename_pipeline("main/ci", "environments")
    add_locks(scene, "env-2")
    assert counts(trigger([{"name": "aws", "job": "main/environments/claim"}])) == ("triggered", 1, 0, 1, 1)


def test_claims_that_name_no_build(scene: Scene, trigger: Trigger) -> None:
    """Before Concourse 8.0, a pool resource since 1.8 writes an empty URL; the outputs of the build name the claim."""
    add_locks(scene, "env-1", "env-2", "env-3")
    first, _second, _third = started(trigger())
    message = "claiming: env-1\nBuild URL: "
    commit = scene.locks.claim("aws", "env-1", message=message, at=scene.now)
    scene.atc.put(first, "env", {"ref": commit})
    assert counts(trigger()) == ("satisfied", 2, 2, 0, 0)


def test_old_formats(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2")
    started(trigger())
    scene.locks.claim("aws", "env-1", message="main/ci/claim build 1 claiming: env-1", at=scene.now)
    scene.locks.claim("aws", "env-2", message="ci/claim build 2 claiming: env-2", at=scene.now)
    add_locks(scene, "env-3", "env-4")
    assert counts(trigger()) == ("triggered", 2, 0, 2, 2)


def test_pending_builds_count(scene: Scene, trigger: Trigger) -> None:
    scene.atc.change_settings(auto_schedule=False)
    add_locks(scene, "env-1", "env-2")
    scene.atc.trigger("main/ci", "claim")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)
    run = trigger()
    assert counts(run) == ("satisfied", 2, 2, 0, 0)
    assert pool_of(run)["pending"] == 2


def test_folders_and_locks_in_both_states_are_not_free(scene: Scene, trigger: Trigger) -> None:
    scene.locks.commit(
        {"aws/unclaimed/folder/file": b"", "aws/unclaimed/twice": b"", "aws/claimed/twice": b"", "aws/README": b""}
    )
    assert counts(trigger()) == ("satisfied", 0, 0, 0, 0)


def test_max_triggers_limits_all_pools_together(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "a-1", "a-2", "a-3")
    add_locks(scene, "g-1", "g-2", pool="cf/fresh")
    pools = [{"name": "aws", "job": "main/ci/claim"}, {"name": "cf/fresh", "job": "main/ci/other"}]
    first = trigger(pools, max_triggers=4)
    assert counts(first, "aws") == ("triggered", 3, 0, 3, 3)
    assert counts(first, "cf/fresh") == ("limited", 2, 0, 2, 1)
    assert counts(trigger(pools, max_triggers=4), "cf/fresh") == ("triggered", 2, 1, 1, 1)
    assert (len(builds(scene)), len(builds(scene, "other"))) == (3, 2)


def test_an_instanced_pipeline(scene: Scene, trigger: Trigger) -> None:
    variables = {"cloud": "aws", "nested": {"number": 1}}
    scene.atc.set_pipeline("main/deploy", CONFIG, instance_vars=variables)
    add_locks(scene, "env-1", "env-2")
    job = {"team": "main", "pipeline": "deploy", "job": "claim", "instance_vars": variables}
    run = trigger([{"name": "aws", "job": job}])
    assert counts(run) == ("triggered", 2, 0, 2, 2)
    assert run.values["triggered"][0]["instance_vars"] == variables
    assert pool_of(run)["instance_vars"] == variables
    build = started(run)[0]
    page = f"{scene.atc.url}/teams/main/pipelines/deploy/jobs/claim/builds/1"
    query = "vars.cloud=%22aws%22&vars.nested.number=1"
    commit = scene.locks.claim("aws", "env-1", message=f"claiming: env-1\nBuild URL: {page}?{query} ", at=scene.now)
    scene.atc.put(build, "env", {"ref": commit})
    assert counts(trigger([{"name": "aws", "job": job}])) == ("satisfied", 1, 1, 0, 0)


def test_a_resource_check(scene: Scene, triggerer: Triggerer, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    run = trigger(resource_check=True)
    assert pool_of(run)["checked"] == ["env"]
    (check,) = scene.atc.requests(method="POST", path="/resources/")
    assert (check["path"], check["status"]) == ("/api/v1/teams/main/pipelines/ci/resources/env/check", 201)
    assert pool_of(trigger(resource_check=True))["checked"] == []
    add_locks(scene, "env-2")
    run = trigger([{"name": "aws", "job": "main/ci/claim", "resource": "envs"}], resource_check=True)
    assert len(started(run)) == 1
    assert pool_of(run)["checked"] == []
    assert "Resource envs of pool aws was not checked" in triggerer.warnings[0]
