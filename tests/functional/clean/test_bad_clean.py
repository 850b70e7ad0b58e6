# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid options fail with a clear sentence and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..running import fingerprint, refusal
from .runs import Clean


@pytest.fixture
def untouched(locks: LockRepository) -> Iterator[LockRepository]:
    before = fingerprint(locks.path)
    yield locks
    assert fingerprint(locks.path) == before


SHA = "0123456789abcdef0123456789abcdef01234567"
FORCE = 'write it as force: [{lock: aws/env-6, commit: "7000aa5c..."}].'
BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"pools": "nowhere"}, ["pool nowhere", "aws", "sick"]),
    ({"pools": "aws,aws"}, ["named more than once"]),
    ({"pools": "aws:-5"}, ["'-5'", "number of minutes"]),
    ({"pools": "aws:soon"}, ["'soon'"]),
    ({"pools": "aws:"}, ["number of minutes"]),
    ({"pools": [{"name": "aws", "relase_to": "sick"}]}, ["relase_to", "release_to"]),
    ({"pools": [{"name": "aws", "grace": -1}]}, ["grace of aws", "'-1'"]),
    ({"pools": [{"release_to": "sick"}]}, ["no name"]),
    ({"pools": [["aws"]]}, ["neither a name"]),
    ({"pools": {"aws": 60}}, ["pools: {'aws': 60} is not a list", "[aws, 'gcp:30']", "aws:60,gcp:30"]),
    ({"pools": [{"name": "aws", "release_to": "nowhere"}]}, ["release_to", "nowhere", "aws", "sick"]),
    ({"pools": [{"name": "aws", "release_to": "aws"}]}, ["release_to", "itself"]),
    ({"pools": [{"name": "aws", "release_to": "/aws/"}]}, ["release_to", "itself"]),
    ({"pools": [{"name": "aws", "release_to": "/"}]}, ["release_to"]),
    ({"pools": [{"name": "aws", "policy": {"leaky": "keep"}}]}, ["leaky", "leaked", "gone"]),
    ({"release_to": "nowhere"}, ["release_to", "nowhere", "aws", "sick"]),
    ({"release_to": "aws"}, ["release_to", "itself"]),
    ({"release_to": "aws/"}, ["release_to", "itself"]),
    ({"release_to": "aws/unclaimed"}, ["release_to", "no pool"]),
    ({"release_to": "scripts"}, ["release_to", "no pool"]),
    ({"release_to": "../aws"}, ["release_to", "no pool"]),
    ({"grace": -1}, ["grace", "'-1'"]),
    ({"stale_timeout": -60}, ["stale_timeout", "'-60'"]),
    ({"policy": {"crashed": "release"}}, ["crashed", "errored", "zombie"]),
    ({"policy": {"failed": "drop"}}, ["drop", "release", "stale", "keep"]),
    ({"policy": {"running": "release"}}, ["running", "always kept"]),
    ({"policy": {"unreachable": "stale"}}, ["unreachable", "always kept"]),
    ({"policy": {"free": "release"}}, ["free", "not a configurable verdict"]),
    ({"max_releases": 0}, ["max_releases is 0"]),
    ({"max_releases": -3}, ["max_releases is -3"]),
    ({"preset": "poolboy"}, ["preset", "pool_boy", "safe"]),
    ({"exclude": ["aws"]}, ["exclude: 'aws' is a pool", "Write aws/* to keep all its locks"]),
    ({"exclude": '["aws/env-1","aws/env-2"]'}, ["exclude", "has a quote", "Write a list"]),
    ({"force": "aws/env-1"}, ["aws/env-1 is not a list", FORCE]),
    ({"force": 7}, ["7 is not a list", FORCE]),
    ({"force": {"lock": "aws/env-1", "commit": SHA}}, ["'aws/env-1'", "is not a list", FORCE]),
    ({"force": ["aws/env-1"]}, ["aws/env-1 is not a mapping with lock and commit", FORCE]),
    ({"force": [{"lock": "aws/env-1"}]}, ["{'lock': 'aws/env-1'} has no commit", FORCE]),
    ({"force": [{"commit": SHA}]}, ["has no lock", FORCE]),
    ({"force": [{"lock": "aws/env-1", "commit": ""}]}, ["has no commit", FORCE]),
    ({"force": [{"lock": "aws/env-1", "commit": 7000123}]}, ["commit 7000123 is not a text", "quotes", FORCE]),
    ({"force": [{"lock": "aws/env-1", "commit": SHA, "pool": "aws"}]}, ["unknown key pool", FORCE]),
    ({"force": [{"lock": "aws/env-1", "commit": SHA}]}, ["aws/env-1", "check the lock again"]),
    ({"force": [{"lock": "aws/env-3", "commit": SHA}]}, ["aws/env-3", "free"]),
    ({"force": [{"lock": "aws/env-9", "commit": SHA}]}, ["no lock aws/env-9"]),
    ({"force": [{"lock": "env-1", "commit": SHA}]}, ["no lock env-1", "Write it as pool/lock: aws/env-1."]),
    ({"pools": "aws sick"}, ["no pool aws sick", "Separate pools by commas."]),
    ({"pools": "aws; sick"}, ["no pool aws; sick", "Separate pools by commas."]),
    ({"pools": "[aws]"}, ["pools: [aws] begins like a JSON list but is not valid JSON", '["aws", "gcp:30"]']),
    ({"pools": '["nowhere"]'}, ["no pool nowhere", "aws", "sick"]),
    ({"force": [{"lock": "sick/env-1", "commit": SHA}]}, ["no lock sick/env-1"]),
    ({"branch": "nowhere"}, ["nowhere", "main"]),
    ({"git_author": "nobody"}, ["git_author", "<"]),
    ({"git_author": "A <a@b>\nauthor B <b@c>"}, ["git_author"]),
    ({"git_author": "<a@b>"}, ["git_author"]),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=[str(options)[:60] for options, _words in BAD])
