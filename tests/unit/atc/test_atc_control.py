# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control from another process, and descriptions in a file."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import yaml

from ansible_collections.poolboy.concourse.tests.atc import Emulator, RemoteControl
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient

CHECKOUT = Path(__file__).resolve().parents[3]

WORLD = {
    "settings": {"external_url": "https://ci.example.com", "cluster_name": "demo", "auto_schedule": False},
    "time": 1_800_000_000,
    "users": {"admin": "secret"},
    "clients": {"bot": "bots"},
    "teams": {"main": {"owner": ["local:admin"], "pipeline-operator": ["client:bot"]}},
    "pipelines": [
        {"pipeline": "main/ci", "config": "ci.yml", "paused_jobs": ["gate"]},
        {"pipeline": "main/old", "config": {"jobs": [{"name": "j"}]}, "archived": True, "instance_vars": {"n": 1}},
    ],
    "builds": [
        {"pipeline": "main/ci", "job": "claim", "id": 7, "started": 1000, "ended": 1010, "outputs": [
            {"name": "lock", "version": {"ref": "v1"}, "metadata": {"lock_name": "env-1"}}]},
        {"pipeline": "main/ci", "job": "claim", "rerun_of": 7, "status": "failed"},
    ],
    "story": [{"trigger": {"pipeline": "main/ci", "job": "gate"}}, {"abort": {"build_id": 9}}, {"schedule": None}],
}  # fmt: skip

CI = """
resources: [{name: lock, type: pool, source: {pool: envs}}]
jobs:
- {name: claim, plan: [{put: lock}]}
- {name: gate, plan: [{get: lock, passed: [claim]}]}
"""


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    (tmp_path / "ci.yml").write_text(CI)
    (tmp_path / "world.yml").write_text(yaml.safe_dump(WORLD))
    return tmp_path / "world.yml"


@contextmanager
def process(folder: Path, *arguments: str, module: str = "tests.atc", cwd: Path = CHECKOUT) -> Iterator[str]:
    """Start the emulator from a shell, yield its URL and check its exit status."""
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", module, "--port", "0", "--ready-file", str(ready), *arguments]
    running = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: ready.exists() or running.poll() is not None, what="URL from the emulator")
        yield ready.read_text().strip()
        running.send_signal(signal.SIGTERM)
        printed, _other = running.communicate(timeout=10)
        assert (running.returncode, printed) == (0, ready.read_text())
    finally:
        running.kill()
        running.wait()


def test_a_process_serves_a_description(world_file: Path, tmp_path: Path) -> None:
    with process(tmp_path, "--world", str(world_file)) as url:
        remote = RemoteControl(url)
        info = requests.get(f"{url}/api/v1/info", timeout=5).json()
        assert (info["external_url"], info["cluster_name"]) == ("https://ci.example.com", "demo")
        builds = remote.list_builds()
        assert [(b["id"], b["name"], b["status"], b.get("end_time")) for b in builds] == [
            (7, "1", "succeeded", 1010),
            (8, "1.1", "failed", 1_800_000_000),
            (9, "1", "aborted", 1_800_000_000),
        ]
        remote.finish(build_id=remote.create_one_off(team="main")["id"], status="errored")
        assert remote.list_builds(status="errored")[0]["id"] == 10
        assert remote.advance_time(seconds=5) == 1_800_000_005
        with pytest.raises(ValueError, match="finish: there is no build 99"):
            remote.finish(build_id=99, status="failed")
        with pytest.raises(ValueError, match="unknown operation reboot; the operations are abort, add_fault"):
            remote.reboot()
        with pytest.raises(ValueError, match="unexpected keyword argument 'colour'"):
            remote.schedule(colour="blue")
        with pytest.raises(ValueError, match="unknown operation settle"):
            remote.settle()


def test_a_restarted_process_continues(world_file: Path, tmp_path: Path) -> None:
    files = ("--world", str(world_file), "--state-file", str(tmp_path / "state.json"))
    with process(tmp_path, *files) as url:
        token = RemoteControl(url).issue_token(identity="local:admin")
        before = _everything(url, token)
        assert before["builds"]
    with process(tmp_path, *files) as url:
        assert _everything(url, token) == before
        made = RemoteControl(url).trigger(pipeline="main/ci", job="claim")
        assert (made["id"], made["name"]) == (10, "2")


def test_it_starts_as_a_module_of_the_collection(tmp_path: Path) -> None:
    collections = Path(sys.modules[Emulator.__module__].__file__ or "").parents[5]
    module = "ansible_collections.poolboy.concourse.tests.atc"
    with process(tmp_path, module=module, cwd=collections) as url:
        assert requests.get(f"{url}/api/v1/info", timeout=5).json()["version"] == "8.2.5"


def test_control_requests_are_neither_logged_nor_faulty(atc: Emulator) -> None:
    atc.change_settings(latency=30.0)
    atc.add_fault("reset")
    assert RemoteControl(atc.url).requests() == []


def test_the_log_has_callers_and_connections(atc: Emulator, admin: ApiClient) -> None:
    admin.request("builds", params={"limit": 2})
    admin.request("info")
    requests.get(f"{atc.url}/api/v1/user", headers={"Authorization": "Bearer bad"}, timeout=5)
    requests.get(f"{atc.url}/ci/api/v1/info", timeout=5)
    assert [(entry["path"], entry["query"], entry["who"], entry["status"]) for entry in atc.requests()] == [
        ("/api/v1/builds", "limit=2", "local:admin", 200),
        ("/api/v1/info", "", "local:admin", 200),
        ("/api/v1/user", "", "bad token", 401),
        ("/ci/api/v1/info", "", "anonymous", 200),
    ]
    assert atc.connections() == 3
    assert [entry["number"] for entry in atc.requests(path="info$")] == [2, 4]
    atc.clear_log()
    assert (atc.requests(), atc.connections()) == ([], 0)


@pytest.mark.parametrize(
    ("world", "sentence"),
    [
        ({"bulids": []}, "unknown parts: bulids; the parts are settings, time"),
        ({"settings": {"colour": "blue"}}, "there is no setting colour"),
        ({"builds": [{"pipeline": "main/x", "job": "j"}]}, "team main has no pipeline x"),
        ({"story": [{"rename_team": {"name": "x", "to": "y"}}]}, "there is no team x"),
        (
            {"pipelines": [{"pipeline": "main/x", "config": {"jobs": [{"name": "j", "plan": [{"get": "g"}]}]}}]},
            "job j of x uses resource g, which does not exist",
        ),
    ],
)
def test_unknown_parts_of_a_description(atc: Emulator, world: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        RemoteControl(atc.url).load_world(world=world)


def _everything(url: str, token: str) -> dict[str, object]:
    below = "teams/main/pipelines/ci"
    paths = ("info", "user", "builds", "pipelines", "jobs", f"{below}/config", f"{below}/resources/lock/versions")
    headers = {"Authorization": f"Bearer {token}"}
    return {path: requests.get(f"{url}/api/v1/{path}", headers=headers, timeout=5).json() for path in paths}


def test_every_operation_is_in_the_readme(atc: Emulator) -> None:
    readme = (CHECKOUT / "tests" / "atc" / "README.md").read_text()
    table = [line for line in readme.splitlines() if line.startswith("|")]
    named = {word.strip("`") for line in table for word in line.split() if word.startswith("`") and "." not in word}
    assert named == set(atc.operations())
