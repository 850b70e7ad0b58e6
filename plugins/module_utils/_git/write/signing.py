# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures on commits, if git's own settings ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..._core.shared.errors import RepositoryError
from ..access.author import Author
from ..process.command import GitCommand, GitFailed, GitProcess
from ..remote.error_messages import git_words
from .planned_commits import CommitPurpose, PlannedCommit


def request_signing(git: GitCommand, repository: Path) -> GitProcess:
    """Ask git's settings whether commits are to be signed, without waiting for the answer."""
    return git.start("config", "--type=bool", "--default=false", "--get", "commit.gpgsign", repository=repository)


def is_signing_required(question: GitProcess) -> bool:
    """Wait for the answer. Raises RepositoryError."""
    try:
        return question.output().strip() == b"true"
    except GitFailed as failed:
        raise RepositoryError(f"git cannot read its own settings: {git_words(failed.stderr)}") from None


def sign_commits(
    git: GitCommand,
    repository: Path,
    base: str,
    last: str,
    commits: Sequence[PlannedCommit],
    author: Author,
    deed: CommitPurpose,
    at: int,
) -> str:
    """Write the commits that lead from `base` to `last` once more, signed, and return the last of them.

    `git fast-import` cannot sign. Raises RepositoryError if git cannot either, and GitFailed.
    """
    trees = git.run("log", "--reverse", "--format=%T", f"{base}..{last}", repository=repository).decode().split()
    git = git.with_variables(_variables(author, at))
    parent = base
    for tree, commit in zip(trees, commits, strict=True):
        process = git.start("commit-tree", "-S", "-p", parent, tree, repository=repository, with_input=True)
        process.write(commit.message.encode("utf-8", "surrogateescape"))
        process.end_input()
        try:
            parent = process.output().decode().strip()
        except GitFailed as failed:
            raise RepositoryError(
                f"git's settings (commit.gpgsign) ask for signed commits, and git cannot sign them, so {deed.nothing}:"
                f" look at user.signingKey and gpg.format where this runs. ({git_words(failed.stderr)})"
            ) from None
    return parent


def _variables(author: Author, at: int) -> dict[str, str]:
    roles = ("AUTHOR", "COMMITTER")
    values = {"NAME": author.name, "EMAIL": author.mail, "DATE": f"@{at} +0000"}
    variables = {f"GIT_{role}_{what}": value for role in roles for what, value in values.items()}
    return {**variables, "LC_ALL": "C.UTF-8"}  # else gpg does not find a key by a name with an umlaut
