# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The random users of the trigger tests, whose builds the versions of pool-trigger start, with merges and rewrites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._resource.pool_trigger import check
from ansible_collections.poolboy.concourse.plugins.module_utils._resource.protocol import Request
from ansible_collections.poolboy.concourse.tests.functional.trigger.random_users import OTHER, PIPELINE, RandomUsers
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_text
from ansible_collections.poolboy.concourse.tests.scene import Scene

Version = Mapping[str, str]


@dataclass
class VersionHistory:
    """The versions of a resource as Concourse keeps them: it ignores one that it knows.

    Concourse checks with the latest version. `caches` are the folders of its containers.
    """

    repo: str
    pool: str
    caches: Path
    known: list[Version] = field(default_factory=list)
    containers: int = 0

    def check(self) -> list[Version]:
        """Check once; return the new versions."""
        source = {"repo": self.repo, "pool": self.pool, "cache_dir": str(self.caches / str(self.containers))}
        found = check(Request(source, self.known[-1] if self.known else None))
        new = [one for one in found if one not in self.known]
        assert len(new) <= 1, "Concourse would order several in its own way"
        self.known += new
        return new

    def announced(self) -> list[tuple[str, str]]:
        """Return commit and lock of each version."""
        return [(one["commit"], one["lock"]) for one in self.known]


class Town(RandomUsers):
    """Two pools, each with a resource of type pool-trigger that starts the builds of its job."""

    def __init__(self, scene: Scene, seed: int, folder: Path) -> None:
        super().__init__(scene, seed)
        self.people = 3
        self.resources = {pool: VersionHistory(scene.repo, pool, folder / pool) for pool in OTHER}
        self._branches = 0
        self._founding = len(self._line())

    def check(self, pool: str) -> list[Version]:
        """Check a resource, in a new container now and then; each new version starts a build."""
        resource = self.resources[pool]
        if self.dice.random() < 0.1:
            resource.containers += 1
        new = resource.check()
        for _version in new:
            self.scene.start(PIPELINE, f"from-{pool}")
        return new

    def check_until_nothing_is_new(self, pool: str) -> None:
        while self.check(pool):
            pass

    def merge(self, *, reverse: bool = False) -> None:
        """A person adds locks on a branch and merges it; in reverse, main into the branch, which becomes main."""
        self._branches += 1
        branch, pool = f"side-{self._branches}", self.dice.choice([*OTHER])
        self.scene.locks.fork(branch)
        for _lock in range(self.dice.randrange(1, 4)):
            self._number += 1
            self.scene.locks.add(pool, f"lock-{self._number}", at=self.scene.now, branch=branch)
        for _act in range(self.dice.randrange(3)):
            self.act()
        if reverse:
            self.scene.locks.merge("main", branch=branch, at=self.scene.now)
            self.scene.locks.force(branch)
        else:
            self.scene.locks.merge(branch, at=self.scene.now)
        self.look_around()

    def force(self) -> None:
        """A person pushes with --force: an older commit, one history less, or main with other latest commits."""
        locks, old = self.scene.locks, self.scene.locks.tip()
        back = self.dice.randrange(1, 8)
        kind = self.dice.randrange(4)
        if kind == 0:
            locks.restart(at=self.scene.now)
        elif len(self._line()) >= self._founding + back:  # all pools stay
            locks.force(f"main~{back}")
        self.look_around()
        if kind == 1:
            self.act()
        elif kind == 2 and old is not None:
            # And back again, with or without a check in between.
            if self.dice.random() < 0.5:
                self.check(self.dice.choice([*OTHER]))
            locks.force(old)
            self.look_around()

    def look_around(self) -> None:
        """Everybody sees which locks there are now."""
        files = [path.decode().split("/") for path in self.scene.locks.tree()]
        for pool in OTHER:
            self.free[pool], self.held[pool] = (
                [name for at, folder, name in files if (at, folder) == (pool, state) and name != ".gitkeep"]
                for state in ("unclaimed", "claimed")
            )

    def arrivals(self, pool: str, since: str | None = None) -> list[tuple[str, str]]:
        """Return commit and lock of each arrival on main, oldest first, as plain git shows them."""
        shown = git_text(
            *("log", "--first-parent", "-m", "--reverse", "--root", "--no-renames", "--diff-filter=A"),
            *("--format=commit %H", "--name-only", "main" if since is None else f"{since}..main"),
            *("--", f"{pool}/unclaimed"),
            folder=self.scene.locks.path,
        )
        found, commit = [], ""
        for line in filter(None, shown.splitlines()):
            if line.startswith("commit "):
                commit = line.removeprefix("commit ")
            elif not line.endswith("/.gitkeep"):
                found.append((commit, line.rpartition("/")[2]))
        return found

    def missed(self, pool: str) -> list[str]:
        """Return the free locks without a version since they arrived on the line that is main now."""
        places = {commit: place for place, commit in enumerate(reversed(self._line()))}
        latest = {lock: places[commit] for commit, lock in self.arrivals(pool)}
        announced: dict[str, int] = {}
        for commit, lock in self.resources[pool].announced():
            announced[lock] = max(announced.get(lock, -1), places.get(commit, -1))
        return [lock for lock in self.free[pool] if announced.get(lock, -1) < latest[lock]]

    def _line(self) -> list[str]:
        return git_text("rev-list", "--first-parent", "main", folder=self.scene.locks.path).split()
