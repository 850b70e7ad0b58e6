# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scheduler chooses the inputs and builds that Concourse would choose."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

P = "main/p"


def job(name: str, *plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "plan": list(plan), **more}


def get(name: str, *passed: str, **more: Any) -> dict[str, Any]:
    return {"get": name, **({"passed": list(passed)} if passed else {}), **more}


def set_jobs(atc: Emulator, *jobs: dict[str, Any]) -> None:
    described = [{"name": name, "type": "pool"} for name in ("lock", "code")]
    atc.set_pipeline(P, {"resources": described, "jobs": list(jobs)})


def run(atc: Emulator, name: str, status: str = "succeeded", **outputs: str) -> int:
    """Start a build that puts the given versions; return its id."""
    build: int = atc.trigger(P, name)["id"]
    for step, ref in outputs.items():
        atc.put(build, step, {"ref": ref})
    atc.finish(build, status)
    return build


def next_refs(admin: ApiClient, name: str) -> dict[str, str]:
    inputs = admin.get(f"teams/main/pipelines/p/jobs/{name}/inputs")
    return {item["name"]: item["version"]["ref"] for item in inputs}


def taken(admin: ApiClient, build: int) -> dict[str, str]:
    inputs = admin.get(f"builds/{build}/resources")["inputs"]
    return {item["name"]: item["version"]["ref"] for item in inputs}


def builds_with(admin: ApiClient, resource: str, version: int) -> list[int]:
    found = admin.get(f"teams/main/pipelines/p/resources/{resource}/versions/{version}/input_to")
    return sorted(build["id"] for build in found)


CLAIM, GATE = job("claim", {"put": "lock"}), job("gate", get("lock", "claim"))


@pytest.mark.parametrize("status", ["failed", "errored", "aborted"])
def test_only_a_succeeded_build_passes_its_version_on(atc: Emulator, admin: ApiClient, status: str) -> None:
    set_jobs(atc, CLAIM, GATE)
    run(atc, "claim", status, lock="v1")
    assert admin.status("teams/main/pipelines/p/jobs/gate/inputs") == 404
    run(atc, "claim", lock="v2")
    assert next_refs(admin, "gate") == {"lock": "v2"}
    run(atc, "claim", status, lock="v3")
    assert next_refs(admin, "gate") == {"lock": "v2"}


def test_all_passed_jobs_must_have_succeeded_with_the_same_version(atc: Emulator, admin: ApiClient) -> None:
    both = job("both", get("lock", "left", "right"))
    set_jobs(atc, CLAIM, job("left", get("lock", "claim")), job("right", get("lock", "claim")), both)
    run(atc, "claim", lock="v1")
    run(atc, "left")
    assert admin.status("teams/main/pipelines/p/jobs/both/inputs") == 404
    run(atc, "right")
    assert next_refs(admin, "both") == {"lock": "v1"}
    run(atc, "claim", lock="v2")
    run(atc, "right")
    assert next_refs(admin, "both") == {"lock": "v1"}


def test_inputs_with_the_same_passed_job_come_from_one_build(atc: Emulator, admin: ApiClient) -> None:
    """Two inputs with the same passed job: the newest lock does not match the newest tested code."""
    build = job("build", get("code"), {"put": "lock"})
    tested = job("tested", get("code", "build"))
    ship = job("ship", get("lock", "build"), get("code", "build", "tested"))
    set_jobs(atc, build, tested, ship)
    atc.save_version(P, "code", {"ref": "c1"})
    run(atc, "build", lock="v1")
    run(atc, "tested")
    atc.save_version(P, "code", {"ref": "c2"})
    run(atc, "build", lock="v2")
    assert next_refs(admin, "ship") == {"lock": "v1", "code": "c1"}
    run(atc, "tested")
    assert next_refs(admin, "ship") == {"lock": "v2", "code": "c2"}


def test_a_job_that_gets_and_puts_a_resource_passes_on_what_it_put(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, job("release", get("lock", "claim"), {"put": "lock"}), job("after", get("lock", "release")))
    run(atc, "claim", lock="claimed")
    run(atc, "release", lock="released")
    assert next_refs(admin, "after") == {"lock": "released"}


