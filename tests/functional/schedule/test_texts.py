# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the entry point schedule handles texts in the round's files, in cron entries and in addresses."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.environment.guide import rows
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.functional.schedule.machine import obstacle

PLAYBOOK = Path(__file__).with_name("texts.yml")
TEMPLATES = sorted(path.stem for path in (Path(__file__).parents[3] / "roles/pool_boy/templates/schedule").glob("*.j2"))
AWKWARD = {
    "emoji": "p\U0001f511ss \U0001f468\u200d\U0001f469 \U0010ffff",
    "behind_a_backslash": "\\\U0001f511 \\\\\U0001f511 \\ud83d\\udd11",
    "delete": "a\x7fb",
    "c1": "".join(map(chr, range(0x80, 0xA0))),
    "c0": "".join(map(chr, range(1, 0x20))),
    "next_line": "a\u0085b\u2028c\u2029d",
    "no_characters": "\ufeff\ufffe\uffff",
    "quotes": '"it\'s" `so` $HOME',
    "newline": "a\n  b\n\n",
    "template": "{{ 7 * 7 }} {% raw %} {# x #}",
    "yaml": "- a: #b !c &d *e |",
    "empty": "",
}
NESTED = {
    "list": ["aws", {"name": "cf/\U0001f511", "job": "main/x/{{ y }}"}, 7, True, None],
    "number": 7,
    "truth": True,
    "like_a_number": "007",
}
GOOD_ENTRIES = (
    "* * * * *",
    "*/10 * * * *",
    "*/5,3 0-23/2 1,15 * 1-5",
    "0 8 * * mon-fri",
    "0 8 * JAN,Feb *",
    "0 8 * jan-mar/2,dec sun,5-7",
    "0\t8  31 12 7",
    "00 08 01 01 0",
)
BAD_ENTRIES = (
    "5/10 * * * *",
    "30-10 * * * *",
    "0 8 * * fri-mon",
    "0 8 * dec-jan *",
    "0 8 5-1,7 * *",
    "0 8 * * jan",
    "0 8 * mon *",
    "0 mon * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 1 13 *",
    "0 0 * * 8",
    "*/0 * * * *",
    "*-5 * * * *",
    "1, * * * *",
    "* * * *",
    "* * * * * *",
    "* * * * * # every minute",
    "* * * * *\n* * * * * root sh",
    "@reboot",
    "@HOURLY",
)
WORDS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
TELLING = (
    "https://T0KEN@git.example.com/locks",
    "https://boy:s3cret@git.example.com",
    "HTTP://boy:@git.example.com",
    "git+https://T0KEN@git.example.com/x.git,main",
    "ssh://boy:s3cret@git.example.com/locks",
    "--index-url=https://boy:s3cret@pypi.example.com/simple",
    "x @ https://boy:p?s#@x@example.com/x.whl",
)
HARMLESS = (
    "https://git.example.com/locks",
    "https://git.example.com:8443/@scope/x@v1",
    "http://proxy.example.com:3128",
    "ssh://git@git.example.com/locks",
    "git+ssh://git@git.example.com:22/locks.git",
    "git@git.example.com:locks.git",
    "x @ git+https://git.example.com/x@v1",
    "/srv/locks",
    "poolboy <boy@example.com>",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The role's results for all these texts; `back` is what Ansible reads from the round's file."""
    place = Workplace(tmp_path_factory.mktemp("texts") / "machine")
    given: dict[str, Any] = {
        "variables": AWKWARD | NESTED,
        "environment": {name.upper(): text for name, text in AWKWARD.items()},
        "entries": [*GOOD_ENTRIES, *WORDS, *BAD_ENTRIES],
        "addresses": [*TELLING, *HARMLESS],
        "folder": str(place.folder),
        "templates": TEMPLATES,
    }
    file = place.folder / "given.yml"
    # JSON in YAML: no character that YAML cannot represent, and no templates.
    file.write_text(f"given: !unsafe {json.dumps(json.dumps(given))}\n", encoding="utf-8")
    run = place.ansible("ansible-playbook", str(PLAYBOOK), "-e", f"@{file}")
    assert run.code == 0, run.said
    told: dict[str, Any] = json.loads((place.folder / "told.json").read_text(encoding="utf-8"))
    names = json.dumps(sorted(given["variables"]))
    back = place.ansible(
        *("ansible", "localhost", "-m", "ansible.builtin.copy", "-e", f"@{place.folder}/round.yml"),
        *(
            "-a",
            json.dumps(
                {"dest": f"{place.folder}/back.json", "content": f"{{{{ query('vars', *{names}) | to_json }}}}"}
            ),
        ),
    )
    assert back.code == 0, back.said
    values = json.loads((place.folder / "back.json").read_text(encoding="utf-8"))
    return {**told, "back": dict(zip(sorted(given["variables"]), values, strict=True)), "folder": place.folder}


@pytest.mark.parametrize("name", [*AWKWARD, *NESTED])
def test_a_value_comes_back_as_it_was_given(made: dict[str, Any], name: str) -> None:
    assert made["back"][name] == {**AWKWARD, **NESTED}[name]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_shell_reads_a_secret_of_the_environment_as_it_was_given(made: dict[str, Any], name: str) -> None:
    script = f'set -eu; . "$1"; printf %s "${name.upper()}"'
    shell = ["sh", "-c", script, "sh", str(made["folder"] / "environment.sh")]
    assert subprocess.run(shell, check=True, capture_output=True).stdout == AWKWARD[name].encode()


@pytest.mark.parametrize("entry", [*GOOD_ENTRIES, *WORDS])
def test_an_entry_that_cron_reads_is_allowed(made: dict[str, Any], entry: str) -> None:
    assert made["entries"][entry] == {"matches": True, "backwards": ""}
    if obstacle() == "":
        table = f"{entry} true\n"
        cron = subprocess.run(["crontab", "-n", "-"], input=table, capture_output=True, text=True, check=False)
        assert cron.returncode == 0, cron.stderr


@pytest.mark.parametrize("entry", BAD_ENTRIES)
def test_an_entry_that_cron_does_not_read_is_refused(made: dict[str, Any], entry: str) -> None:
    assert made["entries"][entry] != {"matches": True, "backwards": ""}


def test_the_range_that_runs_backwards_is_named(made: dict[str, Any]) -> None:
    assert made["entries"]["0 8 5-1,7 * *"] == {"matches": True, "backwards": "5-1"}


@pytest.mark.parametrize("address", [*TELLING, *HARMLESS])
def test_an_address_with_a_secret_is_detected(made: dict[str, Any], address: str) -> None:
    assert made["addresses"][address] == (address in TELLING)


def test_the_environment_takes_the_place_of_what_is_not_named(made: dict[str, Any]) -> None:
    """Named variables and variables of an unused login are not replaced; secrets stay secret."""
    assert made["fallbacks"] == {
        "environment alone": {
            "round": {"pool_boy_repo": "R", "pool_boy_pools": "P", "pool_boy_concourse_username": "U"},
            "secrets": {"pool_boy_ssh_private_key": "K", "pool_boy_concourse_password": "W"},
        },
        "named": {
            "round": {"pool_boy_repo": "mine", "pool_boy_pools": ["aws"], "pool_boy_key_file": "/k"},
            "secrets": {"pool_boy_concourse_token": "t"},
        },
    }


def test_every_text_is_in_ascii_or_readable(made: dict[str, Any]) -> None:
    """The file contains no character that YAML forbids."""
    text = (made["folder"] / "round.yml").read_bytes().decode()
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]", text) == []


def test_the_exposure_of_the_service_is_as_documented(made: dict[str, Any], tmp_path: Path) -> None:
    service = tmp_path / "pool-boy.service"
    service.write_bytes((made["folder"] / "managed-service").read_bytes())
    if shutil.which("systemd-analyze") is None:
        pytest.skip("platform: no systemd-analyze here")
    version = subprocess.run(["systemd-analyze", "--version"], check=True, capture_output=True, text=True).stdout
    installed = " ".join(content for _path, content in rows("schedule.rst", "What is installed"))
    documented = re.findall(r"systemd-analyze security: ([0-9.]+) with systemd (\d+)\)", installed)
    if version.split()[1] not in {number for _exposure, number in documented}:
        pytest.skip("platform: another systemd than that of the documented figure")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(service)]
    measured = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (exposure,) = re.findall(r"Overall exposure level for pool-boy.service: ([0-9.]+)", measured)
    assert documented == [(exposure, version.split()[1])]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_line_of_ansible_managed_is_a_comment(made: dict[str, Any], name: str) -> None:
    """cron ignores a whole file with one invalid line, and sh would run that line."""
    lines = (made["folder"] / f"managed-{name}").read_text(encoding="utf-8").splitlines()
    marked = [line for line in lines if "first line" in line or "second %line%" in line]
    assert len(marked) == 2
    assert all(line.startswith("#") for line in marked)
    assert (lines[0] == "#!/bin/sh") == (name == "round")
