# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds, pipelines and resources of the emulator beyond what the recording shows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

P = "main/p"


def pipeline(*jobs: str, **source: Any) -> dict[str, Any]:
    """Return a pipeline in which each job claims a lock in a step `claimed` and releases it in a hook."""
    steps = [
        {"in_parallel": {"steps": [{"put": "claimed", "resource": "lock"}, {"get": "news", "resource": "lock"}]}},
        {"do": [{"try": {"task": "t"}, "ensure": {"put": "lock"}}]},
    ]
    resources = [{"name": "lock", "type": "pool", "source": source}]
    return {"resources": resources, "jobs": [{"name": name, "plan": steps} for name in jobs]}


def test_nested_steps_and_step_names(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, pipeline("j"))
    found = admin.get("teams/main/pipelines/p/jobs/j")
    assert found["inputs"] == [{"name": "news", "resource": "lock", "trigger": False}]
    assert found["outputs"] == [{"name": "claimed", "resource": "lock"}, {"name": "lock", "resource": "lock"}]


def test_resources_of_a_build_are_listed_by_step(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, pipeline("j"))
    atc.save_version(P, "lock", {"ref": "v1"})
    build = atc.trigger(P, "j")["id"]
    assert admin.get(f"builds/{build}/resources")["inputs"] == [
        {"name": "news", "version": {"ref": "v1"}, "pipeline_id": 1, "first_occurrence": True}
    ]
    atc.put(build, "claimed", {"ref": "v1"})
    outputs = [{"name": "claimed", "version": {"ref": "v1"}}]
    assert admin.get(f"builds/{build}/resources") == {"inputs": [], "outputs": outputs}


def test_versions_belong_to_the_source(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, pipeline("j", key="old"))
    build = atc.record_build(P, "j", status="started", inputs=[], outputs=[{"name": "lock", "version": {"ref": "v1"}}])
    versions = "teams/main/pipelines/p/resources/lock/versions"
    assert len(admin.get(versions)) == 1
    atc.set_pipeline(P, pipeline("j", key="rotated"))
    assert admin.get(versions) == []
    assert admin.get(f"builds/{build['id']}/resources") == {"inputs": [], "outputs": []}
    atc.set_pipeline(P, pipeline("j", key="old"))
    assert len(admin.get(versions)) == 1


def test_a_removed_job_keeps_its_builds(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, pipeline("j", "other"))
    build = atc.record_build(P, "j", inputs=[], id=70)["id"]
    with pytest.raises(ValueError, match="build 70 already exists"):
        atc.record_build(P, "j", id=70)
    atc.set_pipeline(P, pipeline("other"))
    assert admin.status("teams/main/pipelines/p/jobs/j/builds/1") == 404
    assert admin.get(f"builds/{build}")["job_name"] == "j"
    atc.set_pipeline(P, pipeline("j"))
    again = atc.record_build(P, "j", inputs=[])
    assert (again["id"], again["name"]) == (71, "2")


def test_renamed_teams_and_pipelines(atc: Emulator, admin: ApiClient) -> None:
    atc.set_team("a", {})
    atc.set_pipeline("a/p", pipeline("j"))
    build = atc.record_build("a/p", "j", inputs=[])["id"]
    atc.rename_team("a", "b")
    atc.rename_pipeline("b/p", "q")
    shown = admin.get(f"builds/{build}")
    assert (shown["team_name"], shown["pipeline_name"]) == ("b", "q")
    assert admin.status("teams/a/pipelines/p/jobs/j/builds/1") == 404
    assert admin.status("teams/b/pipelines/q/jobs/j/builds/1") == 200


def test_next_build_is_the_oldest_active_one(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, {"jobs": [{"name": "j", "plan": []}]})
    first = atc.record_build(P, "j", status="failed")["id"]
    latest = atc.record_build(P, "j", status="failed")["id"]
    atc.rerun(first)
    assert admin.get("teams/main/pipelines/p/jobs/j")["next_build"] is None
    rerun = atc.rerun(latest)["id"]
    assert admin.get("teams/main/pipelines/p/jobs/j")["next_build"]["id"] == rerun
    assert admin.get("teams/main/pipelines/p/jobs")[0]["finished_build"]["id"] == latest
    atc.finish(rerun, "succeeded")
    summary = admin.get("teams/main/pipelines/p/jobs")[0]
    assert (summary["finished_build"]["id"], summary["transition_build"]["id"]) == (rerun, rerun)


