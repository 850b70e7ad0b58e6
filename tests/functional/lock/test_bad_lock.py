# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid options, and requests that nobody can fulfil now, fail with a sentence and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...servers import SshServer
from ..clean.reading import tip
from ..git.releasing import set_hook
from ..running import Workplace, fingerprint, refusal
from .holding import CLAIM, LATER, Lock, iso

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

RELEASE: dict[str, Any] = {"state": "unclaimed", "owner": "ada"}
PRESENT: dict[str, Any] = {"state": "present", "name": "env-9"}
ABSENT: dict[str, Any] = {"state": "absent", "name": "env-1"}


@pytest.fixture
def untouched(workplace: Workplace, template: LockRepository) -> Iterator[Lock]:
    """As `lock`, but the runs must not change the repository."""
    before = fingerprint(template.path)
    yield lambda **options: workplace.run_module(
        "concourse_pool_lock", {"repo": template.url, "pool": "aws", **options}
    )
    assert fingerprint(template.path) == before


BAD: list[tuple[dict[str, Any], list[str]]] = [
    # what nobody can claim now
    ({**CLAIM, "pool": "sick"}, ["Pool sick has no lock; add one with state: present."]),
    ({**CLAIM, "name": "env-5"}, ["Lock aws/env-5 is not free. Held: env-5 by eve since", f"until {LATER}."]),
    (
        {**CLAIM, "count": 4},
        ["3 free locks: too few for count: 4, so none was claimed", "env-7 by main/deploy"],
    ),
    ({**CLAIM, "count": 8}, ["count is 8, but pool aws has 7 locks in all."]),
    ({**CLAIM, "count": 0}, ["count is 0: claim at least 1 lock."]),
    ({**CLAIM, "count": -1}, ["count is -1"]),
    ({**CLAIM, "count": 2, "name": "env-1"}, ["count is for locks that are claimed without a name"]),
    ({**RELEASE, "count": 2}, ["count is for locks that are claimed without a name: remove count."]),
    # names
    ({**CLAIM, "pool": "nowhere"}, ["no pool nowhere", "aws, sick"]),
    ({**CLAIM, "pool": "../aws"}, ["no pool ../aws", "aws, sick"]),
    ({**RELEASE, "pool": "nowhere"}, ["no pool nowhere", "aws, sick"]),
    ({**ABSENT, "pool": "nowhere"}, ["no pool nowhere", "aws, sick"]),
    ({**CLAIM, "name": "env-9"}, ["pool aws has no lock env-9. It has: env-1, env-2"]),
    ({**RELEASE, "name": "env-9"}, ["pool aws has no lock env-9"]),
    ({**CLAIM, "pool": "sick", "name": "env-1"}, ["sick"]),
    ({**PRESENT, "name": "aws/env-9"}, ["has a slash: give the pool in pool and the lock alone in name."]),
    ({**PRESENT, "name": ".env"}, ["begins with a dot"]),
    ({**PRESENT, "name": ".."}, ["begins with a dot"]),
    ({**PRESENT, "name": "a\nb"}, ["a\\nb", "control characters"]),
    ({**PRESENT, "name": "a\x1b[2J"}, ["control characters"]),
    ({**PRESENT, "name": "env-9 "}, ["white space at its ends"]),
    ({**PRESENT, "name": "a\0b"}, ["NUL"]),
    ({**PRESENT, "name": "a" * 256}, ["longer than 255 bytes"]),
    ({"state": "present"}, ["name is missing: name the lock that is to be present."]),
    ({"state": "absent", "owner": "bob"}, ["name is missing: name the lock that is to be absent."]),
    ({**PRESENT, "pool": "a//b", "create_pool": True}, ["cannot be the name of a pool"]),
    ({**PRESENT, "pool": "../a", "create_pool": True}, ["cannot be the name of a pool"]),
    ({**PRESENT, "pool": "a/claimed", "create_pool": True}, ["cannot be the name of a pool"]),
    ({**PRESENT, "pool": "aws/unclaimed/x", "create_pool": True}, ["cannot be the name of a pool"]),
    ({**PRESENT, "pool": "a\nb", "create_pool": True}, ["cannot be the name of a pool"]),
    ({**PRESENT, "pool": ".git", "create_pool": True}, ["cannot be the name of a pool"]),
    # times
    ({**CLAIM, "until": None}, ["until is missing", "4h", "never"]),
    ({**PRESENT, "owner": "ada", "claimed": True}, ["until is missing"]),
    ({**CLAIM, "until": iso(0)}, ["until: 1970-01-01T00:00:00Z has passed; it is now", "Give a later time."]),
    ({**CLAIM, "until": "tomorrow"}, ["'tomorrow'", "a span such as 4h", "2026-11-29T18:00:00Z", "never"]),
    ({**CLAIM, "until": "2999-01-01T00:00:00"}, ["with its offset from UTC"]),
    ({**CLAIM, "until": "0h"}, ["'0h'", "a span such as 4h"]),
    ({**CLAIM, "until": "-4h"}, ["'-4h'", "a span such as 4h"]),
    ({**CLAIM, "until": "4h\nHeld-By: eve"}, ["a span such as 4h"]),
    ({**CLAIM, "until": 14400}, ["'14400'", "a span such as 4h"]),
    ({**CLAIM, "wait": -1}, ["wait is -1: give the seconds to wait for a free lock, 0 or more."]),
    ({**CLAIM, "wait": "long"}, ["wait"]),
    # owners
    ({"state": "claimed", "until": LATER}, ["owner is missing: say who holds the lock"]),
    ({**CLAIM, "owner": ""}, ["owner is missing: say who holds the lock"]),
    ({"state": "unclaimed"}, ["owner is missing: say whose lock is released, or give name and claim_commit."]),
    ({**CLAIM, "owner": "ada\nHold-Until: never"}, ["ada\\nHold-Until: never", "one line"]),
    ({**CLAIM, "owner": " ada"}, ["without white space at its ends"]),
    ({**CLAIM, "owner": "a" * 201}, ["at most 200 printable characters"]),
    ({**CLAIM, "reason": "a" * 501}, ["reason is longer than 500 characters: shorten it."]),
    # contents
    ({**PRESENT, "content": 7}, ["content: 7 is neither a text, nor a mapping, nor a list. Put a text in quotes."]),
    ({**PRESENT, "content": True}, ["content: True is neither a text, nor a mapping, nor a list."]),
    ({**PRESENT, "name": "env-5", "content": "new"}, ["can be updated only while the lock is free", "held by eve"]),
    # what others hold
    ({**RELEASE, "name": "env-7"}, ["env-7 is held by main/deploy/claim 7 since", "set claim_commit to"]),
    ({**ABSENT, "name": "env-7", "owner": "ada"}, ["env-7 is held by main/deploy/claim 7 since"]),
    ({**ABSENT, "name": "env-5"}, ["env-5 is held by eve since"]),
    ({**RELEASE, "claim_commit": "0123456"}, ["claim_commit is the claim of one lock: name the lock in name."]),
    ({**RELEASE, "name": "all", "claim_commit": "0123456"}, ["name the lock in name."]),
    ({**RELEASE, "name": "env-7", "claim_commit": "xyz"}, ["'xyz' is not the commit of a claim"]),
    ({**RELEASE, "name": "env-7", "claim_commit": "012345"}, ["at least its first 7 hexadecimal digits"]),
    ({**CLAIM, "claim_commit": "0123456"}, ["claim_commit has no meaning for state claimed: remove it."]),
    ({**RELEASE, "owner": "bob", "release_to": "nowhere"}, ["release_to: the repository has no pool nowhere"]),
    ({**RELEASE, "owner": "bob", "release_to": "aws"}, ["would release into itself; name another pool."]),
    # the rest
    ({"state": "free", "owner": "ada"}, ["claimed, unclaimed, present, absent"]),
    ({"owner": "ada"}, ["missing required arguments: state"]),
    ({**CLAIM, "choose": "newest"}, ["random, oldest_free, name"]),
    ({**CLAIM, "git_author": "nobody"}, ["git_author"]),
    ({**CLAIM, "branch": "nowhere"}, ["nowhere", "main"]),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=range(len(BAD)))
