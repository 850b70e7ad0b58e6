# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing steps: the others continue, and every report shows the failure. Bad configurations change nothing."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.role.conftest import (
    Machine,
    leave_behind,
    report_variables,
    work,
)
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver
from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.scene import Scene

STATE_OF_ANOTHER_WORLD = "{ this is no JSON"
SENTENCE = re.compile(r"[A-Z0-9].{10,400}\.")


def test_every_failed_step_is_in_every_report(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """Two locks to release where one is allowed, no permission to start builds, and page, push and webhook fail."""
    scene.locks.add("aws", "env-3", at=scene.now)
    leave_behind(scene, "aws/env-3")
    scene.atc.follow_wall_clock()
    scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
    receiver.status = 500
    ways = report_variables(machine, receiver)
    # The folder of the page goes away after the round has looked for it.
    gone = {"_pool_boy_behind": {ways["pool_boy_page_file"]: str(machine.folder / "missing" / "locks.html")}}
    (machine.out / "state.json").write_text(STATE_OF_ANOTHER_WORLD)
    run = machine.rounds({"shop": work(scene, pool_boy_max_releases=1, **ways)}, "-e", json.dumps(gone))
    fact = run.facts["shop"]
    assert run.run.code == 2
    steps = [failure["step"] for failure in fact["failures"]]
    assert steps == ["clean", "trigger", "page", "pushgateway", "notify", "notify"]
    for failure in fact["failures"]:
        assert SENTENCE.fullmatch(failure["message"]), failure
    messages = "\n".join(failure["message"] for failure in fact["failures"])
    for word in ("max_releases", "pipeline-operator", "missing", "status 500", "starts without it"):
        assert word in messages
    assert fact["ok"] is False
    assert (fact["clean"]["failed"], fact["clean"]["released"]) == (True, [])
    assert (fact["trigger"]["failed"], fact["trigger"]["triggered"]) == (True, [])
    assert len(fact["status"]["locks"]) == 4
    # Failed reports do not fail the round.
    failed = str(run.messages["shop"])
    assert [step for step in steps if f"{step}: " in failed] == ["clean", "trigger", "page"]
    metrics = machine.reports()["locks.prom"]
    for step in steps:
        assert f'poolboy_step_ok{{repository="shop",step="{step}"}} 0' in metrics
    assert 'poolboy_failures_total{repository="shop",step="notify"} 2' in metrics
    # The first push precedes the page; the metrics report the failure again.
    assert [one["kind"] for one in receiver.take("POST")[0].json["news"]] == ["failed"] * 5


def test_news_is_sent_when_the_webhook_is_back(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """The round succeeds without webhook and push gateway and reports it; the next round sends the news."""
    hosts = {"shop": work(scene, **report_variables(machine, receiver))}
    receiver.status = 503
    deaf = machine.rounds(hosts)
    assert deaf.run.code == 0, deaf.run.said
    assert [failure["step"] for failure in deaf.facts["shop"]["failures"]] == ["pushgateway", "notify"]
    assert [one["name"] for one in deaf.facts["shop"]["clean"]["released"]] == ["env-1"]
    reports = machine.reports()
    for text in ("The push gateway did not accept the metrics", "The webhook did not accept the news"):
        assert text in reports["locks.html"]
    for step in ("pushgateway", "notify"):
        assert f'poolboy_step_ok{{repository="shop",step="{step}"}} 0' in reports["locks.prom"]
    assert 'poolboy_rounds_total{repository="shop"} 1\n' in reports["locks.prom"]

    receiver.status = 200
    receiver.deliveries.clear()
    heard = machine.rounds(hosts)
    assert heard.facts["shop"]["failures"] == []
    kinds = [(one["kind"], one["lock"]) for one in receiver.take("POST")[0].json["news"]]
    assert ("released", "env-1") in kinds
    assert "did not accept" not in machine.reports()["locks.html"]


def test_no_credible_response_about_any_build_is_reported(scene: Scene, machine: Machine) -> None:
    """Nothing is released without credible responses; if one build can be queried, the round does not fail."""
    scene.locks.add("aws", "env-3", at=scene.now)
    leave_behind(scene, "aws/env-3")
    scene.locks.add("gcp", "vm-1", at=scene.now)
    scene.locks.claim("gcp", "vm-1", message="claiming: vm-1\nBuild URL: https://ci.example.com/builds/1\n")
    scene.atc.follow_wall_clock()
    look = {"pool_boy_clean": False, "pool_boy_trigger": False}
    hosts = {
        "clean": work(scene, pool_boy_trigger=False),
        "foreign": work(scene, **look, pool_boy_pools=["aws", "gcp"]),
        "lenient": work(scene, **look, pool_boy_fatal_steps=["clean"]),
        "nothing": work(scene, **look, pool_boy_pools=["cf/fresh"]),
    }
    scene.atc.add_fault("status", path="/builds/", status=502)
    run = machine.rounds(hosts, "--forks", "4")
    assert run.run.code == 2
    words = "Concourse could not be asked about any of the 2 locks that builds hold, so all of them are kept: "
    kept = "Nothing was released: Concourse gave no credible response about 2 of the 2 locks that builds hold: "
    for name in ("clean", "foreign", "lenient"):
        (failure,) = run.facts[name]["failures"]
        assert failure["step"] == ("clean" if name == "clean" else "status")
        assert failure["message"].startswith(f"{kept}aws/" if name == "clean" else f"{words}claimed by "), failure
        assert SENTENCE.fullmatch(failure["message"]), failure
        assert run.facts[name]["status"]["locks"]
    assert {name for name, message in run.messages.items() if message} == {"clean", "foreign"}
    assert run.facts["nothing"]["failures"] == []

    scene.atc.clear_faults()
    scene.atc.add_fault("status", path="/builds/2$", status=502)
    some = machine.rounds({"look": hosts["clean"]}, "--check")
    verdicts = [lock["verdict"] for lock in some.facts["look"]["status"]["locks"]]
    assert sorted(verdicts) == ["errored", "free", "manual", "unreachable"]
    assert some.facts["look"]["failures"] == []


def test_what_failed_modules_saw_is_published(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """Clean fails as nothing could be asked, or as builds are lost; status fails as a lock has a chosen verdict."""
    for name in ("env-3", "env-4"):
        scene.locks.add("aws", name, at=scene.now)
        leave_behind(scene, f"aws/{name}")
    scene.atc.follow_wall_clock()
    hosts = {}
    cases: dict[str, dict[str, Any]] = {
        "blind": {"pool_boy_concourse_url": "http://127.0.0.1:1"},
        "content": {"pool_boy_concourse_url": "http://127.0.0.1:1", "pool_boy_unreachable_ok": True},
        "strict": {"pool_boy_fail_on": ["errored"], "pool_boy_exclude": ["aws/*"]},
    }
    for name, variables in cases.items():
        reports = report_variables(machine, receiver)
        paths = {key: path.replace("/out/", f"/out/{name}-") for key, path in reports.items() if key.endswith("_file")}
        del reports["pool_boy_pushgateway_url"]
        hosts[name] = work(scene, pool_boy_trigger=False, **{**reports, **paths, **variables})
    run = machine.rounds(hosts)
    failures = {name: [one["step"] for one in fact["failures"]] for name, fact in run.facts.items()}
    assert failures == {"blind": ["clean"], "content": [], "strict": ["status"]}
    assert {name for name, message in run.messages.items() if message} == {"blind", "strict"}
    reports = machine.reports()
    for name, step, verdict in (("blind", "clean", "unreachable"), ("strict", "status", "errored")):
        assert len(run.facts[name]["status"]["locks"]) == 5
        metrics = reports[f"{name}-locks.prom"]
        assert f'poolboy_step_ok{{repository="{name}",step="{step}"}} 0' in metrics
        assert f'poolboy_locks{{repository="{name}",pool="aws",state="claimed",verdict="{verdict}"}} 3' in metrics
        assert "env-4" in reports[f"{name}-locks.html"]
    told = {one.json["repository"] for one in receiver.take("POST")}
    assert {"blind", "strict"} <= told
    assert b"aws/claimed/env-1" in scene.locks.tree()


ALL_BAD: dict[str, tuple[dict[str, Any], str]] = {
    "webhook-without-state": ({"pool_boy_webhook_url": "http://127.0.0.1:1/"}, "needs pool_boy_state_file"),
    "push-without-memory": ({"pool_boy_pushgateway_url": "http://127.0.0.1:1/"}, "needs pool_boy_metrics_file or"),
    "format": ({"pool_boy_webhook_format": "fax"}, "must be one of: json, slack"),
    "address": (
        {"pool_boy_webhook_url": "hooks.example.com/a", "pool_boy_state_file": "/tmp/no"},
        "pool_boy_webhook_url is not a URL",
    ),
    "gateway-address": (
        {"pool_boy_pushgateway_url": "http://a b/", "pool_boy_metrics_file": "/tmp/no"},
        "pool_boy_pushgateway_url is not a URL",
    ),
    "password": ({"pool_boy_pushgateway_password": "x"}, "needs pool_boy_pushgateway_username"),
    "index-elsewhere": (
        {"pool_boy_index_file": "/srv/index.html"},
        "pool_boy did nothing: pool_boy_index_file must be in the folder of pool_boy_page_file, ",
    ),
    "index-of-nothing": (
        {"pool_boy_index_file": "/srv/index.html", "pool_boy_page_file": None},
        "pool_boy_index_file needs pool_boy_page_file",
    ),
    "minutes": (
        {"pool_boy_kept_too_long": -1, "pool_boy_page_old_after": 0},
        "pool_boy_kept_too_long must be a number of minutes, 0 or more. pool_boy_page_old_after must be a number of "
        "minutes, 1 or more.",
    ),
    "step": ({"pool_boy_fatal_steps": ["clear"]}, "pool_boy_fatal_steps"),
    "misspelt": (
        {"pool_boy_exlude": ["aws/env-1"], "pool_boy_clea": False},
        "pool_boy did nothing: There is no variable pool_boy_clea, pool_boy_exlude. Correct the name",
    ),
    "name": ({"pool_boy_name": " "}, "pool_boy_name is empty"),
    "pools": ({"pool_boy_pools": {"aws": 60}}, "pool_boy_pools is not a list"),
    "type": ({"pool_boy_clean": "perhaps"}, "pool_boy_clean"),
    "file": (
        {"pool_boy_page_file": ["/srv/locks.html"], "pool_boy_name": {"shop": 1}},
        "pool_boy did nothing: pool_boy_name is a list or a dictionary, but must be one text. pool_boy_page_file is a",
    ),
    "no-repository": (
        {"pool_boy_repo": None},
        "Nothing was done: set pool_boy_repo and pool_boy_pools, or POOL_REPO and POOLS",
    ),
    "no-pools": (
        {"pool_boy_pools": None, "pool_boy_trigger": False},
        "missing required arguments: pools (or set POOLS in the environment where the module runs; the role and the"
        " playbooks of this collection take pool_boy_pools). Nothing was done",
    ),
}

# The other mistakes are found by rules with unit tests; `make long` sees those through Ansible, too.
SHORT = ("webhook-without-state", "index-elsewhere", "misspelt", "pools", "type", "no-repository", "no-pools")
BAD = ALL_BAD if LONG else {name: ALL_BAD[name] for name in SHORT}


def test_bad_configurations(scene: Scene, machine: Machine) -> None:
    """Each fails with a message before any change; the other hosts are not affected."""
    everywhere = {"pool_boy_page_file": str(machine.out / "locks.html")}
    hosts = {
        name: {key: value for key, value in work(scene, **{**everywhere, **bad}).items() if value is not None}
        for name, (bad, _words) in BAD.items()
    }
    before = fingerprint(scene.locks.path)
    run = machine.rounds(hosts, "--forks", "4")
    assert run.run.code == 2
    wrong = {name: run.messages[name] for name, (_bad, words) in BAD.items() if words not in str(run.messages[name])}
    assert wrong == {}
    done = {name: fact for name, fact in run.facts.items() if fact is not None}
    assert set(done) == {"no-repository", "no-pools"}
    assert [fact["ok"] for fact in done.values()] == [False, False]
    assert "Traceback" not in run.run.said
    assert "template error" not in run.run.said, "in the name of a task"
    assert machine.reports() == {}
    assert fingerprint(scene.locks.path) == before
    assert scene.atc.list_builds(job="claim-big") == []
