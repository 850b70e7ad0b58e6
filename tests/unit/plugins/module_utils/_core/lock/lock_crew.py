# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that take turns: one of them runs at a time, and another one continues before each request."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from .lock_model import Server


class Killed(BaseException):
    """The process was killed before a request."""


class Actor:
    """Somebody who works on a server. `wake` is the time at which the actor continues."""

    def __init__(self, crew: Crew, work: Callable[[], None]) -> None:
        self.wake = 0.0
        self.is_over = False
        self.failure: BaseException | None = None
        self.go = threading.Semaphore(0)
        self._crew = crew
        self._work = work
        threading.Thread(target=self._run, daemon=True).start()

    def pause(self, seconds: float = 0.0) -> None:
        """Let others continue, and continue later."""
        self.wake = self._crew.server.now + seconds
        self._crew.turn_is_over.release()
        self.go.acquire()

    def _run(self) -> None:
        self.go.acquire()
        try:
            self._work()
        except BaseException as failure:  # noqa: BLE001
            self.failure = failure
        self.is_over = True
        self._crew.turn_is_over.release()


class Crew:
    """The actors, and whose turn it is, at random. One request of `mortality` is that of a run that is killed."""

    def __init__(self, server: Server, dice: random.Random, *, mortality: int) -> None:
        self.server = server
        self.turn_is_over = threading.Semaphore(0)
        self.actors: list[Actor] = []
        self.current: Actor | None = None
        self._dice = dice
        self._mortality = mortality
        server.step = self._step

    def hire(self, work: Callable[[], None]) -> None:
        self.actors.append(Actor(self, work))

    def sleep(self, seconds: float) -> None:
        """Let the current actor sleep."""
        assert self.current is not None
        self.current.pause(seconds)

    def work(self) -> None:
        """Run until all actors are done, and fail if one of them has failed."""
        while waiting := [actor for actor in self.actors if not actor.is_over]:
            self.server.now = max(self.server.now, min(actor.wake for actor in waiting))
            self.current = self._dice.choice([actor for actor in waiting if actor.wake <= self.server.now])
            self.current.go.release()
            self.turn_is_over.acquire()
            if self.current.failure is not None:
                raise self.current.failure
        self.current = None

    def _step(self, _request: str) -> None:
        if self.current is not None:
            self.current.pause()
            if self._dice.randrange(self._mortality) == 0:
                raise Killed
