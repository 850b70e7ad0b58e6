# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid settings: each fails with a message, and nothing is installed. One run with a host for each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.running import TOOLS
from ansible_collections.poolboy.concourse.tests.functional.schedule.host import Host

PREFIX = "pool_boy_schedule_"


@dataclass(frozen=True)
class Case:
    """Changes to a valid installation and the expected message; `less` are removed variables."""

    words: str
    settings: dict[str, Any] = field(default_factory=dict)
    round: dict[str, Any] = field(default_factory=dict)
    less: tuple[str, ...] = ()


ALL = {
    "backend": Case("value of pool_boy_schedule_backend must be one of: systemd, cron", {"backend": "anacron"}),
    "state": Case("value of pool_boy_schedule_state must be one of: present, absent", {"state": "gone"}),
    "calendar": Case(
        "systemd cannot read pool_boy_schedule_on_calendar, every full moon", {"on_calendar": "every full moon"}
    ),
    "cron": Case("61 * * * * is neither", {"backend": "cron", "cron": "61 * * * *"}),
    "range": Case(
        "The range 30-10 of pool_boy_schedule_cron, 30-10 8 * * *, is backwards",
        {"backend": "cron", "cron": "30-10 8 * * *"},
    ),
    "crontab": Case(
        "The cron of crontab cannot read pool_boy_schedule_cron, 13 13 13 12 5:",
        {"backend": "cron", "cron": "13 13 13 12 5"},
    ),
    "name": Case("pool_boy_schedule_name is Pool Boy, but must be", {"name": "Pool Boy"}),
    "mail": Case('separated by commas, but is x" y', {"backend": "cron", "mail_to": 'x" y'}),
    "misspelt": Case("There is no variable pool_boy_schedule_usr", {"usr": "boy"}),
    "timeout": Case("pool_boy_schedule_timeout must be 1 second or more", {"timeout": 0}),
    "password": Case(
        "pool_boy_concourse_username needs pool_boy_concourse_password", less=("pool_boy_concourse_password",)
    ),
    "login": Case(
        "pool_boy_concourse_url needs a way to log in",
        less=("pool_boy_concourse_username", "pool_boy_concourse_password"),
    ),
    "key": Case("pool_boy_repo needs an SSH key", round={"pool_boy_repo": "git@git.example.com:locks.git"}),
    "misplaced": Case(
        "pool_boy_concourse_token must be in pool_boy_schedule_secrets", round={"pool_boy_concourse_token": "s3cret"}
    ),
    "address": Case(
        "pool_boy_repo must be in pool_boy_schedule_secrets", round={"pool_boy_repo": "https://boy:s3cret@git/locks"}
    ),
    "aliases": Case(
        "pool_boy_concourse_url_aliases must be in pool_boy_schedule_secrets",
        round={"pool_boy_concourse_url_aliases": ["https://ci", "https://s3cret@ci"]},
    ),
    "environment": Case(
        "CONCOURSE_PASSWORD, HTTPS_PROXY must be in pool_boy_schedule_secret_environment",
        {
            "environment": {
                "CONCOURSE_PASSWORD": "s3cret",
                "HTTP_PROXY": "http://proxy:3128",
                "HTTPS_PROXY": "http://boy:s3cret@proxy:3128",
            }
        },
    ),
    "requirements": Case(
        "collection_source, pool_boy_schedule_extra_requirements, pool_boy_schedule_pip_arguments must have no address",
        {
            "collection_source": "git+https://s3cret@git.example.com/concourse.git,0.1.0",
            "extra_requirements": ["x @ https://s3cret@git.example.com/x.whl"],
            "pip_arguments": ["--index-url", "https://boy:s3cret@pypi.example.com/simple"],
        },
    ),
    "lists": Case(
        "pool_boy_schedule_groups, pool_boy_schedule_round must be a list or a dictionary, not a text",
        {"groups": "www-data", "round": '{"pool_boy_repo": "/srv/locks"}'},
    ),
    "install": Case(
        "install lacks venv: install it", {"python": "/tester/python-without-venv", "install_packages": "false"}
    ),
    "variable": Case("The round has no variable pool_boy_pooll", round={"pool_boy_pooll": "aws"}),
    "type": Case("pool_boy_grace", round={"pool_boy_grace": "soon"}),
    "pools": Case("pool_boy_schedule_round must have pool_boy_pools", less=("pool_boy_pools",)),
    "python": Case("There is no /usr/bin/python2.99", {"python": "/usr/bin/python2.99"}),
    "old": Case("/tester/old-python on old is older than 3.11", {"python": "/tester/old-python"}),
    "venv": Case("venv lacks venv: install it (Debian calls", {"python": "/tester/python-without-venv"}),
    "folder": Case("cannot write to /etc/skel", round={"pool_boy_page_file": "/etc/skel/page.html"}),
    "deep": Case("writes to /srv/no/where on deep", round={"pool_boy_metrics_file": "/srv/no/where/x.prom"}),
    "path": Case("must be an absolute path", round={"pool_boy_page_file": "/srv/my pools/page.html"}),
    "user": Case("The user daemon of user is not a user of the round", {"user": "daemon"}),
    "taken": Case("/etc/skel on taken does not belong to a round", {"name": "skel"}),
    "group": Case("group lacks a group of pool_boy_schedule_groups (nobodys)", {"groups": ["nobodys"]}),
    "source": Case("there is no /srv/collection where Ansible runs", {"collection_source": "/srv/collection"}),
}
# The other mistakes are found by rules with unit tests; `make long` sees those through Ansible, too.
SHORT = (
    *("backend", "calendar", "crontab", "misspelt", "environment", "install", "type"),
    *("python", "old", "folder", "user", "taken", "group"),
)
CASES = ALL if LONG else {name: ALL[name] for name in SHORT}

