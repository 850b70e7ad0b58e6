# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays every commit of a history, and says what no lock may ever go through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ...clean.actors.judging.ledger import Ledger
from ...clean.actors.judging.moves import Change, changes_since, files_of

CLEANER = "cleaner"  # how the names of the cleaners begin


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: the claim, and the owner and the end that it states. `about` is the mode and object."""

    claim: Change
    about: str

    @property
    def owner(self) -> str:
        return self.claim.trailers.get("Held-By", "")

    @property
    def end(self) -> float:
        """The end in seconds since 1970, UTC; infinite if none is stated."""
        until = self.claim.trailers.get("Hold-Until", "never")
        return float("inf") if until == "never" else datetime.fromisoformat(until).timestamp()


@dataclass
class Replay:
    """The locks of one pool after each commit; `runs` counts the claims of each run of the module, by owner and run."""

    repository: Path
    ledger: Ledger
    findings: list[str] = field(default_factory=list)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    _holders: dict[str, Holder] = field(default_factory=dict)
    _free: dict[str, str] = field(default_factory=dict)
    _extended: Holder | None = None

    def judge(self, base: str) -> None:
        """Replay the commits after `base`, where all locks are free."""
        for path, about in files_of(self.repository, base):
            folder, _slash, name = path.rpartition("/")
            if folder.endswith("unclaimed") and not name.startswith("."):
                self._free[name] = about
        for change in changes_since(self.repository, base):
            self._replay(change)
        if self._extended is not None:
            self.findings.append(f"{self._extended} was removed for good")

    def _replay(self, change: Change) -> None:
        paths = {path.rpartition("/")[2] for path in (*change.gone, *change.come)}
        kind = (states(change.gone), states(change.come))
        if len(paths) != 1 or len(change.gone) > 1 or len(change.come) > 1:
            self.findings.append(f"{change} changes several locks, or none")
            return
        (lock,) = paths
        if self._extended is not None and kind != ("", "claimed"):
            self.findings.append(f"{change} comes between the two commits of an extension")
        match kind:
            case ("unclaimed", "claimed"):
                self._claim(lock, change)
            case ("claimed", "unclaimed"):
                self._release(lock, change)
            case ("claimed", ""):
                self._begin_extension(lock, change)
            case ("", "claimed"):
                self._end_extension(lock, change)
            case _:
                self.findings.append(f"{change} is no change that an actor makes")

    def _claim(self, lock: str, change: Change) -> None:
        (about,) = change.come.values()
        if lock in self._holders or self._free.pop(lock, None) != about:
            self.findings.append(f"{change} claims {lock}, which {self._holders.get(lock)} holds, or changes it")
        self._holders[lock] = Holder(change, about)
        self.counts["claims"] += 1
        if "Claim-Run" in change.trailers:
            self.runs[change.trailers["Held-By"], change.trailers["Claim-Run"]] += 1

    def _release(self, lock: str, change: Change) -> None:
        (about,) = change.come.values()
        holder = self._holders.pop(lock, None)
        if holder is None or lock in self._free or holder.about != about:
            self.findings.append(f"{change} releases {lock}, which {holder} holds, or changes it")
        elif not self._may_release(holder, change):
            self.findings.append(f"{change} releases {lock}, which {holder} holds")
        self._free[lock] = about

    def _may_release(self, holder: Holder, change: Change) -> bool:
        names_it = change.trailers.get("Claim-Commit") == holder.claim.commit
        if change.author.startswith(CLEANER):
            self.counts["releases by cleaners"] += 1
            return names_it and holder.end <= change.at
        if "Changed-By" in change.trailers:
            self.counts["releases by owners"] += 1
            return names_it and change.trailers.get("Owner") == holder.owner != ""
        self.counts["releases by builds"] += 1
        return self.ledger.releases.get(change.commit) == holder.claim.commit

    def _begin_extension(self, lock: str, change: Change) -> None:
        holder = self._holders.pop(lock, None)
        if holder is None or not self._may_release(holder, change):
            self.findings.append(f"{change} removes {lock}, which {holder} holds")
        self._extended = holder

    def _end_extension(self, lock: str, change: Change) -> None:
        (about,) = change.come.values()
        new, old = Holder(change, about), self._extended
        if old is None or (old.owner, old.about) != (new.owner, about) or new.end <= old.end:
            self.findings.append(f"{change} extends {old}")
        self._holders[lock], self._extended = new, None
        self.counts["extensions"] += 1


def states(paths: Mapping[str, str]) -> str:
    """Return the folder of the only path, empty for none."""
    return next((path.rpartition("/")[0].rpartition("/")[2] for path in paths), "")
