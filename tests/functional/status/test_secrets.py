# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is seen: not in the output at any verbosity, not in the log, the list of processes, or a file."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_https, serve_ssh
from ansible_collections.poolboy.concourse.tests.servers.ssh_keys import new_key

from ..running import Run, Workplace
from .chains import waiting_for_a_person
from .conftest import CHAIN, HOUR, Look
from .watching import ProcessWatch

KINDS = (
    "repo_password",
    "password in repo",
    "ssh_private_key",
    "concourse_password",
    "concourse_token",
    "concourse_client_secret",
    "token of a fly target",
    "wrong repo_password",
    "wrong password in repo",
    "wrong ssh_private_key",
    "wrong concourse_password",
    "wrong concourse_token",
    "password in concourse_url",
    "ssh_private_key of the environment",
    "concourse_password of the environment",
    "source of a resource",
)
SUCCEED = 4


@dataclass(frozen=True)
class Evidence:
    """What two runs of Ansible have left to see, by where it was seen; and the secrets."""

    secrets: Mapping[str, str]
    places: Mapping[str, str]
    runs: list[Run]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("secrets")
    known = {kind: secrets.token_hex(12) for kind in KINDS}
    machine = Workplace(folder / "machine")
    with Scene(folder / "served", now=int(time.time()) - 6 * HOUR) as scene, serve_ssh(folder / "served") as ssh:
        with serve_https(folder / "served", user="boy", password=known["repo_password"], tls=False) as first:
            with serve_https(folder / "served", user="boy", password=known["password in repo"], tls=False) as second:
                known["ssh_private_key"] = known["ssh_private_key of the environment"] = ssh.key.private.split("\n")[2]
                wrong_key = new_key(folder / "wrong_key")
                known["wrong ssh_private_key"] = wrong_key.private.split("\n")[2]
                _furnish(scene, known)
                over_ssh = {"repo": ssh.url("locks.git"), "known_hosts_file": str(ssh.known_hosts)}
                cases = _cases(scene, known, first.url("locks.git"), second.url("locks.git"))
                cases[2] |= {**over_ssh, "ssh_private_key": ssh.key.private}
                cases.append({**over_ssh, "ssh_private_key": wrong_key.private})
                environment = {
                    "FLY_HOME": str(_fly_home(folder, scene, known)),
                    "ANSIBLE_LOG_PATH": str(machine.folder / "ansible.log"),
                }
                by_environment = {
                    "POOL_REPO": over_ssh["repo"],
                    "POOL_REPO_SSH_PRIVATE_KEY": ssh.key.private,
                    "CONCOURSE_BASE_URL": scene.atc.url,
                    "CONCOURSE_USERNAME": "other",
                    "CONCOURSE_PASSWORD": known["concourse_password of the environment"],
                }
                book = _playbook(folder / "private", cases)
                with ProcessWatch() as watch:
                    command = ("ansible-playbook", str(book), "-vvvv", "-e", f"@{folder / 'private' / 'cases.json'}")
                    runs = [machine.ansible(*command, environment=environment)]
                    command = ("ansible-playbook", "poolboy.concourse.status", "-vvvv")
                    known_hosts = ("-e", f"known_hosts_file={ssh.known_hosts}")
                    runs.append(machine.ansible(*command, *known_hosts, environment=environment | by_environment))
        assert scene.atc.requests(path="/jobs/accept/inputs$")
    places = {"output": "".join(run.said for run in runs), "processes": b"\n".join(watch.seen).decode(errors="replace")}
    files = [path for path in machine.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    places |= {str(path.relative_to(folder)): path.read_bytes().decode(errors="replace") for path in files}
    yield Evidence(known, places, runs)


def _furnish(scene: Scene, known: Mapping[str, str]) -> None:
    atc = scene.atc
    for name, kind in (("boy", "concourse_password"), ("other", "concourse_password of the environment")):
        atc.set_user(name, known[kind])
    atc.set_client("bot", known["concourse_client_secret"])
    atc.set_team("main", {"viewer": ["local:boy", "local:other", "client:bot"]})
    config = json.loads(json.dumps(CHAIN))
    config["resources"][0]["source"]["private_key"] = known["source of a resource"]
    atc.set_pipeline("main/chain", config)
    scene.locks.add("aws", "env-1", at=scene.now)
    waiting_for_a_person(scene, "main/chain", "aws/env-1")


def _cases(scene: Scene, known: dict[str, str], first: str, second: str) -> list[dict[str, Any]]:
    """Options for runs: the first four succeed, the others fail."""
    known["concourse_token"] = scene.atc.issue_token("local:boy")
    known["token of a fly target"] = scene.atc.issue_token("local:boy")
    atc = {"concourse_url": scene.atc.url}
    login = {**atc, "concourse_username": "boy", "concourse_password": known["concourse_password"]}
    https = {"repo": first, "repo_username": "boy", "repo_password": known["repo_password"]}
    client = {"concourse_client_id": "bot", "concourse_client_secret": known["concourse_client_secret"]}

    def with_password(url: str, kind: str) -> str:
        return url.replace("://", f"://boy:{known[kind]}@")

    return [
        {**https, **login},
        {"repo": with_password(second, "password in repo"), **atc, "concourse_token": known["concourse_token"]},
        {**atc, **client},
        {**https, "concourse_target": "ci"},
        {**https, "repo_password": known["wrong repo_password"], **login},
        {"repo": with_password(second, "wrong password in repo"), **login},
        {**https, **login, "concourse_password": known["wrong concourse_password"]},
        {**https, **atc, "concourse_token": known["wrong concourse_token"]},
        {**https, "concourse_url": with_password(scene.atc.url, "password in concourse_url")},
    ]


def _fly_home(folder: Path, scene: Scene, known: Mapping[str, str]) -> Path:
    home = folder / "fly"
    home.mkdir()
    token = {"type": "bearer", "value": known["token of a fly target"]}
    targets = {"ci": {"api": scene.atc.url, "team": "main", "token": token}}
    (home / ".flyrc").write_text(json.dumps({"targets": targets}))
    return home


def _playbook(folder: Path, cases: list[dict[str, Any]]) -> Path:
    """A playbook with a task for each case, and the secrets in a file of variables."""
    folder.mkdir()
    (folder / "cases.json").write_text(json.dumps({"cases": cases}))
    module = "poolboy.concourse.concourse_pool_status"
    tasks = [
        {
            "name": f"Case {number}",
            module: {name: f"{{{{ cases[{number}].{name} }}}}" for name in case},
            "register": f"case_{number}",
            "ignore_errors": True,
        }
        for number, case in enumerate(cases)
    ]
    (folder / "book.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    return folder / "book.yml"


def test_the_runs_were_as_planned(evidence: Evidence) -> None:
    """Else there would have been no secret to see."""
    cases, status = evidence.runs
    assert (cases.code, status.code) == (0, 0), cases.said + status.said
    ended = [part.splitlines() for part in cases.stdout.split("TASK [Case ")[1:]]
    failed = [any(line.startswith(("fatal: ", "[ERROR]")) for line in part) for part in ended]
    assert failed == [False] * SUCCEED + [True] * (len(failed) - SUCCEED)
    assert "handed_off" in status.stdout
    assert "invocation" in cases.stdout
    assert "ls-remote" in evidence.places["processes"]
    assert "ssh_private_key" in evidence.places["machine/ansible.log"]
    assert any("findings.json" in place for place in evidence.places)


@pytest.mark.parametrize("kind", KINDS)
def test_nowhere_is_the(kind: str, evidence: Evidence) -> None:
    secret = evidence.secrets[kind]
    forms = [secret, *(base64.b64encode(f"{name}:{secret}".encode()).decode() for name in ("boy", "bot"))]
    assert [place for place, text in evidence.places.items() for form in forms if form in text] == []


def test_a_module_that_fails_with_all_secrets_given_shows_none(look: Look) -> None:
    """They contradict each other."""
    names = ("repo_password", "ssh_private_key", "concourse_password", "concourse_token", "concourse_client_secret")
    given = {name: secrets.token_hex(12) for name in names}
    run = look(repo="https://127.0.0.1:1/locks.git", concourse_url="https://127.0.0.1:1", **given)
    assert run.failed
    assert [name for name, secret in given.items() if secret in run.said] == []
