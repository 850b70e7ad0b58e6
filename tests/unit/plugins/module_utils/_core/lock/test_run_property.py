# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each lock has one holder, whatever owners, builds and cleaners do between two requests, and what is lost or killed.

Every accepted push is compared with the request that made it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import Hold, read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    ALL,
    Choice,
    LockRequest,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.run import LockRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import RepositoryChange, moved_lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import PoolboyError, RepositoryError

from .lock_builders import request
from .lock_crew import Crew, Killed
from .lock_model import Commit, Server, begin, retry

LOCKS = ("env-1", "env-2", "env-3", "env-4")
SPANS = (20, 200, 2000)
# Seconds that a run can need after its wait: that of a push that others overtake, and a few pauses.
LONGEST_PUSH = 200


def place_of(commit: Commit, name: str) -> str | None:
    """Where a lock is; it must not be in two places."""
    places = commit.lock_states().get(name, [])
    assert len(places) <= 1, f"{name} is doubled: {places}"
    return places[0] if places else None


def hold_of(commit: Commit, name: str) -> Hold | None:
    """The hold of a claimed lock, None for a free one."""
    claim = commit.claims.get(place_of(commit, name) or "")
    return None if claim is None else read_hold(claim.message)


def held_by(commit: Commit, owner: str | None) -> list[str]:
    return [name for name in commit.lock_states() if (hold := hold_of(commit, name)) and hold.owner == owner]


