# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who re-run an old build at the worst moment: while a cleaner is about to release its lock."""

from __future__ import annotations

import random
import re
import time
from contextlib import AbstractContextManager
from pathlib import Path

from .....atc import Emulator
from .....atc.world.entities import Build
from ..background import repeating
from ..judging.ledger import Ledger
from .pipelines import takes_every_version

_CLAIMS = re.compile(r"^Claim-Commit: ([0-9a-f]{40})$", re.MULTILINE)
_OFTEN = 0.7


class Rerunner:
    """Reads what the cleaners write before they push it (see faults.py), and re-runs a build of those locks.

    A cleaner asks once more after it has written, so each of these re-runs must be seen and the lock be kept.
    """

    def __init__(self, drafts: Path, atc: Emulator, ledger: Ledger, dice: random.Random) -> None:
        self._drafts = drafts
        self._atc = atc
        self._ledger = ledger
        self._dice = dice
        self._met: set[str] = set()

    def running(self) -> AbstractContextManager[None]:
        """Re-run builds until the end of the context."""
        return repeating(self._come_by, 0.005)

    def _come_by(self) -> None:
        for written in sorted(self._drafts.glob("*.written")):
            claims = _CLAIMS.findall(written.read_text(errors="replace"))
            written.unlink()
            self._meddle(claims)

    def _meddle(self, claims: list[str]) -> None:
        self._dice.shuffle(claims)
        for claim in claims:
            with self._atc.world.lock:
                # What a cleaner writes can be out of date, and its push be refused: the lock may have a new holder.
                ended = [] if self._ledger.is_over(claim) else self._ended_with(claim)
                if ended and claim not in self._met and self._dice.random() < _OFTEN:
                    self._met.add(claim)
                    build = int(self._atc.rerun(self._dice.choice(ended).id)["id"])
                    self._ledger.reruns[build] = time.time()
                    self._ledger.count("re-runs at the worst moment")

    def _ended_with(self, claim: str) -> list[Build]:
        """Return the builds of later jobs that had the lock, if none has it now and Concourse would run them again."""
        world = self._atc.world
        had = [build for build in world.builds.values() if any(claim in item.digest for item in build.inputs)]
        numbers = {build.id for build in had}
        # A re-run that has not started yet has no inputs.
        if any(build.end_time is None and {build.id, build.rerun_of} & numbers for build in world.builds.values()):
            return []
        return [build for build in had if build.rerun_of is None and self._may_rerun(build)]

    def _may_rerun(self, build: Build) -> bool:
        job = self._atc.world.jobs[build.job_id or 0]
        is_archived = self._atc.world.pipelines[job.pipeline_id].archived
        return job.active and not is_archived and not takes_every_version(job.config)
