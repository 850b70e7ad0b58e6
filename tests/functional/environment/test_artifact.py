# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-galaxy collection build` packs exactly what users need, even in a used checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.environment.checkout import copy_of, tracked, unpack
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

MADE_BY_GALAXY = {"MANIFEST.json", "FILES.json"}
# Files and folders at the root that users need. All others are developers' and are in build_ignore of galaxy.yml.
FOR_USERS = {
    ".ansible-lint",
    "CHANGELOG.md",
    "LICENSE",
    "LICENSES",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs",
    "concourse",
    "docs",
    "execution-environment.yml",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}


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


@pytest.fixture
def unpacked(tmp_path: Path, workplace: Workplace) -> Path:
    """The artifact of a used checkout, unpacked where Ansible finds it below `tmp_path`."""
    checkout = tmp_path / "checkout"
    copy_of(tracked(), checkout)
    assert len(leave_traces(checkout)) > 10
    # As `make` does: a link to the checkout inside the checkout.
    (checkout / ".collections" / "concourse").symlink_to("..")
    run = workplace.ansible(
        "ansible-galaxy", "collection", "build", str(checkout), "--output-path", str(tmp_path / "out")
    )
    assert run.code == 0, run.said
    (artifact,) = (tmp_path / "out").iterdir()
    folder = tmp_path / "ansible_collections" / "poolboy" / "concourse"
    unpack(artifact, folder)
    return folder


def test_the_artifact(unpacked: Path, tmp_path: Path, workplace: Workplace) -> None:
    check_files(unpacked)
    check_links(unpacked)
    check_with_ansible_lint(unpacked, tmp_path, workplace)


def check_files(unpacked: Path) -> None:
    """Check that the artifact has what git knows of the files for users, and nothing else."""
    packed = {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_symlink() or path.is_file()
    }
    assert packed == {name for name in tracked() if name.split("/")[0] in FOR_USERS} | MADE_BY_GALAXY
    # Tools read the license here.
    assert (
        (unpacked / "LICENSES" / "GPL-3.0-or-later.txt").read_text(encoding="utf-8").lstrip().startswith("GNU GENERAL")
    )


def check_links(unpacked: Path) -> None:
    """Check that no document refers to a file that only a clone has."""
    links = [
        (page.relative_to(unpacked), page.parent / target)
        for page in unpacked.rglob("*.md")
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    ]
    assert [(str(page), str(target)) for page, target in links if not target.exists()] == []


def check_with_ansible_lint(unpacked: Path, collections: Path, workplace: Workplace) -> None:
    """Check that ansible-lint accepts the artifact as it is, as Galaxy does."""
    workplace.folder = unpacked
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections)}
    run = workplace.ansible("ansible-lint", "--profile", "production", "--offline", environment=environment)
    assert run.code == 0, run.said
    assert "Passed: 0 failure(s), 0 warning(s)" in run.said


def test_each_promise_has_tests() -> None:
    promises = re.findall(
        r"^\| [A-Z].* \| (.*) \|$", (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(promises) > 8
    for tests in promises:
        paths = re.findall(r"`(tests/[^`]+/test_\w+\.py)`", tests)
        assert paths
        assert [path for path in paths if not (CHECKOUT / path).is_file()] == []
