# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an emulated Concourse answers after renames, removed jobs and archived pipelines, as a real 8.2.5 did."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

P = "main/p"
PIPELINE = "teams/main/pipelines/p"
SHA = {"ref": "943a32cc5052a640a90cc3eba2c1332928f70528"}


def get(name: str, *passed: str, **more: Any) -> dict[str, Any]:
    return {"get": name, **({"passed": list(passed)} if passed else {}), **more}


CLAIM = {"name": "claim", "plan": [{"put": "lock"}]}
GATE = {"name": "gate", "plan": [get("lock", "claim")]}


def set_jobs(atc: Emulator, *jobs: dict[str, Any], pipeline: str = P, **more: Any) -> None:
    described = [{"name": "lock", "type": "my-pool", "source": {"uri": "x"}}]
    atc.set_pipeline(pipeline, {"resources": described, "jobs": list(jobs)}, **more)


def claim(atc: Emulator, **version: str) -> int:
    """Run a build of `claim`; return its id."""
    put = {"name": "lock", "version": version or SHA}
    return int(atc.record_build(P, "claim", outputs=[put])["id"])


def makers(client: ApiClient, pipeline: str = "p") -> list[dict[str, Any]]:
    """Return the builds that put the version SHA, found by the version alone."""
    path = f"teams/main/pipelines/{pipeline}/resources/lock/versions"
    (version,) = client.get(path, filter=f"ref:{SHA['ref']}")
    found: list[dict[str, Any]] = client.get(f"{path}/{version['id']}/output_of")
    return found


def next_ref(client: ApiClient, job: str = "gate", pipeline: str = "p") -> str:
    inputs = client.get(f"teams/main/pipelines/{pipeline}/jobs/{job}/inputs")
    return str(inputs[0]["version"]["ref"])


def credible_404(client: ApiClient, path: str) -> bool:
    response = client.request(path)
    return response.status_code == 404 and "X-Concourse-Version" in response.headers


def test_all_resources_that_a_login_may_see(atc: Emulator, admin: ApiClient) -> None:
    for team in ("ops", "other"):
        atc.set_team(team, {"viewer": [f"local:{team}"]})
    set_jobs(atc, CLAIM)
    set_jobs(atc, CLAIM, pipeline="ops/i", instance_vars={"branch": "x"})
    set_jobs(atc, CLAIM, pipeline="ops/open", public=True)
    mine = {"name": "lock", "pipeline_id": 1, "pipeline_name": "p", "team_name": "main", "type": "my-pool"}
    instance = {"pipeline_id": 2, "pipeline_name": "i", "pipeline_instance_vars": {"branch": "x"}}
    theirs = {"name": "lock", **instance, "team_name": "ops", "type": "my-pool"}
    public = {**mine, "pipeline_id": 3, "pipeline_name": "open", "team_name": "ops"}
    assert admin.get("resources") == [mine, theirs, public]
    assert ApiClient(atc, "local:ops").get("resources") == [theirs, public]
    assert ApiClient(atc, "local:other").get("resources") == [public]
    atc.expose_pipeline("ops/open", public=False)
    assert ApiClient(atc, "local:nobody").get("resources") == []
    assert ApiClient(atc, "local:other").status(f"{PIPELINE}/resources") == 403


def test_resources_of_an_archived_pipeline_are_in_its_own_list_only(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM)
    atc.archive_pipeline(P)
    assert admin.get("resources") == []
    assert [found["name"] for found in admin.get(f"{PIPELINE}/resources")] == ["lock"]
    assert credible_404(admin, "teams/main/pipelines/ghost/resources")


def test_a_resource_that_is_no_longer_configured_is_not_listed(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM)
    atc.set_pipeline(P, {"resources": [{"name": "new", "type": "git"}], "jobs": []})
    assert [found["name"] for found in admin.get("resources")] == ["new"]
    assert [found["name"] for found in admin.get(f"{PIPELINE}/resources")] == ["new"]