def test_bad_options(clean: Clean, untouched: LockRepository, options: dict[str, Any], words: list[str]) -> None:
    run = clean(**{"repo": untouched.url, "pools": "aws", **options})
    message = refusal(run)
    for word in words:
        assert word in message
    assert clean(**{"repo": untouched.url, "pools": "aws", **options}, check_mode=True).message == message


def test_a_refusal_shows_no_locks(clean: Clean, untouched: LockRepository) -> None:
    """Two locks are claimed: the result must not show that no lock is."""
    for options in ({"release_to": "nowhere"}, {"force": [{"lock": "aws/env-1", "commit": SHA}]}):
        run = clean(repo=untouched.url, pools="aws", **options)
        assert refusal(run)
        assert run.values.get("locks") != []
        assert not any("No lock is claimed" in line for line in run.values.get("report", []))


def test_a_lock_both_forced_and_excluded(clean: Clean, untouched: LockRepository) -> None:
    options = {"repo": untouched.url, "pools": "aws", "exclude": ["*/env-9", "aws/env-[14]"]}
    commit = clean(**options, check_mode=True).locks["aws/env-4"]["commit"]
    message = refusal(clean(**options, force=[{"lock": "aws/env-4", "commit": commit}]))
    assert "the pattern 'aws/env-[14]' of exclude keeps lock aws/env-4" in message


@pytest.mark.parametrize("pools", [None, [], "", [""], ",", "[]"])
def test_an_empty_list_of_pools_is_never_all_pools(clean: Clean, untouched: LockRepository, pools: Any) -> None:
    message = refusal(clean(repo=untouched.url, **({} if pools is None else {"pools": pools})))
    assert "pools" in message


@pytest.mark.parametrize("repo", ["", "relative/locks.git", "/nowhere/locks.git", "https://127.0.0.1:9/locks.git"])
def test_a_missing_repository(clean: Clean, untouched: LockRepository, repo: str) -> None:
    assert refusal(clean(repo=repo, pools="aws"))
