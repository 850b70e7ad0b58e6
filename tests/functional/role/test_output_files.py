# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Page, index, metrics and state that are links or mount points: the file behind them is written, and they stay."""

from __future__ import annotations

import os
import stat
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.role.conftest import Machine, report_variables, work
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver
from ansible_collections.poolboy.concourse.tests.page.repositories import a_file
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import read_page

FILES = {
    "locks.html": "<!DOCTYPE html>",
    "index.html": "<!DOCTYPE html>",
    "locks.prom": "poolboy_rounds_total",
    "state.json": '{"memory"',
}
# Mounts each file onto the file after it, in a namespace of its own, and runs the rest behind `--`.
MOUNT = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 9; shift 2; done; shift; exec "$@"'


def cannot_mount() -> bool:
    """Return whether this machine does not let the tests mount files."""
    return os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0


def targets(machine: Machine) -> dict[str, Path]:
    """Return the files behind the output files, in a folder of their own."""
    folder = machine.folder / "behind"
    folder.mkdir()
    return {name: folder / name for name in FILES}


def variables(machine: Machine, receiver: Receiver) -> dict[str, str]:
    return report_variables(machine, receiver) | {"pool_boy_index_file": str(machine.out / "index.html")}


def check_written(folder: Path, behind: dict[str, Path], *beside: str) -> None:
    for name, beginning in FILES.items():
        assert beginning in behind[name].read_text()
        assert stat.S_IMODE(behind[name].stat().st_mode) == (0o600 if name == "state.json" else 0o644)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, *beside]), "no temporary file is left"


@pytest.mark.parametrize("there", [True, False] if LONG else [True])
def test_links_are_followed(scene: Scene, machine: Machine, receiver: Receiver, there: bool) -> None:
    behind = targets(machine)
    for name, target in behind.items():
        if there:
            target.write_text('{"memory": {}}' if name == "state.json" else "")
        # One of them through another link, and relative.
        (target.parent / f"{name}.link").symlink_to(target.name)
        (machine.out / name).symlink_to(f"../behind/{name}.link")
    hosts = {"shop": work(scene, **variables(machine, receiver))}
    for number in (1, 2) if LONG else (1,):
        run = machine.rounds(hosts)
        assert run.facts["shop"]["failures"] == []
        assert all((machine.out / name).is_symlink() for name in FILES)
        check_written(machine.out, behind, "locks.json")
        rounds = f'poolboy_rounds_total{{repository="shop"}} {number}\n'
        assert rounds in behind["locks.prom"].read_text(), "the counters continue"
    assert len(receiver.take("POST")) == 1, "what was told is not told again"


@pytest.mark.skipif(cannot_mount(), reason="the tests may not mount files on this machine")
def test_a_mounted_file_is_written_in_place(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    behind = targets(machine)
    pairs: list[str] = []
    spaced = machine.folder / "a folder"
    spaced.mkdir()
    for name, target in behind.items():
        target.write_text("{}" if name == "state.json" else "")
        (spaced / name).touch()
        pairs += [str(target), str(spaced / name)]
    machine.prefix = ("unshare", "--mount", "--propagation=private", "sh", "-c", MOUNT, "sh", *pairs, "--")
    reports = {name: value.replace("/out/", "/a folder/") for name, value in variables(machine, receiver).items()}
    run = machine.rounds({"shop": work(scene, **reports)})
    assert run.facts["shop"]["failures"] == []
    # A page that cannot be replaced is in a folder where no other files may be.
    check_written(spaced, behind)
    assert all(not (spaced / name).read_text() for name in FILES), "the files below the mounts"


def test_a_plain_file_is_replaced_at_one_stroke(scene: Scene, machine: Machine) -> None:
    """So a reader never finds half a page, and a full disk leaves the last one."""
    page = machine.out / "locks.html"
    page.write_text("old")
    before = page.stat().st_ino
    run = machine.rounds({"shop": work(scene, pool_boy_page_file=str(page))})
    assert run.facts["shop"]["failures"] == []
    assert page.stat().st_ino != before


# Prints other data at each call, as if other rounds wrote theirs all the time.
BUSY_FOLDER = 'echo >>"$1/calls"; cat "$1/$(wc -l <"$1/calls" | tr -d " ").txt"'


def test_an_index_is_written_again_if_another_round_has_written_meanwhile(machine: Machine) -> None:
    """A round writes the index a second time, and never a third time."""
    for call in range(1, 6):
        data = b64encode(a_file(f"call {call}")[1]).decode()
        (machine.folder / f"{call}.txt").write_text(f"{data} locks.json\n")
    variables = {
        "pool_boy_page_file": str(machine.out / "locks.html"),
        "pool_boy_index_file": str(machine.out / "index.html"),
        "_pool_boy_read_data_argv": ["sh", "-c", BUSY_FOLDER, "sh", str(machine.folder)],
    }
    task = {
        "ansible.builtin.include_role": {"name": "poolboy.concourse.pool_boy", "tasks_from": "report/index"},
        "vars": variables,
    }
    playbook = machine.folder / "write.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    run = machine.ansible("ansible-playbook", str(playbook))
    assert run.code == 0, run.said
    index = (machine.out / "index.html").read_text()
    assert [row.only("bdi").text for row in read_page(index).only("tbody").all("tr")] == ["call 3"]
    assert (machine.folder / "calls").read_text() == "\n" * 4
