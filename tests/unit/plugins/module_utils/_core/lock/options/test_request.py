# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no repository can make right is refused before anything is read."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    LockRequest,
    check_lock_name,
    check_new_pool,
    check_request,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

from ..lock_builders import FOUR_HOURS, claiming, request

COMMIT = "7000aa5c"


@pytest.mark.parametrize(
    "right",
    [
        claiming(),
        claiming(name="env 1", reason="x" * 500, owner="o" * 200),
        claiming(count=3, owner="Ada Lovelace, grün"),
        request("unclaimed", owner="ada"),
        request("unclaimed", owner="ada", name="all"),
        request("unclaimed", name="env-1", claim_commit=COMMIT),
        request("unclaimed", name="env-1", claim_commit="a" * 64, owner="ada"),
        request("present", name="env-1"),
        request("present", name="env-1", claimed=True, owner="ada", until=FOUR_HOURS),
        request("absent", name="env-1"),
        request("absent", name="env-1", claim_commit=COMMIT),
    ],
)
def test_right_requests(right: LockRequest) -> None:
    assert check_request(right) is right


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (claiming(owner=None), "^owner is missing: say who holds the lock, such as"),
        (request("present", name="x", claimed=True, until=FOUR_HOURS), "^owner is missing: say who holds"),
        (request("unclaimed", name="x"), "^owner is missing: say whose lock is released, or give name and claim_com"),
        (request("unclaimed", claim_commit=COMMIT), "^owner is missing: say whose lock is released"),
        *((claiming(owner=owner), "^owner: .* is not one line of at most 200") for owner in ("", " ada", "ada ")),
        *((claiming(owner=owner), "^owner: .* is not one line") for owner in ("a\nb", "a\tb", "a\u2028b", "a" * 201)),
        (request("unclaimed", owner="a\nb"), "^owner: "),
        (claiming(until=None), "^until is missing: say how long the lock is held, as a span such as 4h"),
        (request("present", name="x", claimed=True, owner="ada"), "^until is missing"),
        (claiming(count=0), "^count is 0: claim at least 1 lock.$"),
        (claiming(count=-1), "^count is -1"),
        (claiming(count=2, name="x"), "remove count or name.$"),
        (request("unclaimed", owner="ada", count=2), "^count is for locks that are claimed .*: remove count.$"),
        (request("present"), "^name is missing: name the lock that is to be present.$"),
        (request("absent"), "^name is missing: name the lock that is to be absent.$"),
        (claiming(reason="x" * 501), "^reason is longer than 500 characters: shorten it.$"),
        (claiming(name="x", claim_commit=COMMIT), "^claim_commit has no meaning for state claimed: remove it.$"),
        (request("present", name="x", claim_commit=COMMIT), "^claim_commit has no meaning for state present"),
        (request("unclaimed", owner="ada", claim_commit=COMMIT), "^claim_commit is the claim of one lock: name the"),
        (request("unclaimed", name="all", claim_commit=COMMIT), "^claim_commit is the claim of one lock"),
        *(
            (request("unclaimed", name="x", claim_commit=commit), "^claim_commit: .* is not the commit of a claim")
            for commit in ("", "7000aa", "7000zz5c", "HEAD~12", "7000aa5c\n")
        ),
    ],
)
def test_wrong_requests(wrong: LockRequest, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        check_request(wrong)


SLASH = "has a slash: give the pool in pool and the lock alone in name"
DOT = "begins with a dot, so the pool resource would not see it"
NO_LINE = "has control characters, or white space at its ends"


@pytest.mark.parametrize("name", ["env-1", "env 1", "grün", "-f", "a.b", "x" * 255, "all", "claimed"])
def test_names_of_locks(name: str) -> None:
    check_lock_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("aws/env-1", SLASH),
        ("/", SLASH),
        (".env", DOT),
        (".", DOT),
        (" env", NO_LINE),
        ("env\u00a0", NO_LINE),
        ("e\nv", NO_LINE),
        ("e\x1b[31mv", NO_LINE),
        ("e\u202ev", NO_LINE),
        ("\udcff", NO_LINE),
        ("ü" * 128, "is longer than 255 bytes"),
    ],
)
def test_no_names_of_locks(name: str, words: str) -> None:
    with pytest.raises(BadOption, match=rf"^name: .* cannot be the name of a lock: it {words}\.$"):
        check_lock_name(name)
    with pytest.raises(BadOption, match="cannot be the name of a lock"):
        check_request(claiming(name=name))


@pytest.mark.parametrize("pool", ["aws", "cf/fresh", "a b/ü"])
def test_names_of_pools(pool: str) -> None:
    check_new_pool(pool)


@pytest.mark.parametrize(
    "pool", ["", ".", "..", "a/../b", "a//b", "/a", "a/", ".git", "aws/claimed", "unclaimed", "a /b", "a\nb", "\udcff"]
)
def test_no_names_of_pools(pool: str) -> None:
    with pytest.raises(BadOption, match=r"^pool: .* cannot be the name of a pool: its folders need names without"):
        check_new_pool(pool)
