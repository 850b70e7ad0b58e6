# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that people hold until a time, claimed with git by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ....lockrepo import LockRepository
from ....lockrepo.git_command import git, git_environment
from ...running import fingerprint
from ..conftest import HOUR, Look, assert_says, refusal

ADA = ("-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.com")
EAST = timezone(timedelta(hours=5, minutes=30))


def utc(hours: float) -> str:
    """Return the time this number of hours from now, as results show it."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim_by_hand(repository: LockRepository, lock: str, *paragraphs: str, trailers: tuple[str, ...] = ()) -> None:
    """Move a lock of pool aws with `git mv`, commit with these paragraphs and trailers as Ada, and push.

    All claims were made 5 hours ago.
    """
    clone = repository.path.parent / "ada"
    if not clone.exists():
        git("clone", "-q", str(repository.path), str(clone), folder=repository.path.parent)
    git("mv", f"aws/unclaimed/{lock}", f"aws/claimed/{lock}", folder=clone)
    words = [word for paragraph in paragraphs for word in ("-m", paragraph)]
    words += [word for trailer in trailers for word in ("--trailer", trailer)]
    date = f"@{int(time.time()) - 5 * HOUR} +0000"
    environment = git_environment(GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    git(*ADA, "commit", "-q", *words, folder=clone, environment=environment)
    git("push", "-q", "origin", "HEAD", folder=clone)


@pytest.fixture
def until() -> dict[str, str]:
    """The ends of the holds: in four hours, a minute ago in another offset, and 3 hours ago."""
    ended = datetime.now(EAST) - timedelta(minutes=1)
    return {"later": utc(4), "ended": ended.isoformat(timespec="seconds"), "long ago": utc(-3)}


@pytest.fixture
def held(tmp_path: Path, until: dict[str, str]) -> Iterator[LockRepository]:
    """`locks.git`: one lock of pool aws for each kind of hold; no run may change it."""
    repository = LockRepository(tmp_path / "served" / "locks.git")
    for lock in ("held", "never", "ended", "stale", "unreadable", "no-offset", "no-end", "free"):
        repository.add("aws", lock)
    owner = ("Held-By: ada@workstation", "Reason: kernel upgrade")
    claim_by_hand(repository, "held", "claiming: held", trailers=(*owner, f"Hold-Until: {until['later']}"))
    claim_by_hand(repository, "never", "take never for good", trailers=("Hold-Until: never",))
    claim_by_hand(repository, "ended", "claiming: ended", f"Hold-Until: {until['ended']}")
    claim_by_hand(
        repository,
        "stale",
        "claiming: stale",
        trailers=(*owner, f"Hold-Until: {until['long ago']}", "Held-Since: 2026-01-02T03:04:05Z"),
    )
    claim_by_hand(repository, "unreadable", "claiming: unreadable", trailers=(*owner, "Hold-Until: tomorrow night"))
    claim_by_hand(repository, "no-offset", "claiming: no-offset", trailers=("Hold-Until: 2020-01-01T00:00:00",))
    claim_by_hand(repository, "no-end", "claiming: no-end", trailers=owner)
    before = fingerprint(repository.path)
    yield repository
    assert fingerprint(repository.path) == before


def test_a_claim_that_says_until_when_is_held_until_then(
    look: Look, held: LockRepository, until: dict[str, str]
) -> None:
    run = look(repo=held.url, stale_timeout=120)
    locks = {lock["name"]: lock for lock in run.values["locks"]}
    assert {name: (lock["verdict"], lock["policy"], lock["releasable"]) for name, lock in locks.items()} == {
        "held": ("held", "keep", False),
        "never": ("held", "keep", False),
        "unreadable": ("held", "keep", False),
        "no-offset": ("held", "keep", False),
        "ended": ("expired", "stale", False),
        "stale": ("expired", "stale", True),
        "no-end": ("manual", "keep", False),
        "free": ("free", None, False),
    }
    assert [locks[name]["dead_since"] for name in ("held", "never", "unreadable", "no-offset")] == [None] * 4
    ended = datetime.fromisoformat(until["ended"]).astimezone(UTC)
    assert locks["ended"]["dead_since"] == ended.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert locks["ended"]["releasable_at"] == (ended + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert locks["stale"]["dead_since"] == until["long ago"]


def test_the_result_says_who_holds_a_lock_why_and_until_when(
    look: Look, held: LockRepository, until: dict[str, str]
) -> None:
    run = look(repo=held.url)
    locks: dict[str, dict[str, Any]] = {lock["name"]: lock for lock in run.values["locks"]}
    ada = {"owner": "ada@workstation", "reason": "kernel upgrade"}
    unsaid = {"owner": None, "reason": None}

    def hold(name: str, said: Mapping[str, str | None], until: str | None) -> dict[str, Any]:
        return {**said, "since": locks[name]["claimed_at"], "until": until}

    assert locks["held"]["hold"] == hold("held", ada, until["later"])
    assert locks["never"]["hold"] == hold("never", unsaid, "never")
    assert locks["unreadable"]["hold"] == hold("unreadable", ada, None)
    assert locks["no-end"]["hold"] == hold("no-end", ada, None)
    assert locks["stale"]["hold"] == {**ada, "since": "2026-01-02T03:04:05Z", "until": until["long ago"]}
    assert locks["free"]["hold"] is None
    assert locks["held"]["holder"]["text"] == "ada@workstation: kernel upgrade"
    assert locks["held"]["reason"] == f"held by ada@workstation until {until['later']}: kernel upgrade"
    assert locks["never"]["reason"] == "held by Ada Lovelace without an end"
    report = "\n".join(run.values["report"])
    assert_says(report, ["expired", "held", "ada@workstation", until["later"]])


def test_an_end_that_cannot_be_read_is_a_problem(look: Look, held: LockRepository) -> None:
    run = look(repo=held.url)
    assert [problem["pool"] for problem in run.values["problems"]] == ["aws", "aws"]
    texts = sorted(problem["text"] for problem in run.values["problems"])
    for text, lock in zip(texts, ("no-offset", "unreadable"), strict=True):
        assert text.startswith(f"lock {lock} is held until a time that cannot be read, so it is never released: write")


def test_no_policy_releases_a_held_lock(look: Look, held: LockRepository) -> None:
    policy = dict.fromkeys(("manual", "expired", "unverified", "foreign"), "release")
    run = look(repo=held.url, policy=policy, grace=0, stale_timeout=0, preset="pool_boy", no_concourse="stale")
    assert {lock["name"] for lock in run.values["locks"] if lock["releasable"]} == {"ended", "stale", "no-end"}
    for verdict in ("held", "running", "unreachable"):
        assert verdict in refusal(look(repo=held.url, policy={verdict: "release"}))


@pytest.mark.parametrize(("verdict", "count"), [("held", 4), ("expired", 2)])
def test_both_verdicts_can_fail_the_run(look: Look, held: LockRepository, verdict: str, count: int) -> None:
    run = look(repo=held.url, fail_on=[verdict])
    assert run.failed
    assert verdict in run.message
    assert sum(lock["verdict"] == verdict for lock in run.values["locks"]) == count


def test_a_hold_ends_with_the_next_commit_on_the_lock(look: Look, held: LockRepository) -> None:
    """A lock that is released and claimed again has the hold of the new claim."""
    clone = held.path.parent / "other"
    git("clone", "-q", "--bare", held.url, str(clone), folder=held.path.parent)
    copy = LockRepository(clone)
    copy.release("aws", "never", at=int(time.time()) - 60)
    assert look(repo=copy.url).locks["aws/never"]["hold"] is None
    copy.claim("aws", "never", message="manually claim never", at=int(time.time()))
    lock = look(repo=copy.url).locks["aws/never"]
    assert (lock["verdict"], lock["hold"]["until"]) == ("manual", None)
