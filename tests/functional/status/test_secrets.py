# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is visible: not in the output at any verbosity, the log, the process list, or a file."""

from __future__ import annotations

import base64
import copy
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.chains import waiting_for_a_person
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, HOUR, Look
from ansible_collections.poolboy.concourse.tests.functional.status.watching import ProcessWatch
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_https, serve_ssh
from ansible_collections.poolboy.concourse.tests.servers.ssh_keys import new_key

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
    "token in repo",
    "token before x-oauth-basic in repo",
    "password with a slash in repo",
    "token in concourse_url",
    "token in concourse_url_aliases",
    "password with a hash in concourse_url_aliases",
    "token in repo of an unknown option",
    "ssh_private_key of the environment",
    "concourse_password of the environment",
    "source of a resource",
)
SUCCEED = 4


@dataclass(frozen=True)
class Evidence:
    """The visible traces of two Ansible runs by place, and the secrets."""

    secrets: Mapping[str, str]
    places: Mapping[str, str]
    cases: Run
    status: Run


class Stage:
    """A Concourse and git servers with the secrets, and the options that use them.

    `cases` are options for runs, the first SUCCEED of which succeed.
    """

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.folder = folder
        self.known = known = {kind: secrets.token_hex(12) for kind in KINDS}
        served = folder / "served"
        self.scene = running.enter_context(Scene(served, now=int(time.time()) - 6 * HOUR))
        self.ssh = running.enter_context(serve_ssh(served))
        self.wrong_key = new_key(folder / "wrong_key")
        first, second = (
            running.enter_context(serve_https(served, user="boy", password=known[kind], tls=False)).url("locks.git")
            for kind in ("repo_password", "password in repo")
        )
        known["ssh_private_key"] = known["ssh_private_key of the environment"] = self.ssh.key.private.split("\n")[2]
        known["wrong ssh_private_key"] = self.wrong_key.private.split("\n")[2]
        self._furnish()
        self.cases = self._cases(first, second)

    def _furnish(self) -> None:
        atc, known = self.scene.atc, self.known
        for name, kind in (("boy", "concourse_password"), ("other", "concourse_password of the environment")):
            atc.set_user(name, known[kind])
        atc.set_client("bot", known["concourse_client_secret"])
        atc.set_team("main", {"viewer": ["local:boy", "local:other", "client:bot"]})
        known["concourse_token"] = atc.issue_token("local:boy")
        known["token of a fly target"] = atc.issue_token("local:boy")
        config = copy.deepcopy(CHAIN)
        config["resources"][0]["source"]["private_key"] = known["source of a resource"]
        atc.set_pipeline("main/chain", config)
        self.scene.locks.add("aws", "env-1", at=self.scene.now)
        waiting_for_a_person(self.scene, "main/chain", "aws/env-1")

    def _cases(self, first: str, second: str) -> list[dict[str, Any]]:
        known, url = self.known, self.scene.atc.url
        atc = {"concourse_url": url}
        login = {**atc, "concourse_username": "boy", "concourse_password": known["concourse_password"]}
        https = {"repo": first, "repo_username": "boy", "repo_password": known["repo_password"]}
        client = {"concourse_client_id": "bot", "concourse_client_secret": known["concourse_client_secret"]}

        def with_password(address: str, kind: str) -> str:
            return address.replace("://", f"://boy:{known[kind]}@")

        return [
            {**https, **login},
            {"repo": with_password(second, "password in repo"), **atc, "concourse_token": known["concourse_token"]},
            {**self.over_ssh, "ssh_private_key": self.ssh.key.private, **atc, **client},
            {**https, "concourse_target": "ci"},
            {**https, "repo_password": known["wrong repo_password"], **login},
            {"repo": with_password(second, "wrong password in repo"), **login},
            {**self.over_ssh, "ssh_private_key": self.wrong_key.private},
            {**https, **login, "concourse_password": known["wrong concourse_password"]},
            {**https, **atc, "concourse_token": known["wrong concourse_token"]},
            {**https, "concourse_url": with_password(url, "password in concourse_url")},
            *self._cases_with_tokens(https, first, url),
        ]

    def _cases_with_tokens(self, https: dict[str, Any], repo: str, url: str) -> list[dict[str, Any]]:
        def address(start: str, user_information: str, kind: str) -> str:
            return start.replace("://", f"://{user_information.format(self.known[kind])}@")

        token = address(url, "{}", "token in concourse_url_aliases")
        password = address(url, "boy:x#{}", "password with a hash in concourse_url_aliases")
        return [
            {"repo": address(repo, "{}", "token in repo")},
            {"repo": address(repo, "{}:x-oauth-basic", "token before x-oauth-basic in repo")},
            {"repo": address(repo, "boy:x/{}", "password with a slash in repo")},
            {**https, "concourse_url": address(url, "{}", "token in concourse_url")},
            {**https, "concourse_url": url, "concourse_url_aliases": [url, token, password]},
            {"repo": address(repo, "{}", "token in repo of an unknown option"), "branches": "main"},
        ]

    @property
    def over_ssh(self) -> dict[str, Any]:
        return {"repo": self.ssh.url("locks.git"), "known_hosts_file": str(self.ssh.known_hosts)}

    @property
    def environment(self) -> dict[str, str]:
        return {
            "POOL_REPO": self.ssh.url("locks.git"),
            "POOL_REPO_SSH_PRIVATE_KEY": self.ssh.key.private,
            "CONCOURSE_BASE_URL": self.scene.atc.url,
            "CONCOURSE_USERNAME": "other",
            "CONCOURSE_PASSWORD": self.known["concourse_password of the environment"],
        }

    def fly_home(self) -> Path:
        home = self.folder / "fly"
        home.mkdir()
        token = {"type": "bearer", "value": self.known["token of a fly target"]}
        targets = {"ci": {"api": self.scene.atc.url, "team": "main", "token": token}}
        (home / ".flyrc").write_text(json.dumps({"targets": targets}))
        return home

    def playbook(self) -> tuple[Path, Path]:
        """Write a playbook with a task for each case, and a variables file with the secrets."""
        folder = self.folder / "private"
        folder.mkdir()
        book, variables = folder / "book.yml", folder / "cases.json"
        variables.write_text(json.dumps({"cases": self.cases}))
        module = "poolboy.concourse.concourse_pool_status"
        tasks = [
            {
                "name": f"Case {number}",
                module: {name: f"{{{{ cases[{number}].{name} }}}}" for name in case},
                "ignore_errors": True,
            }
            for number, case in enumerate(self.cases)
        ]
        book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        return book, variables


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("secrets")
    machine = Workplace(folder / "machine")
    machine.variables["ANSIBLE_LOG_PATH"] = str(machine.folder / "ansible.log")
    with ExitStack() as running:
        stage = Stage(folder, running)
        book, variables = stage.playbook()
        fly = {"FLY_HOME": str(stage.fly_home())}
        with ProcessWatch() as watch:
            # Since ansible-core 2.21, tasks show what a module got only on request.
            shown = {**fly, "ANSIBLE_INJECT_INVOCATION": "1"}
            cases = machine.ansible("ansible-playbook", str(book), "-vvvv", "-e", f"@{variables}", environment=shown)
            known_hosts = f"pool_boy_known_hosts_file={stage.ssh.known_hosts}"
            command = ("ansible-playbook", "poolboy.concourse.status", "-vvvv", "-e", known_hosts)
            status = machine.ansible(*command, environment=stage.environment)
        assert stage.scene.atc.requests(path="/jobs/accept/inputs$")
    processes = b"\n".join(watch.seen).decode(errors="replace")
    places = {"output": cases.said + status.said, "processes": processes}
    files = [path for path in machine.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    places |= {str(path.relative_to(folder)): path.read_bytes().decode(errors="replace") for path in files}
    return Evidence(stage.known, places, cases, status)


def test_the_runs_were_as_planned(evidence: Evidence) -> None:
    """The runs used the secrets as planned."""
    cases, status = evidence.cases, evidence.status
    assert (cases.code, status.code) == (0, 0), cases.said + status.said
    ended = [part.splitlines() for part in cases.stdout.split("TASK [Case ")[1:]]
    failed = [any(line.startswith(("fatal: ", "[ERROR]")) for line in part) for part in ended]
    assert failed == [False] * SUCCEED + [True] * (len(failed) - SUCCEED)
    assert "Traceback" not in cases.said + status.said
    assert "handed_off" in status.stdout
    assert "invocation" in cases.stdout
    assert "ls-remote" in evidence.places["processes"]
    assert "ssh_private_key" in evidence.places["machine/ansible.log"]
    assert any("snapshot.json" in place for place in evidence.places)


@pytest.mark.parametrize("kind", KINDS)
def test_nowhere_is_the(kind: str, evidence: Evidence) -> None:
    secret = evidence.secrets[kind]
    forms = [secret, *(base64.b64encode(f"{name}:{secret}".encode()).decode() for name in ("boy", "bot"))]
    assert [place for place, text in evidence.places.items() for form in forms if form in text] == []


def test_a_module_that_fails_with_all_secrets_given_shows_none(look: Look) -> None:
    """The options contradict each other."""
    names = ("repo_password", "ssh_private_key", "concourse_password", "concourse_token", "concourse_client_secret")
    given = {name: secrets.token_hex(12) for name in names}
    run = look(repo="https://127.0.0.1:1/locks.git", concourse_url="https://127.0.0.1:1", **given)
    assert run.failed
    assert [name for name, secret in given.items() if secret in run.said] == []
