# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commit messages of people and their tools, and the names of everything generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from ..formats import Names
from ..holders import Build
from ..stream import Person

PEOPLE = tuple(
    Person(name, f"{name.split()[0].lower()}@example.com") for name in ("Ada Larsson", "Béla Tóth", "Chi Nwosu")
)
TRIGGERER = Person("pool trigger", "trigger@example.com")
CLAIMER = Person("Claimer", "claimer@example.com")
HOSTS = ("workstation-7", "jumpbox", "ada-laptop")
REASONS = ("bbl is broken", "worker disappeared", "after the outage", "kernel upgrade", "cats after failure")

TEAMS = ("main", "platform", "app-runtime", "ops team")
PIPELINES = ("deploy", "cf-deployment", "update-silk", "release-2.x", "nightly smoke")
JOBS = ("claim-env", "acceptance", "run tests", "deploy-prod", "destroy")
SLASHED_PIPELINES, SLASHED_JOBS = ("feature/login",), ("deploy/prod", "test/unit/fast")
BASE_URLS = ("https://ci.example.com", "http://127.0.0.1:8080", "https://ci.example.org/concourse")
INSTANCE_VARS: Sequence[Mapping[str, Any]] = (
    {"branch": "main"},
    {"branch": "feature/login form", "number": 9000},
    {"cfg": {"region": "eu-1", "zone": {"id": 3}}, "env": "prod"},
    {"release.line": "2.x", "with:colon": True},
    {"quote": 'say "hi"', "list": ["a", 1]},
    {"version": "2", "nothing": None},
)
VARIABLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "instanced": INSTANCE_VARS,
    "untyped": [variables for variables in INSTANCE_VARS if not set("".join(variables)) & set(".:,/ ")],
}


def random_build(random: Random, names: Names) -> Build:
    """Return a build; every tenth is a re-run, and with `any` names every fourth has slashes in its names."""
    slashed = names == "any" and random.random() < 0.25
    number = str(random.randint(1, 4000))
    return Build(
        team=random.choice(TEAMS),
        pipeline=random.choice(SLASHED_PIPELINES if slashed else PIPELINES),
        job=random.choice(SLASHED_JOBS if slashed else JOBS),
        name=f"{number}.{random.randint(1, 12)}" if random.random() < 0.1 else number,
        id=random.randint(10_000, 9_999_999),
        base_url=random.choice(BASE_URLS),
        instance_vars=random.choice(VARIABLES[names]) if names in VARIABLES else None,
    )


def claim_message(kind: str, pool: str, lock: str, *, random: Random, quoted: str) -> tuple[Person, str]:
    """Return author and message of a manual claim; `kind` is one of PERSON_KINDS, `quoted` the reverted message."""
    person = random.choice(PEOPLE)
    commit = f"{random.getrandbits(160):040x}"
    words = {
        "manual": f"manually claim {lock} for {random.choice(REASONS)}",
        "story": f"manually claim {lock} on {random.choice(HOSTS)} [#{random.randint(10**8, 10**9)}]",
        "claimer": f"Claimer claiming {pool}",
        "gaffer": f"{_user(person)}: Move {lock} to {pool}/claimed",
        "revert": f'Revert "{quoted.splitlines()[0]}"\n\nThis reverts commit {commit}.\n',
        "reapply": f'Reapply "{quoted.splitlines()[0]}"\n\nThis reverts commit {commit}.\n',
        "several": f"claim them all for {random.choice(REASONS)}",
        "moved": f"{_user(person)}: Move {lock} to {pool}",
        "dot": ".",
    }
    return (CLAIMER if kind == "claimer" else person), words[kind]


PERSON_KINDS = ("manual", "story", "claimer", "gaffer", "revert", "reapply", "several", "moved", "dot")


def release_message(pool: str, locks: Sequence[str], *, random: Random, quoted: str) -> tuple[Person, str]:
    """Return author and message of a manual release; `quoted` is the message of the reverted claim."""
    person, reason = random.choice(PEOPLE), random.choice(REASONS)
    commit = f"{random.getrandbits(160):040x}"
    if len(locks) > 1:
        words = ["Unclaiming everything post concourse deploy", f"Freshening up the pool with {len(locks)} changes"]
        return person, random.choice(words)
    words = [
        f"manually unclaim {locks[0]} ({reason})",
        f"Manually unclaim {locks[0]} {reason}",
        f"releasing {locks[0]} on {random.choice(HOSTS)} [nostory]",
        f"Force unlock {pool}",
        f"release stuck {pool} lock ({locks[0]})",
        f'Revert "{quoted.splitlines()[0]}"\n\nThis reverts commit {commit}.\n',
        "Freshening up the pool with 1 changes",
        f"Claimer releasing {pool}",
        ".",
    ]
    return person, random.choice(words)


def _user(person: Person) -> str:
    return str(person.name).split()[0].lower()
