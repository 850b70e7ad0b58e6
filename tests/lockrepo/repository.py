# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock repository for one scenario: its pools, locks and their changes."""

from __future__ import annotations

from typing import Literal, Unpack

from .entries import Entry, Existing, File, Text, join, to_bytes
from .git_command import git, git_succeeds
from .history import CommitOptions, GitHistory

State = Literal["claimed", "unclaimed"]


class LockRepository(GitHistory):
    """A bare lock repository at `path`, initially without pools.

    Every method makes one commit with the pool resource's message (`claiming: env-1`) and author, unless the options
    override them, and returns its SHA. Pool and lock names may be any bytes that git allows in a tree.
    """

    def add_pool(self, pool: Text, **options: Unpack[CommitOptions]) -> str:
        """Add a pool without locks: `claimed/` and `unclaimed/`, each kept by an empty .gitkeep."""
        options.setdefault("message", b"add pool " + to_bytes(pool))
        return self.commit(self._skeleton(pool, self._branch(options)), **options)

    def add(
        self,
        pool: Text,
        lock: Text,
        *,
        state: State = "unclaimed",
        entry: Entry | Text | None = None,
        **options: Unpack[CommitOptions],
    ) -> str:
        """Add a lock, and its pool if it is new; `entry` defaults to a file with the lock's name."""
        options.setdefault("message", b"adding %s: %s" % (state.encode(), to_bytes(lock)))
        content = File(b"name: " + to_bytes(lock) + b"\n") if entry is None else entry
        skeleton = self._skeleton(pool, self._branch(options))
        return self.commit({**skeleton, join(pool, state, lock): content}, **options)

    def claim(self, pool: Text, lock: Text, **options: Unpack[CommitOptions]) -> str:
        """Move a lock from unclaimed to claimed."""
        options.setdefault("message", b"claiming: " + to_bytes(lock))
        return self.commit(moves=[(join(pool, "unclaimed", lock), join(pool, "claimed", lock))], **options)

    def release(self, pool: Text, lock: Text, **options: Unpack[CommitOptions]) -> str:
        """Move a lock from claimed to unclaimed."""
        options.setdefault("message", b"unclaiming: " + to_bytes(lock))
        return self.commit(moves=[(join(pool, "claimed", lock), join(pool, "unclaimed", lock))], **options)

    def move(
        self,
        pool: Text,
        lock: Text,
        to_pool: Text,
        *,
        state: State,
        to_state: State | None = None,
        **options: Unpack[CommitOptions],
    ) -> str:
        """Move a lock from `state` of one pool to the same state, or `to_state`, of another pool."""
        options.setdefault("message", b"Move %s from %s to %s" % tuple(map(to_bytes, (lock, pool, to_pool))))
        moves = [(join(pool, state, lock), join(to_pool, to_state or state, lock))]
        return self.commit(self._skeleton(to_pool, self._branch(options)), moves=moves, **options)

    def remove(self, pool: Text, lock: Text, *, state: State = "claimed", **options: Unpack[CommitOptions]) -> str:
        """Remove a lock; the resource removes claimed locks."""
        options.setdefault("message", b"removing: " + to_bytes(lock))
        return self.commit({join(pool, state, lock): None}, **options)

    def update(self, pool: Text, lock: Text, entry: Entry | Text, **options: Unpack[CommitOptions]) -> str:
        """Change the content of a claimed lock: not a claim, but the last commit of its path."""
        options.setdefault("message", b"updating: " + to_bytes(lock))
        return self.commit({join(pool, "claimed", lock): entry}, **options)

    def tally(self, pool: Text, *, triggers: int, removals: int, **options: Unpack[CommitOptions]) -> str:
        """Write the counters of pool-trigger-resource into the pool's folder, with its commit message."""
        options.setdefault(
            "message", f"triggering build with pending triggers: {triggers}; pending removals: {removals}"
        )
        counts: dict[Text, Entry | Text | None] = {
            join(pool, ".pending-triggers"): f"{triggers}\n",
            join(pool, ".pending-removals"): f"{removals}\n",
        }
        return self.commit(counts, **options)

    def tree(self, branch: str | None = None) -> dict[bytes, Existing]:
        """Return all files, links and submodules of a branch by path, as git lists them."""
        listing = git("ls-tree", "-r", "-z", "--full-tree", self.commit_of(branch or self.branch), folder=self.path)
        files: dict[bytes, Existing] = {}
        for line in listing.split(b"\0")[:-1]:
            description, path = line.split(b"\t", 1)
            mode, _kind, name = description.decode().split()
            files[path] = Existing(mode, name)
        return files

    def _branch(self, options: CommitOptions) -> str:
        return options.get("branch", self.branch)

    def _skeleton(self, pool: Text, branch: str) -> dict[Text, Entry | Text | None]:
        # an existing pool is not changed, even without .gitkeep
        there = f"{branch}:{to_bytes(pool).decode('utf-8', 'surrogateescape')}"
        if git_succeeds("rev-parse", "--verify", "--quiet", there, folder=self.path):
            return {}
        return {join(pool, state, ".gitkeep"): b"" for state in ("claimed", "unclaimed")}
