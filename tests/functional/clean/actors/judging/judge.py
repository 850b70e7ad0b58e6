# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks every commit of the repository against the records of the teams and of Concourse: was a lock stolen?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .....atc import Emulator
from .....atc.world.entities import Build
from .ledger import Ledger
from .looks import Looks
from .moves import Move, files_of, moves_since, push_times
from .reruns import Reruns


@dataclass
class Findings:
    """The findings of a judge. `windows` are the seconds from a cleaner's last check to its accepted push.

    `stolen` and `broken` fail the test. `in_the_window` are re-runs that a person asked for after that last look: no
    client of Concourse can see them. `late` are re-runs asked for after the lock was released. Both kinds can release a
    lock that somebody else has by then, because a pool resource does not check that: `lost_to_reruns`.
    """

    stolen: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    in_the_window: list[str] = field(default_factory=list)
    lost_to_reruns: list[str] = field(default_factory=list)
    late: int = 0
    released: int = 0
    windows: list[float] = field(default_factory=list)


class Judge:
    """Checks a run after its end."""

    def __init__(self, repository: Path, atc: Emulator, ledger: Ledger, log: Path) -> None:
        self._repository = repository
        self._world = atc.world
        self._ledger = ledger
        self._looks = Looks(atc.log)
        self._reruns = Reruns(atc.world, ledger)
        self._pushed = push_times(log)
        self.findings = Findings()
        self._takers: dict[str, list[Build]] = {}
        self._ended: dict[str, Move] = {}
        self.taken_unseen: set[str] = set()  # claims that were over for a re-run that no cleaner could see
        self._lost: set[str] = set()  # claims that such a re-run ended

    def look_back(self, base: str) -> Findings:
        """Check all commits after `base`, oldest first."""
        self._index()
        holding: dict[str, str] = {}
        accepted: dict[str, float] = {}
        states = dict(files_of(self._repository, base))
        moves = list(moves_since(self._repository, base))
        self._date(moves)
        for move in moves:
            self._check_move(move, states)
            lock = move.old.replace("/claimed/", "/").replace("/unclaimed/", "/")
            if "/claimed/" in move.new:
                holding[lock] = move.commit
                continue
            claim = holding.pop(lock, "")
            self._ended[claim] = move
            if move.author.startswith("cleaner"):
                accepted[claim] = self._check_release(move, claim)
            elif (believed := self._ledger.releases.get(move.commit)) != claim:
                self._check_mistake(lock, claim, believed)
        for claim, build, at in self._ledger.missing:
            self._check_missing(claim, build, at, accepted)
        return self.findings

    def _check_mistake(self, lock: str, claim: str, believed: str | None) -> None:
        """Somebody released a lock by an old claim, and so stole it from its holder."""
        text = f"{lock}: its holder by {claim} lost it, somebody else gave it back by {believed}"
        # Whoever lost a lock to a re-run does not know it, and gives back the lock of the next holder, and so on.
        if believed in self.taken_unseen | self._lost:
            self._lost.add(claim)
            self.findings.lost_to_reruns.append(text)
        else:
            self.findings.stolen.append(text)

    def _date(self, moves: list[Move]) -> None:
        """Date all commits of a push by its newest one."""
        at = 0.0
        for move in reversed(moves):
            at = self._pushed.setdefault(move.commit, at)

    def _check_move(self, move: Move, states: dict[str, str]) -> None:
        """Check that exactly one file moves, unchanged, and that no lock is doubled or lost."""
        about = states.pop(move.old, None)
        if about is None or move.new in states or about != move.about:
            self.findings.broken.append(
                f"{move.commit} ({move.subject}): {move.old} {about} to {move.new} {move.about}"
            )
        if move.old.rpartition("/")[2] != move.new.rpartition("/")[2]:
            self.findings.broken.append(f"{move.commit} renames {move.old} to {move.new}")
        states[move.new] = move.about

    def _check_release(self, move: Move, claim: str) -> float:
        """Judge one release by a cleaner; return when it was accepted."""
        self.findings.released += 1
        note = self._ledger.claims.get(claim)
        at = self._pushed[move.commit]
        if note is None or move.trailers.get("Claim-Commit") != claim:
            self.findings.stolen.append(f"{move.commit} releases {move.old}, claimed by {claim}: {move.trailers}")
            return at
        if note.build is None:
            self.findings.stolen.append(f"{move.commit} takes {move.old} from a person: {move.trailers}")
            return at
        last_look = self._looks.last(move.author, note, at)
        self.findings.windows.append(at - last_look)
        claiming = self._world.builds[note.build]
        if claiming.end_time is None or claiming.end_time > at:
            self.findings.stolen.append(f"{move.commit} takes {move.old} from build {note.build}, which runs: {move}")
        for build in self._takers.get(claim, []):
            self._check_taker(move, claim, build, at, last_look)
        return at

    def _check_taker(self, move: Move, claim: str, build: Build, at: float, last_look: float) -> None:
        if build.start_time is None or (build.end_time is not None and build.end_time <= at):
            return
        text = (
            f"{move.commit} takes {move.old} ({move.trailers.get('Verdict')}), claimed by {claim}, from build"
            f" {self._told(build)}, {at - build.start_time:+.3f} s"
        )
        asked_for = self._reruns.behind(build)
        if asked_for is None:
            self.findings.stolen.append(text)
        elif asked_for <= last_look:
            self.findings.stolen.append(
                f"{text}; a re-run asked for {last_look - asked_for:.3f} s before the last look"
            )
        else:
            self.taken_unseen.add(claim)
            if asked_for > at:
                self.findings.late += 1
            else:
                self.findings.in_the_window.append(
                    f"{text}; asked for {asked_for - last_look:.3f} s after the last look"
                )

    def _check_missing(self, claim: str, build: int, at: float, accepted: Mapping[str, float]) -> None:
        """Check that a build without its lock is one of those found above, or that of a late re-run."""
        excused = any(f"build {build} " in text for text in self.findings.in_the_window)
        late = accepted.get(claim, at + 1) < self._ledger.reruns.get(build, 0.0)
        if not (excused or late or claim in self._lost):
            end = self._ended.get(claim)
            who = f"{end.author} by {end.commit}, {end.subject}" if end else "nobody"
            self.findings.stolen.append(
                f"build {build} came to give back {claim}, and it was gone (at {at:.3f}), given back by {who};"
                f" {'; '.join(self._told(one) for one in self._takers.get(claim, []))}"
            )

    def _told(self, build: Build) -> str:
        job = self._world.jobs[build.job_id or 0].name
        times = f"{build.start_time or 0:.3f} to {build.end_time or 0:.3f}"
        cause = "by a person" if build.manually_triggered else "by Concourse"
        return f"{build.id} is {job} {build.name}, started {cause}, {build.status}, {times}, from {build.passed_builds}"

    def _index(self) -> None:
        made = {claim: note.build for claim, note in self._ledger.claims.items() if note.build is not None}
        by_digest: dict[tuple[int, str], list[Build]] = {}
        for build in self._world.builds.values():
            for item in build.inputs:
                by_digest.setdefault((item.resource_id, item.digest), []).append(build)
        for claim, number in made.items():
            outputs = self._world.builds[number].outputs
            carried = [(item.resource_id, item.digest) for item in outputs if claim in item.digest]
            self._takers[claim] = [build for key in carried for build in by_digest.get(key, [])]
