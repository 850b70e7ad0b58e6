# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a push came to nothing, for the operator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..process.command import GitFailed
from ..remote.error_messages import explain, git_words, scrub
from ..write.planned_commits import RELEASE_PURPOSE, CommitPurpose
from .report import PushReport, remote_lines

_LONGEST = 400  # characters of the server's own words

# Git, GitHub (GH...), GitLab, Bitbucket, Gerrit and gitolite; the first that is found counts.
_HINTS: tuple[tuple[str, str], ...] = (
    (r"No space left|[Qq]uota", "There is no space left for it: make room there."),
    (
        r"checked out",
        "The repository there has a work tree with this branch in it:"
        " make it a bare one, or look up receive.denyCurrentBranch in git's documentation.",
    ),
    (r"protected branch|GH006|GH013", "The branch is protected: let this user push to it there."),
    (
        r"hook declined|aborted by",
        "A hook there decides what may be pushed: ask its owner to let these commits through.",
    ),
    (
        r"[Rr]ead[- ]only|only read|error: 403|[Dd]enied|DENIED|[Nn]ot allowed|[Ww]rite access|[Pp]ermission"
        r"|not exported|not enabled|[Pp]rohibited|[Ff]orbidden|not permitted",
        "This user or key may read but not push: give it the right to push, or use another one.",
    ),
    (r"unpacker error", "It could not store what was sent: see its log."),
)
_HINTED = re.compile("|".join(words for words, _hint in _HINTS))
_STRANGER = re.compile(r"Permission denied \(")  # of ssh: the key is not known at all
_QUOTED = re.compile(r"'[^'\s]*'")
_ONLY_FILES = re.compile(r"git-http-push|http-push")


@dataclass(frozen=True, slots=True)
class PushMessages:
    """The errors of pushes to one branch. `secrets` are texts that no message may show."""

    where: str
    branch: str
    secrets: Iterable[str] = ()
    deed: CommitPurpose = RELEASE_PURPOSE

    def has_cause(self, report: PushReport) -> bool:
        """Whether the server has said something that waiting does not mend."""
        return bool(_HINTED.search(self._telling(report)) and not _STRANGER.search(report.stderr))

    def refused(self, report: PushReport) -> RepositoryError:
        """The server has decided against the push."""
        hint = next((f" {hint}" for words, hint in _HINTS if re.search(words, self._telling(report))), "")
        return RepositoryError(
            f"The server of {self.where} refuses the push to branch {self._branch}, so {self.deed.nothing}.{hint}"
            f" It says: {self._words(report)}"
        )

    def unsent(self, report: PushReport, failed: GitFailed) -> Exception:
        """The push did not get as far as the server's list of references, which we can read."""
        if _ONLY_FILES.search(failed.stderr):
            return RepositoryError(
                f"Nobody can push to {self.where}, so {self.deed.nothing}: what answers there is a web server that"
                " only gives out files (git's dumb HTTP). Name an address in repo to which git can push."
            )
        if self.has_cause(report):
            return self.refused(report)
        otherwise = (
            f"The server of {self.where} lets this user or key read but not push, so {self.deed.nothing}: give it the"
            " right to push, or use another one."
        )
        return explain(failed, where=self.where, secrets=self.secrets, otherwise=otherwise)

    def stuck(self, report: PushReport, times: int) -> RepositoryError:
        """Nobody else pushed, and still the server does not take it."""
        return RepositoryError(
            f"The server of {self.where} failed {times} times in a row to take the push to branch {self._branch},"
            f" though nobody else pushed, so {self.deed.nothing}: see its log. It says: {self._words(report)}"
        )

    def unknown(self, report: PushReport, trouble: Exception) -> RepositoryError:
        """The answer was lost, and what became of the push cannot be found out."""
        return RepositoryError(
            f"It is not known whether {self.deed.something}: the answer to the push to branch {self._branch} was lost"
            f" ({self._words(report)}), and then the repository could not be read. Run again later, which shows it."
            f" {trouble}"
        )

    @property
    def _branch(self) -> str:
        return printable(self.branch, 100)

    def _telling(self, report: PushReport) -> str:
        """All that was said, less addresses and paths: a repository may be called `read-only`."""
        return _QUOTED.sub("", f"{report.reason}\n{report.stderr}")

    def _words(self, report: PushReport) -> str:
        """The server's own words on one line: its reason, and what it printed."""
        lines = remote_lines(report.stderr)
        words = [report.reason, *lines] if report.reason or lines else []
        said = printable(scrub("; ".join(dict.fromkeys(filter(None, words))), self.secrets), _LONGEST)
        if said:
            return said
        return "nothing in time" if report.timed_out else git_words(report.stderr, self.secrets)