def test_an_aborted_build_ends_at_once_or_after_its_hooks(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, {"jobs": [{"name": "j", "plan": []}]})
    atc.change_settings(abort_ends_builds=False)
    build = atc.trigger(P, "j")["id"]
    assert admin.status(f"builds/{build}/abort", "PUT") == 204
    assert admin.get(f"builds/{build}")["status"] == "started"
    atc.finish(build, "aborted")
    atc.change_settings(abort_ends_builds=True)
    other = atc.trigger(P, "j")["id"]
    admin.status(f"builds/{other}/abort", "PUT")
    assert admin.get(f"builds/{other}")["status"] == "aborted"


def test_one_off_builds_have_no_job_and_belong_to_their_team(atc: Emulator, admin: ApiClient) -> None:
    atc.set_team("other", {"viewer": ["local:eve"]})
    build = atc.create_one_off("main")
    assert "job_name" not in build
    assert "pipeline_name" not in build
    assert admin.status(f"builds/{build['id']}") == 200
    assert ApiClient(atc, "local:eve").status(f"builds/{build['id']}") == 403
    assert ApiClient(atc, None).status(f"builds/{build['id']}") == 401


def test_names_with_slashes_spaces_and_plus_signs(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/a/b c", {"jobs": [{"name": "x+y/z", "plan": []}]})
    atc.record_build("main/a/b c", "x+y/z")
    assert admin.status("teams/main/pipelines/a%2Fb%20c/jobs/x%2By%2Fz/builds/1") == 200
    assert admin.status("teams/main/pipelines/a%2Fb+c/jobs/x%2By%2Fz/builds/1") == 200
    assert admin.status("teams/main/pipelines/a%2Fb%20c/jobs/x+y%2Fz/builds/1") == 404


def test_instance_variables_must_match_in_type_too(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, {"jobs": []}, instance_vars={"flag": True, "list": [1, "2"]})
    for wanted, status in [
        ('{"flag":true,"list":[1,"2"]}', 200),
        ('{"flag":1,"list":[1,"2"]}', 404),
        ('{"flag":true,"list":[1,2]}', 404),
    ]:
        assert admin.status("teams/main/pipelines/p", params={"vars": wanted}) == status


def test_preparation_of_public_builds(atc: Emulator) -> None:
    atc.set_pipeline(P, {"jobs": [{"name": "open", "public": True}, {"name": "closed"}]}, public=True)
    builds = [atc.trigger(P, name)["id"] for name in ("open", "closed")]
    anybody = ApiClient(atc, None)
    assert [anybody.status(f"builds/{build}/preparation") for build in builds] == [200, 401]


def test_a_check_finds_offered_versions(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline(P, pipeline("j"))
    atc.offer_version(P, "lock", {"ref": "v1"}, metadata={"lock_name": "env-1"})
    versions = "teams/main/pipelines/p/resources/lock/versions"
    assert admin.get(versions) == []
    check = admin.request("teams/main/pipelines/p/resources/lock/check", "POST", json={"from": None})
    assert (check.status_code, check.json()["status"]) == (201, "started")
    assert admin.get(f"builds/{check.json()['id']}")["status"] == "succeeded"
    assert admin.get(versions)[0]["metadata"] == [{"name": "lock_name", "value": "env-1"}]
    assert admin.get(versions, filter=["ref:v1", "no:such"]) == []


def test_roles_apply_to_the_next_request(atc: Emulator) -> None:
    atc.set_team("ops", {"viewer": ["local:bob"]})
    atc.set_pipeline("ops/p", {"jobs": [{"name": "j", "plan": []}]})
    bob, path = ApiClient(atc, "local:bob"), "teams/ops/pipelines/p/jobs/j/builds"
    assert bob.status(path, "POST") == 403
    atc.set_team("ops", {"pipeline-operator": ["local:bob"]})
    assert bob.status(path, "POST") == 200
    atc.set_team("ops", {})
    assert (bob.status(path), bob.status("teams/ghost/builds")) == (403, 403)