class Judge(Server):
    """A server that compares each accepted push with its request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: dict[str, tuple[LockRequest, str]] = {}
        self.running: dict[int, tuple[LockRequest, str]] = {}
        self.crew: Crew | None = None
        self.pushed_runs: list[str] = []
        # A run whose response was lost does not find its commits in a new history.
        self.is_rewritten = False

    def rewrite(self) -> None:
        super().rewrite()
        self.is_rewritten = True

    def write(self, base: str, changes: Sequence[RepositoryChange]) -> str:
        commit = super().write(base, changes)
        run = self.running.get(id(self.crew and self.crew.current))
        if run is not None:
            self.requests[commit] = run
        return commit

    def _accept(self, base: str, commit: str) -> None:
        wanted, run_id = self.requests[commit]
        assert run_id not in self.pushed_runs or self.is_rewritten, "a run has pushed twice"
        self.pushed_runs.append(run_id)
        before, after = self.commits[base], self.commits[commit]
        between = [after]
        while between[-1].parent != base:
            between.append(self.commits[between[-1].parent or ""])
        self._check_steps(before, between[::-1])
        for name in {*before.lock_states(), *after.lock_states()}:
            self._check_lock(name, before, after, wanted)
        if wanted.state == "claimed" and wanted.name is None:
            assert len(held_by(after, wanted.owner)) == max(wanted.count, len(held_by(before, wanted.owner)))
        super()._accept(base, commit)

    def _check_steps(self, before: Commit, steps: Sequence[Commit]) -> None:
        """Each commit moves one file, and no lock that stays claimed is free in between."""
        for older, newer in zip([before, *steps], steps, strict=False):
            assert len(newer.files.keys() - older.files.keys()) <= 1
            assert len(older.files.keys() - newer.files.keys()) <= 1
            for name in newer.lock_states():
                if hold_of(before, name) and hold_of(steps[-1], name):
                    assert "unclaimed/" not in (place_of(newer, name) or "")

    def _check_lock(self, name: str, before: Commit, after: Commit, wanted: LockRequest) -> None:
        """Check what a push did to one lock."""
        places = place_of(before, name), place_of(after, name)
        claims = before.claims.get(places[0] or ""), after.claims.get(places[1] or "")
        if places[0] == places[1] and claims[0] == claims[1]:
            return
        if wanted.name not in (None, ALL):
            assert name == wanted.name
        old, new = hold_of(before, name), hold_of(after, name)
        if claims[0] is not None:
            named = wanted.claim_commit is not None and claims[0].commit.startswith(wanted.claim_commit)
            assert named or (old is not None and old.owner == wanted.owner), "the lock of another holder was taken"
        if wanted.state == "claimed":
            assert new is not None
            assert new.owner == wanted.owner
            if old is not None and old.until is not None:
                assert new.until is None or new.until > old.until
        elif wanted.state == "unclaimed":
            assert new is None
            assert places[1] == f"{wanted.release_to or 'aws'}/unclaimed/{name}"
        else:
            assert wanted.state == ("absent" if places[1] is None else "present")


class Owner:
    """Runs the module a few times, each time until it ends; a killed run is run again."""

    def __init__(self, server: Judge, crew: Crew, dice: random.Random, name: str) -> None:
        self.server, self.crew, self.dice, self.name = server, crew, dice, name
        self.runs = 0

    def work(self) -> None:
        for _run in range(4):
            self.crew.sleep(self.dice.randrange(30))
            wanted, wait = self.draw(), self.dice.choice([0, 0, 15, 120])
            while not self.run(wanted, wait):
                self.crew.sleep(1)

    def draw(self) -> LockRequest:
        name = self.dice.choice(LOCKS)
        until = self.dice.choice([Until(span=self.dice.choice(SPANS)), Until(at=int(self.server.now) + 60), Until()])
        claim: dict[str, Any] = {"owner": self.name, "until": until, "choose": self.dice.choice(list(Choice))}
        kind = self.dice.randrange(10)
        if kind < 3:
            return request("claimed", **claim)
        if kind < 4:
            return request("claimed", name=name, **claim)
        if kind < 6:
            return request("claimed", count=self.dice.choice([2, 3]), **claim)
        if kind < 8:
            return request("unclaimed", owner=self.name, name=self.dice.choice([ALL, ALL, name]))
        if kind < 9:
            return self.draw_release_of_another(name)
        return self.dice.choice(
            [
                request("present", name=f"extra-{self.name}", content=b"x"),
                request("present", name=f"extra-{self.name}", claimed=True, **claim),
                request("absent", name=f"extra-{self.name}", owner=self.name),
                request("present", name=name, content=str(self.dice.random()).encode()),
            ]
        )

    def draw_release_of_another(self, name: str) -> LockRequest:
        here = self.server.commits[self.server.tip]
        claim = here.claims.get(place_of(here, name) or "")
        return request("unclaimed", name=name, claim_commit=claim.commit[:30] if claim else "c0ffee1")

    def run(self, wanted: LockRequest, wait: int) -> bool:
        """Run once; return false if the run was killed."""
        self.runs += 1
        run_id = f"{self.name} {id(self)} {self.runs}"
        run = begin(self.server, wanted, run_id, self.crew.sleep)
        run.uniform = self.dice.uniform
        began = self.server.now
        actor = id(self.crew.current)
        self.server.running[actor] = (wanted, run_id)
        try:
            run.carry_out(lambda: retry(self.server, self.crew.sleep), wait)
        except Killed:
            return False
        except PoolboyError as error:
            is_unknown = isinstance(error, RepositoryError) and "not known" in str(error)
            has_failed_cleanly = run_id not in self.server.pushed_runs or self.server.is_rewritten
            assert has_failed_cleanly or is_unknown
        else:
            self.check(run, wanted, run_id)
        finally:
            del self.server.running[actor]
        assert self.server.now - began <= wait + LONGEST_PUSH
        return True

    def check(self, run: LockRun, wanted: LockRequest, run_id: str) -> None:
        """Check the answer, and that a second run at once gives the same one and changes nothing."""
        assert run.has_pushed == bool(run.changes())
        if run.has_pushed:
            assert run_id in self.server.pushed_runs
        if wanted.state == "claimed":
            assert len(run.plan.locks) == wanted.count
            assert all(lock.hold is not None and lock.hold.owner == self.name for lock in run.plan.locks)
        is_current = self.server.tip in self.server.requests and self.server.requests[self.server.tip][1] == run_id
        if is_current if run.has_pushed else run.snapshot.commit == self.server.tip:
            step, self.server.step, down, self.server.is_down = self.server.step, _ignore, self.server.is_down, False
            again = begin(self.server, wanted, "again")
            if wanted.claim_commit is None:
                again.decide()
                assert again.changes() == ()
                answers = [[(one.name, one.state, one.hold) for one in two.plan.locks] for two in (run, again)]
                assert answers[0] == answers[1] or wanted.state != "claimed"
            self.server.step, self.server.is_down = step, down


def _ignore(_request: str) -> None:
    pass


class Others:
    """Builds, a cleaner, and what happens to servers."""

    def __init__(self, server: Judge, crew: Crew, dice: random.Random, *, rewrites: bool) -> None:
        self.server, self.crew, self.dice, self.rewrites = server, crew, dice, rewrites

    def build(self) -> None:
        """Claim a free lock, keep it for a while and release it, a few times."""
        for _build in range(4):
            self.crew.sleep(self.dice.randrange(20))
            free = [lock for lock in self.server.commits[self.server.tip].locks() if not lock.is_claimed]
            if not free:
                continue
            lock = self.dice.choice(free)
            self.server.claim_by_build(lock)
            claim = self.server.commits[self.server.tip].claims[f"{lock.pool}/claimed/{lock.name}"]
            self.crew.sleep(self.dice.randrange(60))
            here = self.server.commits[self.server.tip]
            if here.claims.get(f"{lock.pool}/claimed/{lock.name}") == claim:
                self.server.release(self.server.find(lock.name))

    def clean(self) -> None:
        """Release holds that are over."""
        for _round in range(6):
            self.crew.sleep(self.dice.randrange(60))
            here = self.server.commits[self.server.tip]
            for lock in here.locks():
                hold = hold_of(here, lock.name)
                if hold is not None and hold.has_ended(int(self.server.now)):
                    self.server.others(moved_lock(lock, lock.pool, State.UNCLAIMED, f"unclaiming: {lock.name}\n"))

    def trouble(self) -> None:
        """The server is down for a while, carries out pushes late, or has a new history."""
        for _round in range(12):
            self.crew.sleep(self.dice.randrange(20))
            self.server.carry_out_late()
            if self.rewrites and self.dice.randrange(8) == 0:
                self.server.rewrite()
            self.server.is_down = self.dice.randrange(8) == 0
        self.server.is_down = False


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([20, 1000]), st.sampled_from([4, 100]), st.booleans())
def test_each_lock_has_one_holder(seed: int, mortality: int, losses: int, rewrites: bool) -> None:
    dice = random.Random(seed)
    server = Judge()
    server.add(*(f"aws/{name}" for name in LOCKS))
    crew = server.crew = Crew(server, dice, mortality=mortality)
    server.lose = lambda _push: dice.choice(["response", "late", "push"]) if dice.randrange(losses) == 0 else ""
    others = Others(server, crew, dice, rewrites=rewrites)
    for owner in ("ada", "bob", "eve", "ada"):
        crew.hire(Owner(server, crew, dice, owner).work)
    for work in (others.build, others.build, others.clean, others.trouble):
        crew.hire(work)
    crew.work()
    here = server.commits[server.tip]
    assert {name for name in here.lock_states() if not name.startswith("extra")} == set(LOCKS)


def test_the_judge_sees_a_wrong_push() -> None:
    """A push that takes the lock of another holder, as a check of the check."""
    server = Judge()
    server.add("aws/env-1")
    server.claim_by_build(server.find("env-1"))
    lock = server.find("env-1")
    commit = server.write(server.tip, [moved_lock(lock, "aws", State.UNCLAIMED, "unclaiming: env-1\n")])
    server.requests[commit] = request("unclaimed", owner="ada", name="env-1"), "run"
    try:
        outcome: PushOutcome | None = server.push(server.tip, commit)
    except AssertionError:
        outcome = None
    assert outcome is None
