# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A git server in memory with a lock repository, on which several runs work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import LockRequest
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.planner import LockPlanner
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.run import LockRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import (
    LockChange,
    LockPlace,
    RepositoryChange,
    moved_lock,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State, parse_path
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError

from .lock_builders import BUILD_URL, NOW

MOST_REQUESTS = 20_000
DOWN = RepositoryError("The server cannot be reached.")


@dataclass(frozen=True)
class Commit:
    """One commit: its files (path to blob), the claims of the claimed locks, and when each file came to its path."""

    name: str
    parent: str | None
    files: Mapping[str, bytes]
    claims: Mapping[str, Claim]
    since: Mapping[str, int]
    message: str = ""

    def lock_states(self) -> dict[str, list[str]]:
        """Where each lock is, by its name."""
        places: dict[str, list[str]] = {}
        for path in self.files:
            places.setdefault(path.rpartition("/")[2], []).append(path)
        return places

    def locks(self) -> tuple[Lock, ...]:
        found = []
        for path in sorted(self.files):
            place = parse_path(path)
            assert place is not None
            found.append(Lock(place.pool, place.name, place.state, blob=self.files[path].decode()))
        return tuple(sorted(found, key=lambda lock: (lock.pool, lock.name)))


@dataclass
class Server:
    """The branch. `now` is in seconds since 1970; `step` is called before each request, and can have others act.

    `lose` gets the number of a push, from 1, and returns what becomes of it: "" for nothing special, "response" if the
    server carries it out and the response is lost, "late" if it carries it out at carry_out_late(), "push" if never.
    """

    pools: tuple[str, ...] = ("aws", "broken")
    now: float = NOW
    step: Callable[[str], None] = lambda _request: None
    lose: Callable[[int], str] = lambda _push: ""
    is_down: bool = False
    tip: str = "root"
    pushes: int = 0
    answered: int = 0
    accepted: list[tuple[str, str]] = field(default_factory=list)
    commits: dict[str, Commit] = field(default_factory=lambda: {"root": Commit("root", None, {}, {}, {})})
    late: list[str] = field(default_factory=list)
    _bases: dict[str, str] = field(default_factory=dict)

    def add(self, *locks: str) -> None:
        """Add free locks, given as `pool/name`."""
        for lock in locks:
            pool, _slash, name = lock.rpartition("/")
            self.others(LockChange(name, f"adding unclaimed: {name}\n", None, LockPlace(pool, State.UNCLAIMED), b"x"))

    def others(self, *changes: RepositoryChange) -> None:
        """Push changes of somebody else."""
        self.tip = self.write(self.tip, changes)

    def claim_by_build(self, lock: Lock) -> None:
        message = f"claiming: {lock.name}\nBuild URL: {BUILD_URL}\n"
        self.others(moved_lock(lock, lock.pool, State.CLAIMED, message))

    def release(self, lock: Lock) -> None:
        """Release a lock as its holder does."""
        self.others(moved_lock(lock, lock.pool, State.UNCLAIMED, f"unclaiming: {lock.name}\n"))

    def rewrite(self) -> None:
        """Replace the history: the same files, but other commits."""
        here = self.commits[self.tip]
        name = f"rewritten {len(self.commits)}"
        claims = {path: Claim(f"{name}-{path}", *_rest(claim)) for path, claim in here.claims.items()}
        self.commits[name] = Commit(name, None, here.files, claims, here.since)
        self.tip = name

    def find(self, name: str) -> Lock:
        return next(lock for lock in self.commits[self.tip].locks() if lock.name == name)

    def places(self) -> list[str]:
        """The paths of all locks."""
        return sorted(self.commits[self.tip].files)

    def log(self) -> list[Commit]:
        """The commits of the branch, oldest first."""
        return list(self._ancestors(self.tip))[::-1]

    def write(self, base: str, changes: Sequence[RepositoryChange]) -> str:
        """Write the commits of changes; the same ones on the same base have the same names."""
        parent = self.commits[base]
        for change in changes:
            assert isinstance(change, LockChange)
            name = f"{abs(hash((parent.name, change))):016x}".ljust(40, "0")
            parent = self.commits.setdefault(name, _committed(parent, name, change, int(self.now)))
        self._bases[parent.name] = base
        return parent.name

    def push(self, base: str, commit: str) -> PushOutcome:
        self.pushes += 1
        lost = self.lose(self.pushes)
        if self.tip != base:
            return PushOutcome.OVERTAKEN
        if lost in ("", "response"):
            self._accept(base, commit)
        if lost == "late":
            self.late.append(commit)
        return PushOutcome.UNKNOWN if lost else PushOutcome.ACCEPTED

    def carry_out_late(self) -> None:
        """Carry out the late pushes that nobody has overtaken."""
        while self.late:
            commit = self.late.pop()
            if self._bases[commit] == self.tip:
                self._accept(self.tip, commit)

    def contains(self, commit: str) -> bool:
        return any(one.name == commit for one in self._ancestors(self.tip))

    def _accept(self, base: str, commit: str) -> None:
        self.accepted.append((base, commit))
        self.tip = commit

    def _ancestors(self, name: str | None) -> Iterator[Commit]:
        while name is not None:
            commit = self.commits[name]
            yield commit
            name = commit.parent


@dataclass
class ModelStore:
    """The view of one run. A LockStore. Every method but latest() is a request."""

    server: Server

    def snapshot(self) -> Snapshot:
        self._request("snapshot")
        return self.latest()

    def latest(self) -> Snapshot:
        here = self.server.commits[self.server.tip]
        return Snapshot(here.name, "main", self.server.pools, here.locks(), dict(here.claims))

    def write(self, snapshot: Snapshot, changes: Sequence[RepositoryChange]) -> str:
        return self.server.write(snapshot.commit, changes)

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        self._request("push")
        return self.server.push(snapshot.commit, commit)

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        self._request("contains")
        return self.server.contains(commit)

    def contents(self, snapshot: Snapshot, locks: Sequence[Lock]) -> Mapping[Lock, bytes | None]:
        files = self.server.commits[snapshot.commit].files
        return {lock: files[lock.path] for lock in locks}

    def oldest_free(self, snapshot: Snapshot, locks: Sequence[Lock], count: int) -> Sequence[Lock]:
        since = self.server.commits[snapshot.commit].since
        return sorted(locks, key=lambda lock: (since[lock.path], lock.path))[:count]

    def _request(self, name: str) -> None:
        self.server.answered += 1
        assert self.server.answered < MOST_REQUESTS, "the run does not end"
        self.server.step(name)
        if self.server.is_down:
            raise DOWN


def begin(
    server: Server, request: LockRequest, run_id: str = "5f0c9a1e", sleep: Callable[[float], None] | None = None
) -> LockRun:
    """A run that has done nothing yet."""
    store = ModelStore(server)
    planner = LockPlanner(request, store, run_id)
    return LockRun(
        store,
        planner.plan,
        lambda: int(server.now),
        timer=lambda: server.now,
        sleep=sleep or sleeper(server),
        uniform=lambda low, high: (low + high) / 2,
    )


def sleeper(server: Server) -> Callable[[float], None]:
    """Return a function that lets the time of the server pass."""

    def sleep(seconds: float) -> None:
        assert seconds >= 0
        server.now += seconds

    return sleep


def retry(server: Server, sleep: Callable[[float], None] | None = None) -> PushRetry:
    return PushRetry(sleep or sleeper(server), lambda: server.now, lambda low, _high: low)


def carry_out(server: Server, request: LockRequest, wait: int = 0, run_id: str = "5f0c9a1e") -> LockRun:
    """A run that has ended."""
    run = begin(server, request, run_id)
    run.carry_out(lambda: retry(server), wait)
    return run


def _committed(parent: Commit, name: str, change: LockChange, now: int) -> Commit:
    """Return the commit of a change. Fails the test if git would refuse it, or a lock would be lost."""
    files = dict(parent.files)
    content = change.content.blob.encode() if isinstance(change.content, Lock) else change.content
    if change.source is not None:
        before = files.pop(change.source.path)
        assert before.decode() == change.source.blob
        content = before if content is None else content
    if change.target_path is not None:
        assert change.target_path not in files, f"{change.target_path} would be overwritten"
        assert content is not None
        files[change.target_path] = content
    claims = {path: claim for path, claim in parent.claims.items() if path in files}
    since = {path: time for path, time in parent.since.items() if path in files}
    for path in files.keys() - parent.files.keys():
        since[path] = now
        if "/claimed/" in f"/{path}":
            claims[path] = Claim(name, now, "poolboy", change.message)
    return Commit(name, parent.name, files, claims, since, change.message)


def _rest(claim: Claim) -> tuple[int, str, str]:
    return claim.claimed_at, claim.author, claim.message
