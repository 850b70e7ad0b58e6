# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repositories of the benches, generated once and kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import lockrepo
from ..lockrepo import generate
from ..lockrepo.git_command import git
from .sizes import Shape

SEED = 20_261


@dataclass(frozen=True)
class Generated:
    """A bare repository. `claims` are claiming commits by path; `claimed` are pool and lock, oldest claim first."""

    path: Path
    head: str
    claims: Mapping[str, str]
    claimed: tuple[tuple[str, str], ...]

    def part(self, number: int, *, of: int) -> tuple[tuple[str, str], ...]:
        """Return one of `of` equal parts of the claimed locks, each with the same mix of ages."""
        return self.claimed[number % of :: of]


def generated(folder: Path, shape: Shape) -> Generated:
    """Return the repository of that shape in `folder`; generate it if missing, packed as on a git host."""
    name = f"{shape.locks}-{shape.claimed}-{shape.commits}-{shape.oldest}-{_version()}"
    path = folder / f"{name}.git"
    if not path.exists():
        print(f"Generating a repository, once: {shape} ...", flush=True)
        _make(path, shape)
    truth = json.loads((path / "truth.json").read_text())
    locks = sorted((lock for lock in truth["locks"] if lock["commit"]), key=lambda lock: lock["claimed_at"])
    return Generated(
        path,
        truth["head"],
        {f"{lock['pool']}/claimed/{lock['name']}": lock["commit"] for lock in locks},
        tuple((lock["pool"], lock["name"]) for lock in locks),
    )


def _make(path: Path, shape: Shape) -> None:
    unfinished = path.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    truth = generate(
        unfinished,
        locks=shape.locks,
        claimed=shape.claimed,
        commits=shape.commits,
        oldest_claim_depth=shape.oldest,
        seed=SEED,
    )
    git("gc", "--quiet", folder=unfinished)
    truth.save(unfinished / "truth.json")
    unfinished.rename(path)


def _version() -> str:
    """Return a version of the generator's code; a changed generator writes other repositories."""
    sources = sorted(Path(lockrepo.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]