def test_old_concourse_shows_no_pipeline_ids_of_resources(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM)
    atc.change_settings(version="6.7.0")
    assert admin.get("resources") == [
        {"name": "lock", "pipeline_name": "p", "team_name": "main", "type": "my-pool"},
    ]


def test_a_renamed_pipeline_keeps_builds_and_versions(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, GATE)
    build = claim(atc)
    saved = admin.get(PIPELINE)["last_updated"]
    atc.advance_time(60)
    atc.rename_pipeline(P, "new")
    for path in (PIPELINE, f"{PIPELINE}/jobs/claim/builds/1", f"{PIPELINE}/resources/lock/versions"):
        assert credible_404(admin, path)
    (maker,) = makers(admin, "new")
    assert (maker["id"], maker["name"], maker["job_name"], maker["pipeline_name"]) == (build, "1", "claim", "new")
    assert next_ref(admin, pipeline="new") == SHA["ref"]
    assert [found["pipeline_name"] for found in admin.get("resources")] == ["new"]
    assert admin.get("teams/main/pipelines/new")["last_updated"] == saved


def test_a_job_renamed_by_old_name_keeps_its_builds(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, GATE)
    build = claim(atc)
    atc.advance_time(60)
    atc.rename_job(P, "claim", "claim-new")
    assert credible_404(admin, f"{PIPELINE}/jobs/claim/builds/1")
    assert admin.get(f"{PIPELINE}/jobs/claim-new/builds/1")["id"] == build
    (maker,) = makers(admin)
    assert (maker["id"], maker["job_name"]) == (build, "claim-new")
    assert admin.get(f"{PIPELINE}/jobs/gate")["inputs"][0]["passed"] == ["claim-new"]
    assert next_ref(admin) == SHA["ref"]
    assert admin.get(PIPELINE)["last_updated"] == 1_800_000_060
    atc.rename_job(P, "claim-new", "claim")
    claim(atc, ref="v2")
    assert admin.get(f"{PIPELINE}/jobs/claim/builds/2")["id"] == build + 1


def test_old_name_is_ignored_once_the_job_has_its_new_name(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM)
    build = claim(atc)
    renamed = {**CLAIM, "name": "acquire", "old_name": "claim"}
    for _time in range(2):
        set_jobs(atc, renamed)
        assert admin.get(f"{PIPELINE}/jobs/acquire/builds/1")["id"] == build


def test_a_rename_replaces_a_removed_job_but_no_active_one(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, {"name": "acquire", "plan": []})
    stale = atc.record_build(P, "acquire")["id"]
    renamed = {**CLAIM, "name": "acquire", "old_name": "claim"}
    with pytest.raises(ValueError, match="p already has a job acquire"):
        set_jobs(atc, renamed)
    set_jobs(atc, CLAIM)
    build = claim(atc)
    set_jobs(atc, renamed)
    assert admin.status(f"builds/{stale}") == 404
    assert [found["id"] for found in admin.get(f"{PIPELINE}/jobs/acquire/builds")] == [build]


def test_a_removed_job_is_still_known_by_its_version(atc: Emulator, admin: ApiClient) -> None:
    """The gate depends on another job that took the lock."""
    use = {"name": "use", "plan": [get("lock", "claim", trigger=True)]}
    set_jobs(atc, CLAIM, use, {"name": "gate", "plan": [get("lock", "claim", "use")]})
    build = claim(atc)
    (running,) = atc.list_builds(status="started")
    atc.finish(running["id"], "succeeded")
    atc.remove_job(P, "claim")
    for path in (f"{PIPELINE}/jobs/claim", f"{PIPELINE}/jobs/claim/builds/1"):
        assert credible_404(admin, path)
    shown = admin.get(f"builds/{build}")
    assert (shown["job_name"], shown["status"]) == ("claim", "succeeded")
    assert admin.get(f"builds/{build}/resources")["outputs"] == [{"name": "lock", "version": SHA}]
    assert [(maker["id"], maker["job_name"]) for maker in makers(admin)] == [(build, "claim")]
    assert next_ref(admin) == SHA["ref"]


