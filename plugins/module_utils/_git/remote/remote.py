# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository at its server: all fetches, pushes and requests for references."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..access.address import Address
from ..process.command import GitCommand, GitFailed, GitProcess
from .tip import HEADS, RemoteReferences, Tip, guess_default_tip, missing_tip_error

# The depth of `git fetch --unshallow`, which itself fails if nothing is shallow (fetch-pack.h).
WHOLE_HISTORY = 0x7FFFFFFF
TRACKED = "refs/poolboy/head"  # the reference in a mirror that keeps the branch

# With every option that the user's settings would decide otherwise.
FETCH = (
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
# The server for a repository on this machine: without a search for new deltas, which would only save network, it takes
# half the memory.
_LOCAL_SERVER = (
    "-c core.deltaBaseCacheLimit=8m -c core.packedGitWindowSize=1m -c core.packedGitLimit=16m"
    " -c pack.threads=1 -c pack.window=0 upload-pack"
)
_NO_DEPTH = ("does not support shallow", "does not support --depth")  # over dumb HTTP, and of very old servers


class Remote:
    """The repository at an address. `timeout`, in seconds, bounds each request to its server."""

    def __init__(self, git: GitCommand, address: Address, *, timeout: float, secrets: tuple[str, ...] = ()) -> None:
        self._git = git
        self._address = address
        self._timeout = timeout
        self.secrets = secrets
        self._supports_depth = True

    @property
    def where(self) -> str:
        return self._address.shown

    @property
    def origin(self) -> str:
        """Scheme, host and port of an http address."""
        return self._address.origin

    @property
    def is_local(self) -> bool:
        """Whether the repository is on this machine, so that a connection costs next to nothing."""
        return self._address.scheme == "file"

    @property
    def timeout(self) -> float:
        return self._timeout

    def request_tip(self, branch: str | None) -> TipRequest:
        """Start a request for the tip of a branch, of the default branch for None."""
        return TipRequest(self, self._list_references("HEAD" if branch is None else f"{HEADS}{branch}"), branch)

    def references(self) -> RemoteReferences:
        """Return HEAD and all branches. Raises RepositoryError."""
        return self.read_references(self._list_references("HEAD", f"{HEADS}*"))  # --heads would leave HEAD out

    def _list_references(self, *patterns: str) -> GitProcess:
        return self._git.start("ls-remote", "--symref", "--", self._address.url, *patterns, timeout=self._timeout)

    def read_references(self, process: GitProcess) -> RemoteReferences:
        """Wait for `git ls-remote` and return what it printed. Raises RepositoryError."""
        try:
            return RemoteReferences.parse(process.output())
        except GitFailed as failed:
            raise self.explain(failed) from None

    def explain(self, failed: GitFailed) -> Exception:
        """Return the error with the cause and the fix for a failed git command."""
        # Imported late: most runs succeed.
        from .error_messages import explain

        return explain(failed, where=self.where, origin=self.origin, secrets=self.secrets)

    def fetch(self, repository: Path, branch: str, *, depth: int) -> None:
        """Fetch the last `depth` commits of a branch into a repository, as TRACKED. Raises GitFailed.

        Fetches the whole history from a server that does not support a depth.
        """
        if self._supports_depth:
            try:
                self._fetch(repository, branch, f"--depth={depth}")
                return
            except GitFailed as failed:
                if not any(words in failed.stderr for words in _NO_DEPTH):
                    raise
                self._supports_depth = False
        self._fetch(repository, branch)

    def _fetch(self, repository: Path, branch: str, *options: str) -> None:
        # With a plus, as branches are rewritten.
        refspec = (self._address.url, f"+{HEADS}{branch}:{TRACKED}")
        if self.is_local:
            options = (f"--upload-pack={shlex.quote(self._git.executable)} {_LOCAL_SERVER}", *options)
        self._git.run(*FETCH, *options, "--", *refspec, repository=repository, timeout=self._timeout)

    def push(self, repository: Path, branch: str, commit: str, *, base: str) -> GitProcess:
        """Start a push of a commit on top of `base` to a branch that is still at `base`."""
        reference = f"{HEADS}{branch}"
        # The lease does not force the push: it makes git also refuse a branch that was reset or deleted meanwhile.
        lease = f"--force-with-lease={reference}:{base}"
        refspec = (self._address.url, f"{commit}:{reference}")
        return self._git.start(*_PUSH, lease, "--", *refspec, repository=repository, timeout=self._timeout)


class TipRequest:
    """A running request for the tip of a branch."""

    def __init__(self, remote: Remote, process: GitProcess, branch: str | None) -> None:
        self._remote = remote
        self._process = process
        self._branch = branch

    def tip(self) -> Tip:
        """Wait for the response and return the tip. Raises RepositoryError, also if there is no such branch."""
        if (tip := self._remote.read_references(self._process).tip(self._branch)) is not None:
            return tip
        references = self._remote.references()
        tip = guess_default_tip(references) if self._branch is None and references.head is None else None
        if tip is None:
            raise missing_tip_error(references, self._branch, self._remote.where)
        return tip

    def cancel(self) -> None:
        """Stop the request, if it still runs."""
        self._process.stop()