def test_only_trigger_inputs_start_builds(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, GATE, job("deploy", get("lock", "claim", trigger=True)))
    run(atc, "claim", lock="v1")
    started = atc.list_builds(pipeline=P, status="started")
    assert [(build["job_name"], build["name"], build.get("created_by")) for build in started] == [("deploy", "1", None)]
    assert taken(admin, started[0]["id"]) == {"lock": "v1"}
    assert admin.get("teams/main/pipelines/p/jobs/gate")["has_new_inputs"] is True
    atc.finish(started[0]["id"], "failed")
    assert atc.list_builds(pipeline=P, status="started") == []


def test_version_every_takes_each_version(atc: Emulator, admin: ApiClient) -> None:
    queue = job("queue", get("lock", version="every", trigger=True), serial=True)
    set_jobs(atc, queue)
    atc.save_version(P, "lock", {"ref": "v1"})
    atc.offer_version(P, "lock", {"ref": "v2"})
    atc.offer_version(P, "lock", {"ref": "v3"})
    assert admin.status("teams/main/pipelines/p/resources/lock/check", "POST", json={"from": None}) == 201
    refs = []
    for _count in range(3):
        (build,) = atc.list_builds(pipeline=P, job="queue", status="started")
        refs.append(taken(admin, build["id"])["lock"])
        atc.finish(build["id"], "succeeded")
    assert refs == ["v1", "v2", "v3"]
    assert atc.list_builds(pipeline=P, status="started") == []
    assert next_refs(admin, "queue") == {"lock": "v3"}


def test_version_every_with_passed_takes_each_build(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, job("queue", get("lock", "claim", version="every")))
    run(atc, "claim", lock="v1")
    run(atc, "queue")
    for ref in ("v2", "v3"):
        run(atc, "claim", lock=ref)
    assert next_refs(admin, "queue") == {"lock": "v2"}
    assert taken(admin, run(atc, "queue")) == {"lock": "v2"}
    assert next_refs(admin, "queue") == {"lock": "v3"}
    assert taken(admin, run(atc, "queue")) == {"lock": "v3"}
    assert taken(admin, run(atc, "queue")) == {"lock": "v3"}


def test_disabled_and_pinned_versions(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("latest", get("lock")), job("pinned", get("lock", version={"ref": "v1"})))
    for ref in ("v1", "v2"):
        last = atc.save_version(P, "lock", {"ref": ref})
    assert (next_refs(admin, "latest"), next_refs(admin, "pinned")) == ({"lock": "v2"}, {"lock": "v1"})
    atc.enable_version(P, "lock", last, enabled=False)
    assert next_refs(admin, "latest") == {"lock": "v1"}
    enabled = [version["enabled"] for version in admin.get("teams/main/pipelines/p/resources/lock/versions")]
    assert enabled == [False, True]


def test_a_disabled_version_is_not_passed_on(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, GATE)
    run(atc, "claim", lock="v1")
    run(atc, "claim", lock="v2")
    atc.enable_version(P, "lock", 2, enabled=False)
    assert next_refs(admin, "gate") == {"lock": "v1"}
    atc.enable_version(P, "lock", 2)
    assert next_refs(admin, "gate") == {"lock": "v2"}


def test_a_known_version_keeps_its_id_and_position(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("use", get("lock")))
    assert [atc.save_version(P, "lock", {"ref": ref}) for ref in ("v1", "v2", "v1")] == [1, 2, 1]
    assert next_refs(admin, "use") == {"lock": "v2"}


def test_a_pending_build_has_no_inputs_until_it_starts(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, CLAIM, job("deploy", get("lock", "claim", trigger=True), max_in_flight=1))
    run(atc, "claim", lock="v1")
    run(atc, "claim", lock="v2")
    (first,) = atc.list_builds(pipeline=P, job="deploy", status="started")
    (second,) = atc.list_builds(pipeline=P, job="deploy", status="pending")
    assert builds_with(admin, "lock", 2) == []
    preparation = admin.get(f"builds/{second['id']}/preparation")
    assert (preparation["max_running_builds"], preparation["paused_job"]) == ("blocking", "not_blocking")
    atc.finish(first["id"], "succeeded")
    atc.schedule()
    assert builds_with(admin, "lock", 2) == [second["id"]]


