# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository at its server: the only place that uses the network."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..access.address import Address
from ..process.command import GitCommand, GitFailed, GitProcess
from .tip import HEADS, RemoteReferences, Tip, guess_default_tip, missing_tip_error

WHOLE_HISTORY = (
    0x7FFFFFFF  # what `git fetch --unshallow` asks for, which itself fails if nothing is shallow (fetch-pack.h)
)
TRACKED = "refs/poolboy/head"  # the reference in a mirror that keeps the branch


FETCH = (  # options without which the user's settings would decide
    "fetch",
    "--quiet",
    "--no-progress",
    "--no-tags",
    "--no-prune",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--no-write-fetch-head",
    "--no-show-forced-updates",
    "--refmap=",
)
_PUSH = ("push", "--porcelain", "--no-progress", "--no-verify", "--no-follow-tags", "--no-recurse-submodules")
# Of a repository on this machine the server's part runs here too: without a search for new deltas, which would only
# save network, it takes half the memory.
_LOCAL_SERVER = (
    "-c core.deltaBaseCacheLimit=8m -c core.packedGitWindowSize=1m -c core.packedGitLimit=16m"
    " -c pack.threads=1 -c pack.window=0 upload-pack"
)
_NO_DEPTH = ("does not support shallow", "does not support --depth")  # over dumb HTTP, and of very old servers


class Remote:
    """The repository at an address, as its server gives it. Every answer is bounded by `timeout`, in seconds."""

    def __init__(self, git: GitCommand, address: Address, *, timeout: float, secrets: tuple[str, ...] = ()) -> None:
        self._git = git
        self._address = address
        self._timeout = timeout
        self.secrets = secrets
        self._takes_depth = True

    @property
    def where(self) -> str:
        return self._address.shown

    @property
    def is_local(self) -> bool:
        """Whether the repository is on this machine, so that a connection costs next to nothing."""
        return self._address.scheme == "file"

    @property
    def timeout(self) -> float:
        return self._timeout

    def request_tip(self, branch: str | None) -> TipRequest:
        """Ask for the tip of a branch, of the default branch for None, without waiting for the answer."""
        references = ["HEAD"] if branch is None else [f"{HEADS}{branch}"]
        process = self._git.start("ls-remote", "--symref", "--", self._address.url, *references, timeout=self._timeout)
        return TipRequest(self, process, branch)

    def references(self) -> RemoteReferences:
        """Ask for HEAD and all branches. Raises RepositoryError."""
        # Not --heads, which would leave HEAD out.
        return self.answer(
            self._git.start(
                "ls-remote", "--symref", "--", self._address.url, "HEAD", f"{HEADS}*", timeout=self._timeout
            )
        )

    def answer(self, process: GitProcess) -> RemoteReferences:
        try:
            return RemoteReferences.parse(process.output())
        except GitFailed as failed:
            raise self.explain(failed) from None

    def explain(self, failed: GitFailed) -> Exception:
        """Return the error that says in words for the operator what git said."""
        # Loaded late: most runs go well.
        from .error_messages import explain

        return explain(failed, where=self.where, secrets=self.secrets)

    def fetch(self, repository: Path, branch: str, *, depth: int) -> None:
        """Bring the last `depth` commits of a branch into a repository, as TRACKED. Raises GitFailed.

        A server that knows no depth gives everything.
        """
        if self._takes_depth:
            try:
                self._fetch(repository, branch, f"--depth={depth}")
                return
            except GitFailed as failed:
                if not any(words in failed.stderr for words in _NO_DEPTH):
                    raise
                self._takes_depth = False
        self._fetch(repository, branch)

    def _fetch(self, repository: Path, branch: str, *options: str) -> None:
        # With a plus, as people do rewrite branches.
        what = (self._address.url, f"+{HEADS}{branch}:{TRACKED}")
        if self.is_local:
            options = (f"--upload-pack={shlex.quote(self._git.executable)} {_LOCAL_SERVER}", *options)
        self._git.run(*FETCH, *options, "--", *what, repository=repository, timeout=self._timeout)

    def push(self, repository: Path, branch: str, commit: str, *, base: str) -> GitProcess:
        """Push a commit on top of `base` to a branch that is still at `base`, without waiting for the answer."""
        reference = f"{HEADS}{branch}"
        # Nothing is forced: the lease makes git refuse more, a branch that was taken back or deleted meanwhile.
        only_if = f"--force-with-lease={reference}:{base}"
        what = (self._address.url, f"{commit}:{reference}")
        return self._git.start(*_PUSH, only_if, "--", *what, repository=repository, timeout=self._timeout)


class TipRequest:
    """A question for a tip that is under way."""

    def __init__(self, remote: Remote, process: GitProcess, branch: str | None) -> None:
        self._remote = remote
        self._process = process
        self._branch = branch

    def answer(self) -> Tip:
        """Wait for the answer. Raises RepositoryError, also if there is no such branch."""
        references = self._remote.answer(self._process)
        if (tip := references.tip(self._branch)) is not None:
            return tip
        everything = self._remote.references()
        tip = guess_default_tip(everything) if self._branch is None and everything.head is None else None
        if tip is None:
            raise missing_tip_error(everything, self._branch, self._remote.where)
        return tip

    def forget(self) -> None:
        """End the question unanswered."""
        self._process.stop()
