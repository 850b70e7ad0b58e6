# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error messages about pushes: what happened and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..process.command import GitFailed
from ..remote.error_messages import explain, git_words, scrub
from ..write.planned_commits import CommitPurpose
from .consequence import UnknownOutcome
from .report import PushReport, remote_lines

_LONGEST = 400  # characters of the server's own words

# Words of git, GitHub (GH...), GitLab, Bitbucket, Gerrit and gitolite, and what to do; the first match counts.
_HINTS: tuple[tuple[str, str], ...] = (
    (r"No space left|[Qq]uota|exceeded its size limit", "The server is out of space: free some there."),
    (
        r"Internal API unreachable|Push operation timed out|temporarily read-only|Internal Server Error",
        "The server has a problem that can pass: run again later.",
    ),
    (
        r"checked out",
        "The repository has a work tree with this branch checked out: use a bare repository, or see"
        " receive.denyCurrentBranch in git's documentation.",
    ),
    (
        r"[Vv]erified signature|[Mm]ust be signed|[Uu]nsigned|not signed|[Ss]igned commits|Missing signature",
        "The server accepts only commits that are signed with a key that it knows: set commit.gpgSign and"
        " user.signingKey in the settings of git where this runs, and git_author to the address of the account that"
        " has this key.",
    ),
    (
        r"[Cc]ommitter(?:'s)? (?:e-?mail|name|address)|[Aa]uthor(?:'s)? (?:e-?mail|name|address)|GH007"
        r"|invalid (?:author|committer)|forge (?:author|committer)|e-?mail address .*not (?:registered|verified)",
        "The server does not accept the author of the commits: name one that it knows in git_author.",
    ),
    (
        r"(?i:commit) message (?:must|does not|doesn't)",
        "A rule of the server does not accept the messages of the commits: exempt this user from it on the server.",
    ),
    (
        r"protected branch|GH006|GH013|pull request",
        "The branch is protected: allow this user to push to it on the server.",
    ),
    (
        r"hook declined|aborted by",
        "A hook of the server refuses these commits: ask its owner to allow them.",
    ),
    (
        r"[Rr]ead[- ]only|only read|error: 403|[Dd]enied|DENIED|[Nn]ot allowed|[Ww]rite access|[Pp]ermission"
        r"|not exported|not enabled|[Pp]rohibited|[Ff]orbidden|not permitted",
        "This user or key may read but not push: grant it write access, or use another one.",
    ),
    (
        r"unpacker error",
        "The server could not store the commits: check there who owns the files of the repository, the free space, and"
        " the log.",
    ),
)
_LASTING_CAUSE = re.compile("|".join(words for words, _hint in _HINTS))
_UNKNOWN_KEY = re.compile(r"Permission denied \(")  # ssh: the server does not know the key
_QUOTED = re.compile(r"'[^'\s]*'")
_DUMB_HTTP = re.compile(r"git-http-push|http-push")


@dataclass(frozen=True, slots=True)
class PushMessages:
    """Error messages about pushes to a branch of the repository `where`. `secrets` are removed from all of them."""

    where: str
    branch: str
    purpose: CommitPurpose[Any]
    secrets: Iterable[str] = ()

    def has_lasting_cause(self, report: PushReport) -> bool:
        """Return whether the server named a cause that a retry does not remove."""
        return bool(_LASTING_CAUSE.search(self._causes(report)) and not _UNKNOWN_KEY.search(report.stderr))

    def refused(self, report: PushReport) -> RepositoryError:
        """Return the error for a push that the server refuses."""
        hint = next((f" {hint}" for words, hint in _HINTS if re.search(words, self._causes(report))), "")
        return RepositoryError(
            f"The server of {self.where} refuses the push to branch {self._branch}, so {self.purpose.not_done}.{hint}"
            f" It says: {self._server_words(report)}"
        )

    def not_sent(self, report: PushReport, failed: GitFailed) -> Exception:
        """Return the error for a push that failed before the commits were sent; reading the branch has worked."""
        if _DUMB_HTTP.search(failed.stderr):
            return RepositoryError(
                f"Nobody can push to {self.where}, so {self.purpose.not_done}: it is a web server that only serves"
                " files (git's dumb HTTP). Set repo to an address that accepts pushes."
            )
        if self.has_lasting_cause(report):
            return self.refused(report)
        otherwise = (
            f"The server of {self.where} lets this user or key read but not push, so {self.purpose.not_done}: grant it"
            " write access, or use another one."
        )
        return explain(failed, where=self.where, secrets=self.secrets, otherwise=otherwise)

    def stuck(self, report: PushReport, times: int) -> RepositoryError:
        """Return the error for pushes that fail again and again while the branch does not move."""
        return RepositoryError(
            f"The server of {self.where} failed {times} times in a row to accept the push to branch {self._branch},"
            f" although nobody else pushed, so {self.purpose.not_done}: see its log. It says:"
            f" {self._server_words(report)}"
        )

    def unknown(self, report: PushReport, unreadable: Exception) -> RepositoryError:
        """Return the error for a push whose response was lost, where the branch cannot be read any more."""
        return UnknownOutcome(
            f"It is not known whether {self.purpose.done}: the response to the push to branch {self._branch} was lost"
            f" ({self._server_words(report)}), and then the repository could not be read. Run again later to find out."
            f" {unreadable}"
        )

    @property
    def _branch(self) -> str:
        return printable(self.branch, 100)

    def _causes(self, report: PushReport) -> str:
        """Return all that git and the server said, without addresses and paths, which can be called `read-only`."""
        return _QUOTED.sub("", f"{report.reason}\n{report.stderr}")

    def _server_words(self, report: PushReport) -> str:
        """Return the server's reason and output, or git's own words, on one line."""
        lines = [report.reason, *remote_lines(report.stderr)]
        words = printable(scrub("; ".join(dict.fromkeys(filter(None, lines))), self.secrets), _LONGEST)
        if words:
            return words
        return "nothing in time" if report.timed_out else git_words(report.stderr, self.secrets)