def test_bad_options(untouched: Lock, options: dict[str, Any], words: list[str]) -> None:
    message = refusal(untouched(**options))
    assert [word for word in words if word not in message] == [], message
    assert "\x1b" not in message


def test_no_free_lock(lock: Lock, locks: LockRepository) -> None:
    assert lock(**CLAIM, count=3).values["changed"] is True
    base = tip(locks.path)
    message = refusal(lock(**{**CLAIM, "owner": "ann"}))
    assert message.startswith("Pool aws has no free lock. Held: env-1 by ada since ")
    assert "; env-4 by bob since " in message
    assert "; env-7 by main/deploy/claim 7 since " in message
    hint = " To wait for a free lock, set wait to a number of seconds."
    assert message == refusal(lock(**{**CLAIM, "owner": "ann"}, wait=1)) + hint
    at_once = refusal(lock(**{**CLAIM, "owner": "ann"}, wait=1000, check_mode=True))
    assert at_once + hint == message
    assert tip(locks.path) == base


def test_hundreds_of_holders_are_not_all_named(lock: Lock, locks: LockRepository) -> None:
    locks.commit({f"gcp/claimed/vm-{number}": "" for number in range(200)}, message="claiming: all")
    assert " and 190 more." in refusal(lock(**CLAIM, pool="gcp"))


def test_release_what_nobody_holds(untouched: Lock) -> None:
    for options in ({}, {"name": "env-1"}, {"name": "all"}):
        run = untouched(**RELEASE, **options)
        assert (run.failed, run.values["changed"]) == (False, False), run.message
    assert untouched(state="absent", name="env-9").values["changed"] is False


def test_a_read_only_key(lock: Lock, locks: LockRepository, ssh_server: SshServer) -> None:
    base, key = tip(locks.path), ssh_server.read_only_key.file
    options = {"repo": ssh_server.url("locks.git"), "known_hosts_file": str(ssh_server.known_hosts)}
    message = refusal(lock(**CLAIM, **options, key_file=str(key)))
    assert "refuses the push to branch main, so nothing was changed." in message
    assert "This user or key may read but not push: grant it write access" in message
    assert tip(locks.path) == base


@pytest.mark.parametrize(
    ("hook", "words", "remedy"),
    [
        ("pre-receive", "Ask Ada.", "A hook of the server refuses these commits"),
        ("update", "GitLab: You are not allowed to push code to protected branches.", "allow this user to push to it"),
    ],
)
@pytest.mark.parametrize(
    "options", [CLAIM, {**CLAIM, "wait": 60}, {**RELEASE, "owner": "bob"}], ids=["claim", "wait", "release"]
)
def test_a_server_that_refuses(
    lock: Lock, locks: LockRepository, hook: str, words: str, remedy: str, options: dict[str, Any]
) -> None:
    base = tip(locks.path)
    set_hook(locks, hook, f"echo '{words}'; exit 1")
    message = refusal(lock(**options))
    assert "refuses the push to branch main, so nothing was changed." in message
    assert remedy in message
    assert words in message
    assert tip(locks.path) == base
