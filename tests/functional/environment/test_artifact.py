# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-galaxy collection build` packs exactly the tracked files, even in a used checkout."""

from __future__ import annotations

import tarfile
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.environment.checkout import copy_of, tracked
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

MADE_BY_GALAXY = {"MANIFEST.json", "FILES.json"}
LEFT_OUT = {"galaxy.yml", ".gitignore"}


def leave_traces(checkout: Path) -> list[Path]:
    """Create a file for each line of .gitignore, in a folder if the line names one."""
    made = []
    for line in (checkout / ".gitignore").read_text(encoding="utf-8").split():
        name = line.strip("/").replace("*", "poolboy")
        trace = checkout / name / "deep" / "trace" if line.endswith("/") else checkout / name
        trace.parent.mkdir(parents=True, exist_ok=True)
        trace.write_text("something", encoding="utf-8")
        made.append(trace)
    return made


def test_the_artifact_has_what_git_knows_and_nothing_else(tmp_path: Path, workplace: Workplace) -> None:
    names = tracked()
    checkout = tmp_path / "checkout"
    copy_of(names, checkout)
    assert len(leave_traces(checkout)) > 10
    # As `make` does: a link to the checkout inside the checkout.
    (checkout / ".collections" / "concourse").symlink_to("..")
    run = workplace.ansible(
        "ansible-galaxy", "collection", "build", str(checkout), "--output-path", str(tmp_path / "out")
    )
    assert run.code == 0, run.said
    (artifact,) = (tmp_path / "out").iterdir()
    with tarfile.open(artifact) as archive:
        packed = {member.name for member in archive if not member.isdir()}
    assert {name.split("/")[0] for name in packed} - {name.split("/")[0] for name in names} == MADE_BY_GALAXY
    assert packed == (names - LEFT_OUT) | MADE_BY_GALAXY
    # Other tools require these: the stage for Molecule, ansible-test sanity, and the licence.
    assert {"tests/stage/__main__.py", "tests/sanity/ignore-2.19.txt", "LICENSES/GPL-3.0-or-later.txt"} <= packed
