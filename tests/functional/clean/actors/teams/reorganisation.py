# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to a pipeline while its builds run: they rename, replace and archive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .....atc.world import changes
from ..judging.ledger import Ledger
from .pace import Pace
from .pipelines import CLAIM, GATE
from .team_pipeline import TeamPipeline

WITHOUT_A_PUT = ("use", "left", "right", GATE)


@dataclass
class Reorganisation:
    """Changes the pipeline of one team now and then. Each new name is used once."""

    team_pipeline: TeamPipeline
    ledger: Ledger
    pace: Pace
    has_archived: bool = False
    _names: int = 0

    def __post_init__(self) -> None:
        self.atc = self.team_pipeline.atc

    def may_happen(self) -> None:
        """Change the pipeline now and then, in one way."""
        if self.pace.happens(0.25):
            ways: list[Callable[[], None]] = [self._rename_pipeline, self._rename_job, self._replace_job]
            ways.append(self._rename_step)
            chosen = self.pace.dice.choices(ways, [4, 4, 2, 2])[0]
            chosen()
            self.ledger.count(chosen.__name__.strip("_"))

    def archive(self, play: Callable[[], None], *, make_anew: bool) -> None:
        """Archive the pipeline; `play` the active builds, then continue in a new one, perhaps of the same name."""
        with self.atc.world.lock:
            former = self.team_pipeline.name
            self.atc.archive_pipeline(self.team_pipeline.reference)
        self.has_archived = True
        self.ledger.count("archive_pipeline")
        play()
        self.team_pipeline.let_an_hour_pass()
        if not make_anew:
            return
        with self.atc.world.lock:
            if self.pace.dice.random() < 0.5:
                self.atc.rename_pipeline(f"main/{former}", self._new_name(former))
            else:
                former = self._new_name(former)
            self.team_pipeline.make_anew(former)

    def rename_step(self, part: str) -> bool:
        """Rename the get step of a job, which Concourse then runs again with the version that it had; False if none.

        Some seconds pass before it does: here, until cleaners have run.
        """
        if part not in WITHOUT_A_PUT or not self.team_pipeline.may_rerun:
            return False
        with self.atc.world.lock:
            job = self.team_pipeline.job(part)
            step = job.inputs[0].name
            self.atc.rename_step(self.team_pipeline.reference, job.name, step, self._new_name(step))
            self.ledger.changed(job.id, time.time())
            job.schedule_requested = False
        self.ledger.count("get steps renamed")
        self.pace.traffic.wait_for_cleaners()
        job.schedule_requested = True
        return True

    def _rename_pipeline(self) -> None:
        name = self._new_name(self.team_pipeline.name)
        with self.atc.world.lock:
            self.atc.rename_pipeline(self.team_pipeline.reference, name)
            self.team_pipeline.name = name

    def _rename_job(self) -> None:
        """Rename a job by `old_name`."""
        part = self.pace.dice.choice([CLAIM, *self.team_pipeline.jobs])
        name = self.team_pipeline.job(part).name
        self.atc.rename_job(self.team_pipeline.reference, name, self._new_name(name))

    def _replace_job(self) -> None:
        """Take the claiming job out of the pipeline and add another one in its place."""
        name = self.team_pipeline.job(CLAIM).name
        config = changes.rename_job(self.team_pipeline.found.config, name, self._new_name(name))
        for job in config["jobs"]:
            job.pop("old_name", None)
        self.team_pipeline.configure(config)

    def _rename_step(self) -> None:
        parts = [part for part in self.team_pipeline.jobs if part in WITHOUT_A_PUT]
        if parts:
            self.rename_step(self.pace.dice.choice(parts))

    def _new_name(self, name: str) -> str:
        self._names += 1
        return f"{name.partition('.')[0]}.{self._names}"
