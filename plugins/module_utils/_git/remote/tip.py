# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tip of a branch, and the branches of the remote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._core.shared.errors import BadOption, RepositoryError
from ..._core.shared.text import printable, quoted, some_of

HEADS = "refs/heads/"
_SHOWN_BRANCHES = 20
_SYMBOLIC = b"ref: "


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch and its latest commit."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class RemoteReferences:
    """The output of `git ls-remote --symref`: commits by reference, and the reference that HEAD points to."""

    commits: Mapping[str, str]
    head: str | None = None

    @classmethod
    def parse(cls, printed: bytes) -> RemoteReferences:
        """Read the output: each line is `COMMIT<tab>REFERENCE` or `ref: TARGET<tab>HEAD`."""
        commits: dict[str, str] = {}
        head = None
        for line in printed.splitlines():
            value, _tab, reference = line.partition(b"\t")
            if not value.startswith(_SYMBOLIC):
                commits[_text(reference)] = _text(value)
            elif reference == b"HEAD":
                head = _text(value.removeprefix(_SYMBOLIC))
        return cls(commits, head)

    def tip(self, branch: str | None) -> Tip | None:
        """Return the tip of a branch, of the default branch for None; None if it is not listed."""
        reference = f"{HEADS}{branch}" if branch is not None else self.head
        if reference is None or not reference.startswith(HEADS):
            return None
        commit = self.commits.get(reference) or (self.commits.get("HEAD") if reference == self.head else None)
        return None if commit is None else Tip(reference.removeprefix(HEADS), commit)

    @property
    def branches(self) -> tuple[str, ...]:
        return tuple(sorted(name.removeprefix(HEADS) for name in self.commits if name.startswith(HEADS)))


def check_branch_name(branch: str) -> str:
    """Return the name of a branch. Raises BadOption for an invalid one, see git-check-ref-format(1)."""
    parts = branch.split("/")
    forbidden = any(character <= " " or character in "~^:?*[\\\x7f" for character in branch)
    misplaced = any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts)
    if forbidden or misplaced or ".." in branch or "@{" in branch or branch.startswith("-") or branch == "@":
        raise BadOption(
            f"branch is {quoted(branch, 100)}, which is not a valid branch name: give the name without refs/heads/."
        )
    return branch


def missing_tip_error(references: RemoteReferences, branch: str | None, where: str) -> RepositoryError:
    """Return the error for a branch without a tip, given all references of the remote."""
    branches = references.branches
    if not branches:
        # To git, a web server that serves a page for every path looks like an empty repository.
        return RepositoryError(
            f"The repository at {where} has no branch: it is empty, or it is not a git repository."
            " Check repo, or push a branch with a pool first."
        )
    shown = some_of([printable(name, 100) for name in branches], _SHOWN_BRANCHES)
    if branch is not None:
        return RepositoryError(f"There is no branch {printable(branch, 100)} at {where}. It has: {shown}.")
    return RepositoryError(f"The HEAD of {where} is not an existing branch: set branch. It has: {shown}.")


def guess_default_tip(references: RemoteReferences) -> Tip | None:
    """Return the branch at the commit of HEAD, for an old server that does not name the default branch."""
    commit = references.commits.get("HEAD")
    at_head = [branch for branch in references.branches if references.commits[f"{HEADS}{branch}"] == commit]
    usual = [branch for branch in ("main", "master") if branch in at_head]
    branch = next(iter(usual or at_head), None)
    return Tip(branch, str(commit)) if branch is not None and (usual or len(at_head) == 1) else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
