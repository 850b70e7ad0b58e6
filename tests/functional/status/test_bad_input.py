# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid options and repositories: one clear message each, and no changes or leftover files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import (
    Look,
    LookEach,
    assert_each_says,
    assert_says,
    refusal,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

Case = tuple[dict[str, Any], Sequence[str]]

POOLS: list[Case] = [
    ({"pools": ["gcp"]}, ["no pool gcp", "aws, cf/fresh"]),
    ({"pools": ["cf"]}, ["no pool cf", "cf/fresh"]),
    ({"pools": ["aws:-5"]}, ["timeout of aws", "'-5'", "whole number, 0 or more"]),
    ({"pools": ["aws:"]}, ["timeout of aws", "whole number"]),
    ({"pools": ["aws:soon"]}, ["timeout of aws", "'soon'", "whole number"]),
    ({"pools": ["aws:60:30"]}, ["aws:60"]),
    ({"pools": [":60"]}, ["has no name", "such as aws"]),
    ({"pools": ["aws:30", {"name": "aws"}]}, ["aws is named more than once"]),
    ({"pools": "aws:60,gcp:30"}, ["no pool gcp", "aws, cf/fresh"]),
    ({"pools": [7]}, ["'7'", "neither a name"]),
    ({"pools": [{"stale_timeout": 5}]}, ["has no name"]),
    ({"pools": [{"name": "aws", "timeout": 5}]}, ["unknown key timeout", "stale_timeout"]),
    ({"pools": [{"name": "aws", "stale_timeout": -5}]}, ["stale_timeout of aws", "'-5'"]),
    ({"pools": [{"name": "aws", "policy": "release"}]}, ["policy of aws", "mapping"]),
    ({"pools": [{"name": "aws", "policy": {"failed": "burn"}}]}, ["'burn' for failed", "release, stale, keep"]),
    ({"pools": {"aws": 60}}, ["pools: {'aws': 60} is not a list", "[aws, 'gcp:30']", "aws:60,gcp:30"]),
    ({"pools": 7}, ["pools: 7 is not a list"]),
    ({"stale_timeout": -1}, ["stale_timeout", "'-1'", "0 or more"]),
    ({"policy": {"running": "release"}}, ["running", "always kept"]),
    ({"policy": {"stuck": "release"}}, ["'stuck'", "not a configurable verdict", "zombie"]),
    ({"policy": {"failed": "Keep"}}, ["'Keep' for failed", "release, stale, keep"]),
    ({"policy": "failed"}, ["policy"]),
]


def test_pools_and_policies(locks: LockRepository, look_each: LookEach) -> None:
    runs = look_each([{"repo": locks.url, **options} for options, _words in POOLS])
    assert_each_says(runs, [words for _options, words in POOLS])


BRANCHES: list[Case] = [
    ({"branch": "master"}, ["no branch master", "It has: main"]),
    ({"branch": "main~1"}, ["'main~1'", "is not a valid branch name"]),
    ({"branch": "--upload-pack=touch /tmp/x"}, ["is not a valid branch name"]),
    ({"git_timeout": 0}, ["git_timeout", "at least 1"]),
    ({"key_file": "/nonexistent/key", "repo": "git@127.0.0.1:locks.git"}, ["key_file", "does not exist"]),
    ({"repo": ""}, ["repo"]),
    ({"repo": "ext::sh -c id"}, ["repo is not an address"]),
    ({"repo": "ftp://example.com/locks.git"}, ["ftp://", "not supported", "https://"]),
    ({"repo": "/nonexistent/locks.git"}, ["no git repository at", "check repo"]),
    ({"repo": "https://no-such-host.invalid/locks.git"}, ["cannot be resolved", "check its name"]),
    ({"no_such_option": 1}, ["no_such_option"]),
]


def test_branches_and_addresses(locks: LockRepository, look_each: LookEach) -> None:
    runs = look_each([{"repo": locks.url, **options} for options, _words in BRANCHES])
    assert_each_says(runs, [words for _options, words in BRANCHES])


def test_the_repository_is_missing_from_the_options(look: Look) -> None:
    assert_says(refusal(look()), ["repo"])


def test_the_branches_that_there_are_and_no_more_than_fit(tmp_path: Path, look: Look) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    locks.add("aws", "env-1")
    for number in range(30):
        locks.fork(f"prod-{number:02}")
    message = refusal(look(repo=locks.url, branch="production"))
    assert_says(message, ["no branch production", "main, prod-00, prod-01", "and 11 more"])


def test_repositories_without_anything_to_look_at(tmp_path: Path, look_each: LookEach) -> None:
    empty = LockRepository(tmp_path / "empty.git")
    headless = LockRepository(tmp_path / "headless.git")
    headless.add("aws", "env-1")
    headless.set_head("gone")
    no_repository = tmp_path / "folder"
    no_repository.mkdir()
    cases: list[Case] = [
        ({"repo": empty.url}, ["is empty", "no branch"]),
        ({"repo": empty.url, "branch": "main"}, ["is empty"]),
        ({"repo": headless.url}, ["HEAD", "set branch", "main"]),
        ({"repo": str(no_repository)}, ["no git repository at", "check repo"]),
    ]
    assert_each_says(look_each([options for options, _words in cases]), [words for _options, words in cases])


def test_a_policy_that_is_a_list_gets_a_sentence(locks: LockRepository, look: Look) -> None:
    run = look(repo=locks.url, policy={"failed": ["keep"]})
    assert_says(refusal(run), ["failed", "release, stale, keep"])


def test_a_file_that_is_no_repository(look: Look, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no repository")
    assert_says(refusal(look(repo=str(tmp_path / "file"))), ["no git repository at", "check repo"])


def test_an_address_without_a_host_fails_with_a_message(look: Look) -> None:
    assert_says(refusal(look(repo="https:///locks.git")), ["has no host"])


@pytest.mark.parametrize("options", [{}, {"pools": ["aws"]}])
def test_a_repository_without_any_pool_is_an_error(options: dict[str, Any], tmp_path: Path, look: Look) -> None:
    repository = LockRepository(tmp_path / "code.git")
    repository.commit({"README.md": "nothing", "src/main.c": "", "claimed": "a file of that name"})
    assert_says(refusal(look(repo=repository.url, **options)), ["no pool", "claimed"])


def test_a_shallow_clone_is_no_evidence(tmp_path: Path, look: Look) -> None:
    """In a clone of depth 1 the newest commit looks like the claim of every lock."""
    whole = LockRepository(tmp_path / "whole.git")
    whole.add("aws", "env-1")
    whole.claim("aws", "env-1", message="manually claim env-1")
    whole.add("aws", "env-2")
    shallow = tmp_path / "shallow.git"
    git("clone", "--quiet", "--bare", "--depth", "1", whole.url, str(shallow))
    assert_says(refusal(look(repo=str(shallow))), ["aws/claimed/env-1", "shallow clone", "git fetch --unshallow"])


def test_a_cache_that_cannot_be_used(locks: LockRepository, look: Look, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    message = refusal(look(repo=locks.url, cache_dir=str(in_the_way / "cache")))
    assert_says(message, [str(in_the_way), "cache_dir", "cache to false"])


def test_what_is_refused_leaves_the_cache_as_it_was(locks: LockRepository, look: Look, workplace: Workplace) -> None:
    look(repo=locks.url)
    before = fingerprint(workplace.cache)
    refusal(look(repo=locks.url, pools=["gcp"]))
    refusal(look(repo=locks.url, policy={"stuck": "release"}))
    assert fingerprint(workplace.cache) == before
