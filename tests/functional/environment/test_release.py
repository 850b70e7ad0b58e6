# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release` makes releases in a clone: changelog, commit, tag and reproducible files, or changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.poolboy.concourse.tests.functional.environment.checkout import copy_of, tracked, unpack
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

CURRENT = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
MAJOR, MINOR, _PATCH = map(int, CURRENT.split("."))
FIRST, SECOND = f"{MAJOR}.{MINOR + 1}.0", f"{MAJOR}.{MINOR + 2}.0"
AUTHOR = {f"GIT_{role}_{what}": "ada@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Clone:
    """A clone of the collection's repository."""

    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        # The tester's settings could sign commits or run hooks.
        isolated = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **AUTHOR}
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHONPATH"))}
        return subprocess.run(
            command, cwd=self.folder, env={**variables, **isolated}, check=False, capture_output=True, text=True
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def release(self, version: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "scripts.release", version)

    def commit_fragment(self, name: str, text: str) -> None:
        fragments = self.folder / "changelogs" / "fragments"
        fragments.mkdir(exist_ok=True)
        fragments.joinpath(name).write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change something")

    def fragments(self) -> set[str]:
        """Return the texts of all fragments that go into the changelog."""
        files = (self.folder / "changelogs" / "fragments").glob("*.y*ml")
        sections = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
        return texts([{**one, "trivial": []} for one in sections])

    @property
    def state(self) -> tuple[str, ...]:
        """Commit, tags, work trees, changes and built files."""
        dist = sorted(path.name for path in (self.folder / "dist").glob("*"))
        commands = (["rev-parse", "HEAD"], ["tag"], ["worktree", "list"], ["status", "--porcelain"])
        return (*(self.git(*command) for command in commands), *dist)


def texts(value: Any) -> set[str]:
    """Return all changes of a fragment, or of a release in changelog.yaml, without line breaks."""
    if isinstance(value, str):
        return {" ".join(value.split())}
    children = value.values() if isinstance(value, dict) else value
    return {text for child in children for text in texts(child)}


def clone_of(source: Path, target: Path) -> Clone:
    subprocess.run(["git", "clone", "--quiet", str(source), str(target)], check=True)
    return Clone(target)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A repository with the files of the checkout on main."""
    clone = Clone(tmp_path_factory.mktemp("original"))
    copy_of(tracked(), clone.folder)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.commit_fragment("first.yml", "bugfixes:\n  - The first change.\n")
    return clone


def test_two_releases(original: Clone, tmp_path: Path, workplace: Workplace) -> None:
    first = clone_of(original.folder, tmp_path / "first")
    changes = first.fragments()
    done = first.release(FIRST)
    assert done.returncode == 0, done.stdout + done.stderr
    assert first.git("log", "-1", "--format=%s", FIRST) == first.git("log", "-1", "--format=%s") == f"Release {FIRST}"
    assert first.git("status", "--porcelain") == ""

    # Another person makes the next one.
    second = clone_of(first.folder, tmp_path / "second")
    assert second.fragments() == set()
    second.commit_fragment("second.yml", "bugfixes:\n  - The second change.\n")
    done = second.release(SECOND)
    assert done.returncode == 0, done.stdout + done.stderr

    name = f"poolboy-concourse-{SECOND}"
    unpacked = tmp_path / "unpacked"
    unpack(second.folder / "dist" / f"{name}.tar.gz", unpacked)
    released = yaml.safe_load((unpacked / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    assert texts(released[FIRST]["changes"]) == changes
    assert texts(released[SECOND]["changes"]) == {"The second change."}
    changelog = (unpacked / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.index("The second change") < changelog.index("The first change")
    notes = (second.folder / "dist" / f"{name}.md").read_text(encoding="utf-8")
    assert "The second change" in notes
    assert "The first change" not in notes
    check_bill(json.loads((second.folder / "dist" / f"{name}.cdx.json").read_text(encoding="utf-8")))
    check_version(second)
    check_second_build(clone_of(second.folder, tmp_path / "third"), second.folder / "dist", name)
    check_installation(second.folder / "dist" / f"{name}.tar.gz", tmp_path / "installed", workplace)


def check_bill(bill: dict[str, Any]) -> None:
    assert bill["metadata"]["component"]["version"] == SECOND
    needs = {need["name"]: need.get("versionRange") for need in bill["components"]}
    assert needs["ansible-core"] == "vers:pypi/>=2.19.0"
    lines = (CHECKOUT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.split(">=") for line in lines if line[:1].isalpha()]
    assert len(wanted) == 2
    assert all(needs[name] == f"vers:pypi/>={version}" for name, version in wanted)
    assert "git" in needs


def check_version(clone: Clone) -> None:
    """Check that images, tasks and guides name the new version, and that only past and examples name the old one."""
    found = clone.run("git", "grep", "-nF", FIRST, "--", ".", ":!CHANGELOG.md", ":!changelogs").stdout
    assert found == ""
    left = clone.git("grep", "-nF", CURRENT, "--", ".", ":!CHANGELOG.md", ":!changelogs", ":!tests").splitlines()
    assert [line for line in left if "version_added" not in line and "argument_specs.yml" not in line] == []


def check_second_build(clone: Clone, dist: Path, name: str) -> None:
    """Check that the tag gives the same bytes in another clone, and no time but the commit's."""
    done = clone.run(sys.executable, "-m", "scripts.artifact", SECOND, "again")
    assert done.returncode == 0, done.stderr
    again = clone.folder / "again"
    assert sorted(file.name for file in again.iterdir()) == [f"{name}.cdx.json", f"{name}.md", f"{name}.tar.gz"]
    assert [file.name for file in again.iterdir() if file.read_bytes() != (dist / file.name).read_bytes()] == []
    with tarfile.open(dist / f"{name}.tar.gz") as archive:
        members = archive.getmembers()
    assert {member.mtime for member in members} == {int(clone.git("log", "-1", "--format=%ct", SECOND))}
    names = [member.name for member in members]
    assert names[:2] == ["FILES.json", "MANIFEST.json"]
    assert names[2:] == sorted(names[2:])


def check_installation(archive: Path, target: Path, workplace: Workplace) -> None:
    """Check that ansible-galaxy installs the archive and finds no file that differs from the manifests."""
    run = workplace.ansible(
        "ansible-galaxy", "collection", "install", str(archive), "--offline", "--collections-path", str(target)
    )
    assert run.code == 0, run.said
    run = workplace.ansible(
        *("ansible-galaxy", "collection", "verify", "poolboy.concourse", "--offline", "--collections-path", str(target))
    )
    assert run.code == 0, run.said


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("", "does not have the form 1.2.3"),
        ("v1.0.0", "does not have the form 1.2.3"),
        ("1.0", "does not have the form 1.2.3"),
        ("01.0.0", "does not have the form 1.2.3"),
        ("1.0.0-rc1", "does not have the form 1.2.3"),
        ("0.0.0", "is not greater than"),
    ],
)
def test_a_wrong_version_changes_nothing(original: Clone, version: str, says: str) -> None:
    check_refusal(original, version, says)


