# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faults between the cleaners, Concourse and the lock repository."""

from __future__ import annotations

import random
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ....atc import Emulator

# A git that refuses, waits, dies or loses the answer, in 3 of 100 commands that use the network. What it is told to
# write is in the folder `drafts` first, for the rerunner.
GIT = """\
#!/bin/bash
[ -e {switch} ] || exec {git} "$@"
case "$1" in
    fetch|push|ls-remote) ;;
    fast-import)
        cat > {drafts}/$$; cp {drafts}/$$ {drafts}/$$.whole; mv {drafts}/$$.whole {drafts}/$$.written
        [ $((RANDOM % 2)) = 0 ] || sleep 0.1
        {git} "$@" < {drafts}/$$; ended=$?; rm -f {drafts}/$$; exit $ended ;;
    *) exec {git} "$@" ;;
esac
case $((RANDOM % 160)) in
    0) echo "fatal: unable to access: Could not resolve host" >&2; exit 128 ;;
    1) sleep 0.$((RANDOM % 9)); exec {git} "$@" ;;
    2) {git} "$@" & sleep 0.0$((RANDOM % 9)); kill -9 $! 2>/dev/null; wait $! 2>/dev/null; exit 137 ;;
    3) {git} "$@" >/dev/null 2>&1; echo "fatal: the remote end hung up unexpectedly" >&2; exit 128 ;;
    4) {git} "$@"; exit 1 ;;
    *) exec {git} "$@" ;;
esac
"""
# The server takes its time, or refuses; every change of the branch is written down with its moment.
PRE_RECEIVE = """\
#!/bin/bash
[ -e {switch} ] || exit 0
case $((RANDOM % 160)) in
    0) echo "Try again later." >&2; exit 1 ;;
    1) sleep 0.$((RANDOM % 5)) ;;
    2) kill -9 $PPID ;;
esac
exit 0
"""
REFERENCE_TRANSACTION = """\
#!/bin/bash
while read old new ref; do
    [ "$ref" = refs/heads/main ] && echo "$1 $EPOCHREALTIME $old $new" >> {log}
done
exit 0
"""

CONCOURSE_FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 404, "body": "no such page"},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 500, "version_header": True},
    {"kind": "html"},
    {"kind": "delay", "seconds": 0.4},
    {"kind": "cut_body"},
    {"kind": "cut_json"},
    {"kind": "no_version_header"},
    {"kind": "lost"},
    {"kind": "reset"},
)


# What an outage affects: all requests of one team, or one kind of request of all.
REQUEST_PATHS = (
    "/input_to",
    "/inputs$",
    "/resources$",
    "/jobs$",
    "/versions\\?",
    "/output_of",
    "/jobs/[^/]+/builds/",
    "/builds$",
)


class Faults:
    """Faults of git, of its server and of Concourse, if there is one; `clear()` ends them all."""

    def __init__(self, folder: Path, repository: Path, atc: Emulator | None, seed: int) -> None:
        self.folder = folder / "bin"
        self.log = folder / "pushes.log"
        self.drafts = folder / "drafts"
        self._switch = folder / "storm"
        self._atc = atc
        self.folder.mkdir()
        self.drafts.mkdir()
        self.log.touch()
        self._switch.touch()
        names = {"git": shutil.which("git"), "switch": self._switch, "log": self.log, "drafts": self.drafts}
        _program(self.folder / "git", GIT.format(**names))
        _program(repository / "hooks" / "pre-receive", PRE_RECEIVE.format(**names))
        _program(repository / "hooks" / "reference-transaction", REFERENCE_TRANSACTION.format(**names))
        for number, fault in enumerate(CONCOURSE_FAULTS if atc else ()):
            self._concourse.add_fault(**fault, path="^/(api|sky)/", probability=0.001, seed=seed + number)  # type: ignore[arg-type]

    @contextmanager
    def outage(self, teams: int, dice: random.Random) -> Iterator[None]:
        """Some requests fail in the context, each time."""
        atc = self._concourse
        names = "|".join(str(dice.randrange(teams)) for _count in range(2))
        path = f"/team-({names})([.][0-9]+)?/" if dice.random() < 0.8 else dice.choice(REQUEST_PATHS)
        number = atc.add_fault(**dice.choice(CONCOURSE_FAULTS), path=path)  # type: ignore[arg-type]
        try:
            yield
        finally:
            atc.remove_fault(number)

    def clear(self) -> None:
        """End all faults."""
        self._switch.unlink()
        if self._atc is not None:
            self._atc.clear_faults()

    @property
    def _concourse(self) -> Emulator:
        assert self._atc is not None
        return self._atc


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP)