def test_an_archived_pipeline_does_not_tell_next_inputs(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, GATE, {"name": "never", "plan": [get("lock", "gate")]})
    claim(atc)
    atc.advance_time(60)
    atc.archive_pipeline(P)
    atc.advance_time(7_200)
    response = admin.request(f"{PIPELINE}/jobs/gate/inputs")
    assert (response.status_code, response.text, "X-Concourse-Version" in response.headers) == (500, "", True)
    assert admin.status(f"{PIPELINE}/jobs/never/inputs") == 404
    assert admin.get(f"{PIPELINE}/jobs/claim/inputs") == []
    shown = admin.get(PIPELINE)
    assert (shown["archived"], shown["paused"], shown["paused_by"]) == (True, True, "automatic-pipeline-archiver")
    assert shown["last_updated"] == 1_800_000_060
    assert [job["name"] for job in admin.get(f"{PIPELINE}/jobs")] == ["claim", "gate", "never"]
    assert len(makers(admin)) == 1


def test_after_a_renamed_step_the_job_runs_again_with_the_version_it_had(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, {"name": "gate", "plan": [get("lock", "claim", trigger=True)]})
    claim(atc)
    (first,) = atc.list_builds(job="gate")
    atc.finish(first["id"], "succeeded")
    atc.change_settings(auto_schedule=False)
    atc.rename_step(P, "gate", "lock", "env")
    response = admin.request(f"{PIPELINE}/jobs/gate/inputs")
    assert (response.status_code, response.text) == (500, "")
    atc.schedule()
    assert next_ref(admin) == SHA["ref"]
    (again,) = atc.list_builds(job="gate", status="started")
    taken = admin.get(f"builds/{again['id']}/resources")["inputs"]
    assert [(item["name"], item["version"]) for item in taken] == [("env", SHA)]


def test_next_inputs_follow_the_order_of_builds_not_of_versions(atc: Emulator, admin: ApiClient) -> None:
    """Two builds wait for the pool; the later one claims first."""
    set_jobs(atc, CLAIM, {"name": "gate", "plan": [get("lock", "claim", trigger=True)]})
    earlier, later = (atc.trigger(P, "claim")["id"] for _build in range(2))
    atc.put(later, "lock", {"ref": "a"})
    atc.finish(later, "succeeded")
    (took,) = atc.list_builds(job="gate", status="started")
    atc.finish(took["id"], "succeeded")
    atc.put(earlier, "lock", {"ref": "b"})
    atc.finish(earlier, "succeeded")
    assert next_ref(admin) == "a"
    assert atc.list_builds(job="gate", status="started") == []
    by_hand = atc.trigger(P, "gate")["id"]
    assert admin.get(f"builds/{by_hand}/resources")["inputs"][0]["version"] == {"ref": "a"}
    claim(atc, ref="c")
    assert next_ref(admin) == "c"


def test_of_two_claims_in_one_build_the_next_job_takes_one(atc: Emulator, admin: ApiClient) -> None:
    twice = {"in_parallel": [{"put": "one", "resource": "lock"}, {"put": "two", "resource": "lock"}]}
    set_jobs(atc, {"name": "claim", "plan": [twice]}, {"name": "gate", "plan": [get("lock", "claim", trigger=True)]})
    outputs = [{"name": name, "version": {"ref": name}} for name in ("one", "two")]
    build = atc.record_build(P, "claim", outputs=outputs)["id"]
    shown = admin.get(f"builds/{build}/resources")["outputs"]
    assert {(item["name"], item["version"]["ref"]) for item in shown} == {("one", "one"), ("two", "two")}
    assert len(atc.list_builds(job="gate")) == 1
    path = f"{PIPELINE}/resources/lock/versions"
    takers = [
        len(admin.get(f"{path}/{admin.get(path, filter=f'ref:{name}')[0]['id']}/input_to")) for name in ("one", "two")
    ]
    assert sorted(takers) == [0, 1]
