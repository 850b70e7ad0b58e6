# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Concourse could be asked about the locks that builds hold.

| the locks that builds hold                              | the run             | with `unreachable_ok` |
|---------------------------------------------------------|---------------------|-----------------------|
| no Concourse is configured, and no option decides       | fails, keeps all    | warns                 |
| all of them are unreachable                             | fails, keeps all    | warns                 |
| some of them are unreachable                            | warns               | warns                 |

A run with `force` releases what a person has looked at, so it never fails here.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..claim.holder import HolderKind
from ..shared.errors import PoolboyError
from ..shared.text import printable
from ..verdict.judge import JudgedLock
from ..verdict.verdict import VerdictName
from .options import CleanRules

_SET_CONCOURSE = (
    "Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to stale to go by age alone, or to keep to keep them."
)
_CHECK_CONCOURSE = "Check concourse_url and the login; to let such a run succeed, set unreachable_ok to true."


class NobodyAsked(PoolboyError):
    """Concourse could not be asked about any of the locks that builds hold."""


def nobody_asked(judged: Sequence[JudgedLock], rules: CleanRules) -> NobodyAsked | None:
    """Return an error if Concourse could not be asked about any lock of a build, and no option accepts that."""
    if rules.unreachable_ok or rules.force:
        return None
    undecided, unreachable = _undecided(judged), _unreachable(judged)
    if undecided:
        return NobodyAsked(f"Nothing was released: {_without_concourse(undecided)}. {_SET_CONCOURSE}")
    if unreachable and len(unreachable) == len(_held_by_builds(judged)):
        return NobodyAsked(f"Nothing was released: {_without_answer(unreachable, judged)}. {_CHECK_CONCOURSE}")
    return None


def unasked_warning(judged: Sequence[JudgedLock]) -> str | None:
    """Return a warning about the locks of builds that Concourse could not be asked about, None without any."""
    undecided, unreachable = _undecided(judged), _unreachable(judged)
    if undecided:
        clause = _without_concourse(undecided)
        return f"{clause[0].upper()}{clause[1:]}; {_are_kept(undecided)}. {_SET_CONCOURSE}"
    return f"{_without_answer(unreachable, judged)}; {_are_kept(unreachable)}." if unreachable else None


def _undecided(judged: Sequence[JudgedLock]) -> list[JudgedLock]:
    return [one for one in judged if one.is_undecided]


def _unreachable(judged: Sequence[JudgedLock]) -> list[JudgedLock]:
    return [one for one in judged if one.verdict.name is VerdictName.UNREACHABLE]


def _held_by_builds(judged: Sequence[JudgedLock]) -> list[JudgedLock]:
    """Return the locks of builds that the configured Concourse can know."""
    return [
        one
        for one in judged
        if one.holder is not None
        and one.holder.kind is not HolderKind.PERSON
        and one.verdict.name not in (VerdictName.FOREIGN, VerdictName.HELD)
    ]


def _without_concourse(undecided: Sequence[JudgedLock]) -> str:
    claimed = (
        "the build that claimed 1 lock is"
        if len(undecided) == 1
        else f"the builds that claimed {len(undecided)} locks are"
    )
    return f"no Concourse is configured, so it is unknown whether {claimed} still running"


def _without_answer(unreachable: Sequence[JudgedLock], judged: Sequence[JudgedLock]) -> str:
    held = len(_held_by_builds(judged))
    which = "the 1 lock that a build holds" if held == 1 else f"{len(unreachable)} of the {held} locks that builds hold"
    first = unreachable[0]
    reason = printable(first.verdict.reason, 300)
    return f"Concourse gave no credible response about {which}: {printable(first.lock.pool_and_name, 80)} is {reason}"


def _are_kept(locks: Sequence[JudgedLock]) -> str:
    return "it is kept" if len(locks) == 1 else "they are kept"
