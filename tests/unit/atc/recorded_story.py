# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repeats on the emulator the events of a real Concourse before `exchanges.json` was recorded."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.poolboy.concourse.tests.atc import Emulator

CONTRACT = Path(__file__).resolve().parents[2] / "contract"
EXTERNAL_URL = "http://127.0.0.1:8080"
HOUR = 1795293000
"""The recording began 83 seconds later; times below are seconds since."""

DEPLOY_VARS = {"branch": "feature/x", "cfg": {"deep": True}, "num": 9000}


def repeat_until_exchanges(atc: Emulator) -> None:
    """Repeat the events until `exchanges.json`; equal sequences give the recorded ids."""
    _set_up(atc)
    _ci(atc)
    _ops(atc)
    _aborts_and_reruns(atc)
    at(atc, 455)


def at(atc: Emulator, second: int) -> None:
    """Run the scheduler at a second, as the real one did every ten seconds; pending builds start together."""
    atc.set_time(HOUR + second)
    atc.schedule()


def put(atc: Emulator, build: int, step: str, ref: str, lock: str, pool: str = "envs") -> None:
    atc.put(build, step, {"ref": ref}, metadata={"lock_name": lock, "pool_name": pool})


def _set_up(atc: Emulator) -> None:
    atc.change_settings(external_url=EXTERNAL_URL, cluster_name="contract", auto_schedule=False)
    for name in ("admin", "operator", "viewer", "nobody"):
        atc.set_user(name, name)
    atc.set_client("bot", "secret")
    atc.set_team("main", {"owner": ["local:admin"]})
    operators = {"pipeline-operator": ["local:operator"], "viewer": ["local:viewer"]}
    atc.set_team("ops", {"owner": ["local:admin"], **operators})


def _ci(atc: Emulator) -> None:
    at(atc, 83)
    atc.set_pipeline("main/ci", (CONTRACT / "pipeline-ci.yml").read_text())
    atc.trigger("main/ci", "same-job-ok")
    at(atc, 85)
    put(atc, 1, "envs", "4cda8f560dd80a8fa921440430c0f993617b0806", "env-3")
    put(atc, 1, "envs", "585f96ea190ba0ff1b957e3890442d1e9f375166", "env-3")
    at(atc, 97)
    atc.finish(1, "succeeded")
    at(atc, 114)
    atc.pause_job("main/ci", "paused-job")
    for job in ("hold", "leak-failed", "noop", "errored", "paused-job", "max1", "max1", "max1", "claim"):
        atc.trigger("main/ci", job)
    at(atc, 115)
    atc.finish(4, "succeeded")
    put(atc, 3, "envs", "5baaa4a5b5db5e4f56d5573617d52936bf1c83c6", "env-8")
    put(atc, 5, "envs", "d0850b46e5200ff4c85718fad1652bdcdd611339", "env-4")
    put(atc, 2, "envs", "ec7b6dd286c61a44081b50f476ca9fca41e8c672", "env-3")
    put(atc, 10, "envs", "943a32cc5052a640a90cc3eba2c1332928f70528", "env-1")
    atc.set_time(HOUR + 119)
    atc.finish(3, "failed")
    atc.finish(5, "errored")
    atc.set_time(HOUR + 120)
    atc.finish(10, "succeeded")
    at(atc, 135)  # deploy 1, build 11, starts by itself
    atc.set_time(HOUR + 141)
    atc.finish(11, "succeeded")
    at(atc, 145)


def _ops(atc: Emulator) -> None:
    config = (CONTRACT / "pipeline-ops.yml").read_text()
    atc.set_time(HOUR + 163)
    atc.set_pipeline("ops/deploy", config, instance_vars=DEPLOY_VARS)
    atc.set_time(HOUR + 178)
    for name in ("oldname", "archived", "doomed"):
        atc.set_pipeline(f"ops/{name}", config, public=name == "archived")
    atc.trigger("ops/deploy", "hold", instance_vars=DEPLOY_VARS)
    atc.trigger("ops/deploy", "ok", instance_vars=DEPLOY_VARS)
    for name in ("oldname", "archived", "doomed"):
        atc.trigger(f"ops/{name}", "ok")
    at(atc, 185)
    put(atc, 12, "envs", "223a65e7956c6a8699854f42a901048dcd72b8ff", "env-7")
    for build in (13, 14, 15, 16):
        atc.finish(build, "succeeded")
    atc.rename_pipeline("ops/oldname", "newname")
    atc.set_time(HOUR + 190)
    atc.archive_pipeline("ops/archived")
    atc.destroy_pipeline("ops/doomed")
    atc.set_pipeline("ops/doomed", config)
    atc.trigger("ops/doomed", "ok")


def _aborts_and_reruns(atc: Emulator) -> None:
    atc.trigger("main/ci", "hold")
    at(atc, 195)
    atc.finish(17, "succeeded")
    put(atc, 18, "envs", "15b330264bad358908427fe0850e4b08b6ad1e3c", "env-6")
    atc.set_time(HOUR + 200)
    atc.abort(18)
    atc.rerun(3)
    at(atc, 205)
    put(atc, 19, "envs", "7ea09943845d24247b8a6934504f1ba00dcaff45", "env-2")
    atc.set_time(HOUR + 209)
    atc.finish(19, "failed")
    atc.set_time(HOUR + 225)
    atc.abort(8)


