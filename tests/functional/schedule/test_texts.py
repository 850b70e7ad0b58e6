# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the entry point schedule writes texts into the files of the round, and which expressions cron reads."""

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
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._schedule.test_cron_expression import GOOD

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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The `folder` of the files with all these texts; `back` is what Ansible reads from the file of the round."""
    place = Workplace(tmp_path_factory.mktemp("texts") / "machine")
    given: dict[str, Any] = {
        "variables": AWKWARD | NESTED,
        "environment": {name.upper(): text for name, text in AWKWARD.items()},
        "folder": str(place.folder),
        "templates": TEMPLATES,
    }
    file = place.folder / "given.yml"
    # JSON in YAML: no character that YAML cannot represent, and no templates.
    file.write_text(f"given: !unsafe {json.dumps(json.dumps(given))}\n", encoding="utf-8")
    run = place.ansible("ansible-playbook", str(PLAYBOOK), "-e", f"@{file}")
    assert run.code == 0, run.said
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
    return {"back": dict(zip(sorted(given["variables"]), values, strict=True)), "folder": place.folder}


@pytest.mark.parametrize("name", [*AWKWARD, *NESTED])
def test_a_value_comes_back_as_it_was_given(made: dict[str, Any], name: str) -> None:
    assert made["back"][name] == {**AWKWARD, **NESTED}[name]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_shell_reads_a_secret_of_the_environment_as_it_was_given(made: dict[str, Any], name: str) -> None:
    script = f'set -eu; . "$1"; printf %s "${name.upper()}"'
    shell = ["sh", "-c", script, "sh", str(made["folder"] / "environment.sh")]
    assert subprocess.run(shell, check=True, capture_output=True).stdout == AWKWARD[name].encode()


@pytest.mark.skipif(obstacle() != "", reason=obstacle())
@pytest.mark.parametrize("expression", GOOD)
def test_the_cron_of_this_machine_reads_an_allowed_expression(expression: str) -> None:
    table = f"{expression} true\n"
    cron = subprocess.run(["crontab", "-n", "-"], input=table, capture_output=True, text=True, check=False)
    assert cron.returncode == 0, cron.stderr


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