PROGRAMS = {
    "old-python": "exit 1",
    "python-without-venv": 'case "$2" in *venv*) exit 1 ;; esac',
    # A cron with a stricter parser.
    "crontab": """case $1 in
  -n) ! grep '^13 13 13' || { echo bad minute; exit 1; } ;;
  *) echo 'usage: crontab [-n] file: -n (dry run: checks the syntax)' ;;
esac""",
}


def settings(host: Host, case: Case) -> dict[str, Any]:
    """Return the variables of one host."""
    round_variables = {**host.stage.round, **case.round}
    known = {"round": round_variables, "secrets": host.stage.secrets}
    kept = {name: {key: one for key, one in group.items() if key not in case.less} for name, group in known.items()}
    return {f"{PREFIX}{name}": value for name, value in {"install_packages": False, **kept, **case.settings}.items()}


@pytest.fixture(scope="module")
def refusals(systemd_host: Host) -> dict[str, str]:
    """The message of each host."""
    machine = systemd_host.machine
    for name, script in PROGRAMS.items():
        machine.put(f"/tester/{name}", f"#!/bin/sh\n{script}\n")
        machine.path(f"/tester/{name}").chmod(0o755)
    for name, case in CASES.items():
        variables = f"--- !unsafe\n{json.dumps(settings(systemd_host, case))}\n"
        machine.put(f"/tester/host_vars/{name}.yml", variables)
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    machine.put("/tester/hosts.yml", json.dumps({"all": {"hosts": {name: {} for name in CASES}, "vars": local}}))
    run = systemd_host.playbook(
        *("--inventory=/tester/hosts.yml", "--extra-vars=pool_boy_hosts=all", "--forks=4", "--diff"),
        environment={"PATH": f"/tester:{TOOLS}:/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    assert "s3cret" not in run.said
    assert not any(secret in run.said for secret in systemd_host.stage.secrets.values())
    found = re.findall(r"^fatal: \[(\w+)\]: FAILED! => (.*)$", run.stdout, re.MULTILINE)
    return {name: str(json.loads(result)["msg"]) for name, result in found}


@pytest.mark.parametrize("name", CASES)
def test_a_setting_that_cannot_work_is_refused(refusals: dict[str, str], name: str) -> None:
    assert CASES[name].words in refusals.get(name, "nothing was refused")


def test_nothing_was_installed(refusals: dict[str, str], systemd_host: Host) -> None:
    assert sorted(refusals) == sorted(CASES)
    assert systemd_host.leftovers == []