def test_builds_of_a_serial_group_take_turns(atc: Emulator) -> None:
    set_jobs(atc, job("one", serial_groups=["turns"]), job("two", serial_groups=["turns"]))
    first, second = atc.trigger(P, "one")["id"], atc.trigger(P, "two")["id"]
    assert [build["id"] for build in atc.list_builds(pipeline=P, status="started")] == [first]
    atc.finish(first, "succeeded")
    assert [build["id"] for build in atc.list_builds(pipeline=P, status="started")] == [second]


def test_a_paused_job_does_not_block_its_serial_group(atc: Emulator) -> None:
    set_jobs(atc, job("one", serial_groups=["turns"]), job("two", serial_groups=["turns"]))
    atc.pause_job(P, "one")
    atc.trigger(P, "one")
    second = atc.trigger(P, "two")["id"]
    assert [build["id"] for build in atc.list_builds(pipeline=P, status="started")] == [second]


def test_a_rerun_takes_the_inputs_of_its_original(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("use", get("lock")))
    atc.save_version(P, "lock", {"ref": "old"})
    original = run(atc, "use", "failed")
    atc.save_version(P, "lock", {"ref": "new"})
    again = admin.request("teams/main/pipelines/p/jobs/use/builds/1", "POST").json()
    assert (again["name"], again["rerun_of"], again["status"]) == ("1.1", {"id": original, "name": "1"}, "pending")
    assert taken(admin, again["id"]) == {"lock": "old"}


def test_a_build_without_inputs_cannot_be_rerun(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("use", get("lock")))
    atc.trigger(P, "use")
    assert admin.status("teams/main/pipelines/p/jobs/use/builds/1", "POST") == 500
    assert atc.rerun(1)["status"] == "pending"
    atc.schedule()
    assert atc.list_builds(status="started") == []


def test_a_paused_job_keeps_builds_pending_and_inputs_unchanged(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("use", get("lock", trigger=True)), job("new", get("lock")))
    atc.pause_job(P, "use")
    atc.save_version(P, "lock", {"ref": "v1"})
    assert admin.status("teams/main/pipelines/p/jobs/use/inputs") == 404
    waiting = admin.request("teams/main/pipelines/p/jobs/use/builds", "POST").json()
    assert admin.get(f"builds/{waiting['id']}")["status"] == "pending"
    atc.unpause_job(P, "use")
    assert admin.get(f"builds/{waiting['id']}")["status"] == "started"


def test_paused_and_archived_pipelines_start_nothing(atc: Emulator, admin: ApiClient) -> None:
    set_jobs(atc, job("use"))
    atc.pause_pipeline(P)
    waiting = atc.trigger(P, "use")["id"]
    assert admin.get(f"builds/{waiting}")["status"] == "pending"
    atc.archive_pipeline(P)
    assert admin.get(f"builds/{waiting}")["status"] == "aborted"
    assert admin.status("teams/main/pipelines/p/config") == 404


def test_a_recorded_build_takes_given_inputs(atc: Emulator, admin: ApiClient) -> None:
    """The given inputs override the scheduler's; `every` continues from them."""
    set_jobs(atc, CLAIM, job("queue", get("lock", "claim", version="every")))
    for ref in ("v1", "v2", "v3"):
        atc.record_build(P, "claim", outputs=[{"name": "lock", "version": {"ref": ref}}])
    told = atc.record_build(P, "queue", inputs=[{"name": "lock", "version": {"ref": "v1"}}])
    assert taken(admin, told["id"]) == {"lock": "v1"}
    chosen = atc.record_build(P, "queue", status="started")
    assert taken(admin, chosen["id"]) == {"lock": "v2"}
    with pytest.raises(LookupError, match=r'resource lock has no version \{"ref":"v9"\}; save or put it first'):
        atc.record_build(P, "queue", inputs=[{"name": "lock", "version": {"ref": "v9"}}])
    assert len(atc.list_builds(pipeline=P, job="queue")) == 2


def test_without_automatic_scheduling(atc: Emulator) -> None:
    atc.change_settings(auto_schedule=False)
    set_jobs(atc, job("use"))
    waiting = atc.trigger(P, "use")["id"]
    assert atc.list_builds(status="started") == []
    atc.schedule()
    assert [build["id"] for build in atc.list_builds(status="started")] == [waiting]
