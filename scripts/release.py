# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a release: ``python -m scripts.release VERSION`` writes version and changelog, commits, tags and builds.

It works in a separate work tree and moves main only when everything is done, so that a failure changes nothing.
It pushes nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from scripts.artifact import build_release, run_tool
from scripts.checkout import CHECKOUT

BRANCH = "main"
# What tells users which version to install: the tag of an image or of a repository, in all files but these.
VERSION_TO_INSTALL = r"((?:\w:|\b(?:tag|version): |_branch: )){}(?![\w.]*\d)"
PAST = (":!CHANGELOG.md", ":!changelogs", ":!tests")


class ReleaseError(Exception):
    """The reason why no release is made, and what to do: one sentence."""


def make_release(version: str) -> list[Path]:
    """Commit and tag the release on main, build it into dist and return the built files."""
    previous = _check(version)
    with _work_tree() as place:
        _set_version(place, previous, version)
        run_tool("antsibull-changelog", "release", folder=place)
        _git("add", "--all", folder=place)
        _git("commit", "--quiet", "--message", f"Release {version}", folder=place)
        commit = _git("rev-parse", "HEAD", folder=place)
        with tempfile.TemporaryDirectory() as built:
            files = build_release(commit, Path(built), checkout=place)
            _git("merge", "--quiet", "--ff-only", commit)
            _git("tag", "--annotate", "--message", f"Release {version}", version, commit)
            dist = CHECKOUT / "dist"
            dist.mkdir(exist_ok=True)
            return [Path(shutil.copy(file, dist)) for file in files]


def _check(version: str) -> str:
    """Return the version in galaxy.yml, or raise ReleaseError if the release cannot be made."""
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version):
        raise ReleaseError(f"The version {version!r} does not have the form 1.2.3: run make release VERSION=1.2.3.")
    branch = _git("branch", "--show-current")
    if branch != BRANCH:
        raise ReleaseError(f"The branch is {branch or 'not set'}, but releases are made from {BRANCH}: switch to it.")
    if _git("status", "--porcelain"):
        raise ReleaseError("The checkout has changes that are not committed: commit, stash or remove them.")
    tags = [tag for tag in _git("tag", "--list").split() if re.fullmatch(r"\d+\.\d+\.\d+", tag)]
    if version in tags:
        raise ReleaseError(f"The tag {version} exists: choose a greater version.")
    current = str(yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    greatest = max([*tags, current], key=_numbers)
    if _numbers(version) < _numbers(greatest):
        raise ReleaseError(f"The version {version} is not greater than {greatest}: choose a greater one.")
    if not list((CHECKOUT / "changelogs" / "fragments").glob("*.y*ml")):
        raise ReleaseError("The folder changelogs/fragments has no fragment: nothing has changed for users.")
    return current


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@contextmanager
def _work_tree() -> Iterator[Path]:
    """Check the branch out in a temporary folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch, "poolboy.concourse")
        _git("worktree", "add", "--quiet", "--detach", str(place), BRANCH)
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _set_version(place: Path, previous: str, version: str) -> None:
    pattern = re.compile(VERSION_TO_INSTALL.format(re.escape(previous)))
    names = _git("grep", "-lF", previous, "--", ".", *PAST, folder=place)
    for name in names.splitlines():
        file = place / name
        file.write_text(pattern.sub(rf"\g<1>{version}", file.read_text(encoding="utf-8")), encoding="utf-8")


def _git(*arguments: str, folder: Path = CHECKOUT) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def main(arguments: Sequence[str]) -> int:
    """Make the release, print what to do next and return the exit code."""
    version = " ".join(arguments)
    try:
        files = make_release(version)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"The release was not made, see above: {error}", file=sys.stderr)
        return 1
    print(f"Committed and tagged {version}. Built:", *files, sep="\n  ")
    print(f"To publish it: git push --atomic origin {BRANCH} {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
