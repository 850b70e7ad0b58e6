# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a team claims locks: by its builds, in order and out of it, and by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .....atc.world.entities import Build
from ..judging.ledger import ClaimNote, Ledger
from ..lock_clients import LockClient
from .pace import Pace
from .pipelines import CLAIM, how_it_ends
from .team_pipeline import TeamPipeline

WAITS_FOR_A_LOCK = 1.0
Claimed = tuple[str, str]
"""A lock and the commit that claimed it."""


@dataclass
class Claiming:
    """Plays the claiming builds of one team. `meanwhile` is what people do to the pipeline while a build runs.

    What is done in git is done in Concourse too, in the order in which a pool resource does it: the output is recorded
    after the push, and a build that the push comes too late for has ended already.
    """

    team_pipeline: TeamPipeline
    client: LockClient
    ledger: Ledger
    pace: Pace
    give_back: Callable[[Build, Claimed], object]
    meanwhile: Callable[[], None]
    claims: list[Claimed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.atc, self.pool = self.team_pipeline.atc, self.team_pipeline.pool

    def by_a_build(self) -> bool:
        """Start a build of the claiming job; return whether it claimed."""
        ending = "succeeded" if self.pace.well_behaved else how_it_ends(self.pace.dice)
        return self._run(self.team_pipeline.start(CLAIM), ending)

    def out_of_order(self, meanwhile: Callable[[], None]) -> None:
        """Two builds wait for the pool, and the later one gets its lock first; the next jobs may continue with it."""
        earlier, later = (self.team_pipeline.start(CLAIM) for _build in range(2))
        self.ledger.count("claims out of order")
        self._run(later, "succeeded")
        if self.pace.dice.random() < 0.7:
            meanwhile()
        self._run(earlier, "succeeded")

    def by_hand(self) -> None:
        """Claim by hand, work a while, and release the lock."""
        self.pace.traffic.wait()
        name = self.team_pipeline.team
        claimed = self.client.claim(self.pool, lambda lock: f"manually claim {lock} [{name}]", self.pace.dice)
        if claimed is None:
            self.ledger.no_claim_after_all()
            return
        lock, commit = claimed
        self.ledger.claimed(ClaimNote(commit, self.pool, lock, None, ""))
        self.pace.work(10)
        self.pace.traffic.wait()
        released = self.client.release(self.pool, lock, f"manually unclaim {lock}")
        if released is None:
            self.ledger.missed(commit, 0)
        else:
            self.ledger.released(released, commit)

    def _run(self, build: Build, ending: str) -> bool:
        if ending == "zombie":
            return self._zombie(build)
        claims: list[Claimed] = []
        for step in self.team_pipeline.claiming_steps:
            claimed = self._claim_for(build, unheard=ending == "lost")
            if claimed is None:
                break
            claims.append(claimed)
            self.pace.work()
            if ending == "lost":  # the worker is lost before Concourse knows of the put
                break
            self.team_pipeline.record_claim(build, step, *claimed)
            self.claims.append(claimed)
        self._end(build, ending, claims)
        return bool(claims)

    def _end(self, build: Build, ending: str, claims: list[Claimed]) -> None:
        if not claims:
            self.atc.finish(build.id, "failed")
            self.ledger.no_claim_after_all()
            return
        if ending == "lost":
            self.atc.finish(build.id, "errored")
            return
        self.pace.work(20)
        self.meanwhile()
        self.pace.work_for_long()
        if ending == "succeeded" and len(self.team_pipeline.jobs) == 1:
            for claimed in claims:
                self.give_back(build, claimed)
        self.atc.finish(build.id, ending)

    def _zombie(self, build: Build) -> bool:
        """The build is aborted, but its put still claims a lock (pool-resource issue 70)."""
        self.atc.finish(build.id, "aborted")
        self.pace.work()
        claimed = self._claim_for(build, unheard=True)
        if claimed is None:
            self.ledger.no_claim_after_all()
        return claimed is not None

    def _claim_for(self, build: Build, *, unheard: bool) -> Claimed | None:
        """Claim a lock with one of the messages of the pool resource.

        One that does not name the build is kept forever if Concourse never heard of the claim: none of these.
        """
        form = self.pace.dice.choices(["page", "old", "unnamed"], [65, 20, 0 if unheard else 15])[0]
        message = self.team_pipeline.claim_message(build, form)
        self.pace.traffic.wait()
        until = time.monotonic() + WAITS_FOR_A_LOCK
        while (claimed := self.client.claim(self.pool, message, self.pace.dice)) is None and time.monotonic() < until:
            self.pace.work()
        if claimed is not None:
            lock, commit = claimed
            note = ClaimNote(commit, self.pool, lock, build.id, self.team_pipeline.path(build))
            self.ledger.claimed(note, unheard=unheard)
        return claimed