def repeat_until_world(atc: Emulator) -> None:
    """Repeat the events from `exchanges.json` until `world.json`."""
    _mutating_exchanges(atc)
    _lost_worker(atc)
    _hand_offs(atc)
    _flow_is_set_up(atc)
    _flow(atc)


def _mutating_exchanges(atc: Emulator) -> None:
    atc.trigger("main/ci", "noop")
    atc.trigger("main/ci", "paused-job")
    atc.trigger("ops/newname", "ok", created_by="operator")
    atc.trigger("ops/deploy", "ok", instance_vars=DEPLOY_VARS)
    atc.world.builds[4].comment = "seen"
    at(atc, 475)
    for build in (20, 22, 23):
        atc.finish(build, "succeeded")


def _lost_worker(atc: Emulator) -> None:
    atc.set_time(HOUR + 581)
    for build in (2, 7, 12):
        atc.finish(build, "errored")
    atc.schedule()  # max1 has room again
    atc.finish(9, "errored")


def _hand_offs(atc: Emulator) -> None:
    atc.set_next_id("builds", 53)  # resource checks used the ids between
    atc.trigger("main/ci", "claim")
    at(atc, 611)
    put(atc, 53, "envs", "980e70f288c8d0564694b761ccde6a205b4a1e0a", "env-5")
    _finish(atc, 53, 617, "succeeded")
    at(atc, 621)  # deploy 2, build 54, starts by itself
    _finish(atc, 54, 623, "errored")
    _by_hand(atc, "gate", 55, 641)
    _finish(atc, 55, 643, "succeeded")
    _by_hand(atc, "release", 56, 651)
    put(atc, 56, "envs", "c1356344766b85b395dfd5e69fa1a072c43b799e", "env-1")
    _finish(atc, 56, 655, "succeeded")
    for build, started, ended in ((57, 673, 673), (58, 683, 684)):
        atc.rerun(54)
        at(atc, started)
        _finish(atc, build, ended, "errored")
    _by_hand(atc, "deploy", 59, 696)
    _finish(atc, 59, 696, "errored")
    atc.rerun(58)  # a re-run of a re-run belongs to the original
    at(atc, 728)
    _finish(atc, 60, 736, "succeeded")
    _by_hand(atc, "claim", 61, 740)
    put(atc, 61, "envs", "1db259524a084fa7ff3a9e6dc4f2de644998c64d", "env-1")
    _finish(atc, 61, 742, "succeeded")
    _by_hand(atc, "claim", 62, 750)  # and deploy 4, build 63, by itself
    _finish(atc, 63, 756, "succeeded")
    at(atc, 760)
    _finish(atc, 62, 1328, "aborted")
    at(atc, 1330)


def _flow_is_set_up(atc: Emulator) -> None:
    atc.set_time(HOUR + 1384)
    atc.set_pipeline("main/flow", (CONTRACT / "pipeline-flow.yml").read_text())
    atc.pause_job("main/flow", "waits")
    for job in ("hold", "start", "solo", "forget", "paused-downstream"):
        atc.trigger("main/flow", job)
    at(atc, 1388)
    _finish(atc, 67, 1471, "errored")
    _finish(atc, 64, 1475, "errored")


def _flow(atc: Emulator) -> None:
    for job in ("hold", "start", "solo", "forget", "paused-downstream"):
        atc.trigger("main/flow", job)
    at(atc, 1475)
    put(atc, 70, "lock", "d8ad35161b489fe75cd4a53c8f08536bf701224e", "m-02", "more")
    put(atc, 69, "lock", "dbab78e32248558f7c3bea6710566474d28c760f", "m-01", "more")
    put(atc, 72, "lock", "6bd30965a97bfa609d0b145573d38fa275735478", "m-12", "more")
    put(atc, 71, "lock", "45dbc82449bfc4d9fde4821864dcc22033b25dd5", "m-03", "more")
    put(atc, 73, "lock", "734555cee210011a806d11baa24ea9dfd4102095", "m-11", "more")
    for build, ended, status in ((65, 1479, "errored"), (66, 1479, "errored"), (71, 1479, "succeeded")):
        _finish(atc, build, ended, status)
    _finish(atc, 72, 1479, "succeeded")
    _finish(atc, 73, 1480, "succeeded")
    at(atc, 1486)  # forget-after 1, build 74
    _finish(atc, 70, 1479, "succeeded")
    at(atc, 1487)  # run 1, build 75: the real scheduler started it a second later
    _finish(atc, 74, 1487, "succeeded")
    _finish(atc, 68, 1488, "errored")


def _by_hand(atc: Emulator, job: str, build: int, started: int) -> None:
    made = atc.trigger("main/ci", job)
    assert made["id"] == build
    at(atc, started)


def _finish(atc: Emulator, build: int, second: int, status: str) -> None:
    atc.set_time(HOUR + second)
    atc.finish(build, status)
