# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that move locks: with a clone and git, or with plumbing, as fast as possible."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ....lockrepo.git_command import git, git_environment, git_succeeds
from .objects import Branch, Entries, Objects

Message = Callable[[str], str]
TIMEOUT = 60.0


class LockClient(Protocol):
    """Moves a lock as a pool resource does: read the newest commit, move the file, push; retry if refused."""

    def claim(self, pool: str, message: Message, dice: random.Random) -> tuple[str, str] | None:
        """Claim any free lock of the pool; return its name and the commit, or None if there is no free one."""

    def release(self, pool: str, lock: str, message: str) -> str | None:
        """Release a claimed lock; return the commit, or None if it is no longer claimed."""


class PlumbingClient:
    """Writes objects into the repository, then moves the branch if it is still at the commit that was read."""

    def __init__(self, repository: Path) -> None:
        self._objects = Objects(repository)
        self._branch = Branch(repository)

    def claim(self, pool: str, message: Message, dice: random.Random) -> tuple[str, str] | None:
        while True:
            tip = self._branch.tip()
            free = sorted(name for name in self._folder(tip, pool, b"unclaimed") if not name.startswith(b"."))
            if not free:
                return None
            lock = dice.choice(free).decode()
            commit = self._move(tip, pool, lock, b"unclaimed", b"claimed", message(lock))
            if self._branch.swap(tip, commit):
                return lock, commit

    def release(self, pool: str, lock: str, message: str) -> str | None:
        while True:
            tip = self._branch.tip()
            if lock.encode() not in self._folder(tip, pool, b"claimed"):
                return None
            commit = self._move(tip, pool, lock, b"claimed", b"unclaimed", message)
            if self._branch.swap(tip, commit):
                return commit

    def _root(self, commit: str) -> Entries:
        return self._objects.tree(self._objects.read(commit)[5:45].decode())

    def _folder(self, commit: str, pool: str, state: bytes) -> Entries:
        return self._objects.tree(self._objects.tree(self._root(commit)[pool.encode()][1])[state][1])

    def _move(self, tip: str, pool: str, lock: str, source: bytes, target: bytes, message: str) -> str:
        objects, name, root = self._objects, lock.encode(), self._root(tip)
        states = objects.tree(root[pool.encode()][1])
        losing, winning = objects.tree(states[source][1]), objects.tree(states[target][1])
        winning[name] = losing.pop(name)
        states |= {source: (b"40000", objects.write_tree(losing)), target: (b"40000", objects.write_tree(winning))}
        root[pool.encode()] = (b"40000", objects.write_tree(states))
        who = f"git <git@localhost> {int(time.time())} +0000"
        head = f"tree {objects.write_tree(root)}\nparent {tip}\nauthor {who}\ncommitter {who}\n\n{message.strip()}\n"
        return objects.write("commit", head.encode())


class CloneClient:
    """Uses git in a clone with a work tree, as the pool resource does (out/git_lock_handler.go)."""

    def __init__(self, repository: Path, clone: Path) -> None:
        self._clone = clone
        git("clone", "--quiet", repository.as_uri(), str(clone))
        for key, value in (("user.name", "git"), ("user.email", "git@localhost"), ("gc.auto", "0")):
            git("config", key, value, folder=clone)

    def claim(self, pool: str, message: Message, dice: random.Random) -> tuple[str, str] | None:
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            self._reset()
            free = sorted(one.name for one in (self._clone / pool / "unclaimed").iterdir() if one.name[0] != ".")
            if not free:
                return None
            lock = dice.choice(free)
            commit = self._move(f"{pool}/unclaimed/{lock}", f"{pool}/claimed/{lock}", message(lock))
            if commit is not None:
                return lock, commit
        return None

    def release(self, pool: str, lock: str, message: str) -> str | None:
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            self._reset()
            if not (self._clone / pool / "claimed" / lock).exists():
                return None
            commit = self._move(f"{pool}/claimed/{lock}", f"{pool}/unclaimed/{lock}", message)
            if commit is not None:
                return commit
        raise AssertionError(f"no push of {lock} was taken in {TIMEOUT} s")

    def _reset(self) -> None:
        if git_succeeds("fetch", "--quiet", "origin", "main", folder=self._clone):
            git("reset", "--quiet", "--hard", "origin/main", folder=self._clone)

    def _move(self, source: str, target: str, message: str) -> str | None:
        """Return the commit if its push was accepted; check the branch if the push failed."""
        git("mv", source, target, folder=self._clone)
        git("commit", "--quiet", "-m", message, folder=self._clone, environment=git_environment())
        commit = git("rev-parse", "HEAD", folder=self._clone).decode().strip()
        if git_succeeds("push", "--quiet", "origin", "HEAD:refs/heads/main", folder=self._clone):
            return commit
        git_succeeds("fetch", "--quiet", "origin", "main", folder=self._clone)
        taken = git_succeeds("merge-base", "--is-ancestor", commit, "origin/main", folder=self._clone)
        return commit if taken else None
