# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed commits, where git's own settings require them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..._core.shared.errors import RepositoryError
from ..access.author import Author
from ..process.command import GitCommand, GitFailed, GitProcess, GitTimedOut
from ..remote.error_messages import git_words

_LONGEST_SIGNATURE = 60.0  # seconds: a person can enter the passphrase of the key, but must not block other runs


def request_signing(git: GitCommand, repository: Path) -> GitProcess:
    """Start to read git's setting `commit.gpgsign`, see is_signing_required()."""
    return git.start("config", "--type=bool", "--default=false", "--get", "commit.gpgsign", repository=repository)


def is_signing_required(request: GitProcess) -> bool:
    """Wait for the setting and return it. Raises RepositoryError."""
    try:
        return request.output().strip() == b"true"
    except GitFailed as failed:
        raise RepositoryError(f"git cannot read its own settings: {git_words(failed.stderr)}") from None


class CommitSigner:
    """Signs commits in a repository. `git fast-import` cannot, so it writes them once more.

    `not_done` completes the error message: "nothing was released".
    """

    def __init__(self, git: GitCommand, repository: Path, author: Author, not_done: str) -> None:
        self._git = git
        self._repository = repository
        self._author = author
        self._not_done = not_done

    def sign(self, base: str, last: str, messages: Sequence[str], date: int) -> str:
        """Write the commits from `base` to `last` again, signed; return the last one.

        `date` is in seconds since 1970, UTC. Raises RepositoryError if git cannot sign, and GitFailed.
        """
        log = self._git.run("log", "--reverse", "--format=%T", f"{base}..{last}", repository=self._repository)
        git = self._git.with_variables(_identity_variables(self._author, date))
        parent = base
        for tree, message in zip(log.decode().split(), messages, strict=True):
            parent = self._commit(git, parent, tree, message)
        return parent

    def _commit(self, git: GitCommand, parent: str, tree: str, message: str) -> str:
        command = ("commit-tree", "-S", "-p", parent, tree)
        process = git.start(*command, repository=self._repository, with_input=True, timeout=_LONGEST_SIGNATURE)
        process.write(message.encode("utf-8", "surrogateescape"))
        process.end_input()
        try:
            return process.output().decode().strip()
        except GitTimedOut as late:
            raise RepositoryError(
                f"git's settings (commit.gpgsign) require signed commits, but no commit was signed within"
                f" {late.seconds:g} seconds, as if the key had a passphrase that nobody entered, so {self._not_done}:"
                " unlock the key in its agent before the run, or sign with a key without a passphrase."
            ) from None
        except GitFailed as failed:
            raise RepositoryError(
                f"git's settings (commit.gpgsign) require signed commits, but git cannot sign them, so"
                f" {self._not_done}: check user.signingKey and gpg.format where this module runs."
                f" ({git_words(failed.stderr)})"
            ) from None


def _identity_variables(author: Author, date: int) -> dict[str, str]:
    values = {"NAME": author.name, "EMAIL": author.mail, "DATE": f"@{date} +0000"}
    variables = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in values.items()}
    return {**variables, "LC_ALL": "C.UTF-8"}  # otherwise gpg finds no key by a name with an umlaut