def check_refusal(clone: Clone, version: str, says: str) -> None:
    before = clone.state
    done = clone.release(version)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert clone.state == before


def test_a_wrong_checkout_changes_nothing(original: Clone, tmp_path: Path) -> None:
    clone = clone_of(original.folder, tmp_path / "clone")
    note = clone.folder / "note.txt"
    note.write_text("new", encoding="utf-8")
    check_refusal(clone, FIRST, "has changes that are not committed")
    note.unlink()
    clone.git("tag", SECOND)
    check_refusal(clone, SECOND, f"The tag {SECOND} exists")
    check_refusal(clone, FIRST, f"is not greater than {SECOND}")
    clone.git("tag", "--delete", SECOND)
    clone.git("switch", "--quiet", "--create", "topic")
    check_refusal(clone, FIRST, "The branch is topic")
    clone.git("switch", "--quiet", "main")
    clone.git("rm", "--quiet", "-r", "changelogs/fragments")
    clone.git("commit", "--quiet", "--message", "Remove the fragments")
    check_refusal(clone, FIRST, "has no fragment")


def test_a_failure_on_the_way_changes_nothing(original: Clone, tmp_path: Path) -> None:
    clone = clone_of(original.folder, tmp_path / "clone")
    clone.commit_fragment("wrong.yml", "no_section:\n  - A change.\n")
    before = clone.state
    done = clone.release(FIRST)
    assert done.returncode == 1
    assert "The release was not made" in done.stderr
    assert clone.state == before
