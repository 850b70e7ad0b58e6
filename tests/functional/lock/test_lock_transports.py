# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks are claimed and released over every transport, and claims cost and wait as little as they promise."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...servers import CertificateAuthority, GitDaemon, GitHttpServer, SshServer, serve_https
from ..clean.reading import files, locks_in, subjects, tip
from ..git.looking import grow
from ..git.recorder import GitRecorder
from ..running import Workplace, refusal
from .holding import CLAIM, MUCH_LATER, Lock

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

PASSWORD = "s3cr3t @:/%ü'\"$"
RELEASE: dict[str, Any] = {"state": "unclaimed", "owner": "ada"}
WAIT = 6  # seconds
MOST_POLLS = 8  # in that time: after 0, 1, 3 and 6 seconds on average


@pytest.fixture
def recorder(tmp_path: Path) -> GitRecorder:
    return GitRecorder(tmp_path / "recorder", shutil.which("git") or "git")


@pytest.fixture
def recorded(lock: Lock, recorder: GitRecorder) -> Lock:
    """As `lock`, but every git of the run is recorded."""
    return lambda **options: lock({"GIT_PYTHON_GIT_EXECUTABLE": str(recorder.program)}, **options)


def check(lock: Lock, locks: LockRepository, **options: Any) -> None:
    """Claim two locks, extend the hold and release them; no output has a secret."""
    base, secrets = tip(locks.path), [PASSWORD, str(options.get("ssh_private_key"))]
    claim = lock(**CLAIM, **options, count=2)
    names = [one["name"] for one in claim.values["locks"]]
    assert len(names) == 2, claim.message
    longer = lock(**{**CLAIM, "until": MUCH_LATER}, **options, count=2)
    assert [one["until"] for one in longer.values["locks"]] == [MUCH_LATER] * 2
    release = lock(**RELEASE, **options, name="all")
    assert [one["name"] for one in release.values["locks"]] == names
    assert not any(secret in run.said for run in (claim, longer, release) for secret in secrets)
    verbs = [subject.partition(":")[0] for subject in subjects(locks.path, base)]
    assert verbs == ["claiming"] * 2 + ["removing", "adding claimed"] * 2 + ["unclaiming"] * 2


def test_a_file(lock: Lock, locks: LockRepository) -> None:
    check(lock, locks)
    check(lock, locks, cache=False)


def test_git_daemon(lock: Lock, locks: LockRepository, git_daemon: GitDaemon) -> None:
    check(lock, locks, repo=git_daemon.url("locks.git"))


def test_ssh(lock: Lock, locks: LockRepository, ssh_server: SshServer) -> None:
    known = str(ssh_server.known_hosts)
    check(
        lock,
        locks,
        repo=ssh_server.url("locks.git"),
        ssh_private_key=ssh_server.key.private,
        known_hosts_file=known,
    )


def test_https_with_a_password(
    lock: Lock, locks: LockRepository, served_folder: Path, certificate_authority: CertificateAuthority
) -> None:
    with serve_https(served_folder, authority=certificate_authority, user="me", password=PASSWORD) as server:
        options = {"ca_path": str(server.ca_file), "repo_username": "me", "repo_password": PASSWORD}
        check(lock, locks, repo=server.url("locks.git"), **options)


def test_ansible_shows_no_password(
    workplace: Workplace, locks: LockRepository, served_folder: Path, certificate_authority: CertificateAuthority
) -> None:
    with serve_https(served_folder, authority=certificate_authority, user="me", password=PASSWORD) as server:
        options = {"ca_path": str(server.ca_file), "repo_username": "me", "repo_password": PASSWORD}
        given = {"repo": server.url("locks.git"), "pool": "aws", **CLAIM, **options}
        run = workplace.ad_hoc("concourse_pool_lock", given, "-vvv", "--diff")
    assert run.values["lock"]["owner"] == "ada"
    assert "s3cr3t" not in run.said


@pytest.mark.parametrize("rounds", [0, 400])
def test_a_warm_claim_costs_two_requests(
    recorded: Lock, locks: LockRepository, recorder: GitRecorder, rounds: int
) -> None:
    grow(locks, rounds)
    recorded(**CLAIM, check_mode=True)
    for options, expected in (
        (CLAIM, ["ls-remote", "push"]),
        (CLAIM, ["ls-remote"]),
        ({**CLAIM, "until": MUCH_LATER}, ["ls-remote", "push"]),
        (RELEASE, ["ls-remote", "push"]),
        (RELEASE, ["ls-remote"]),
    ):
        recorder.clear()
        run = recorded(**options)
        assert run.values["changed"] is ("push" in expected)
        assert recorder.network() == expected


def test_a_cold_claim_reads_no_deeper_than_the_oldest_claim(
    recorded: Lock, locks: LockRepository, recorder: GitRecorder, git_daemon: GitDaemon
) -> None:
    """The oldest claim of the pool is among the last few commits, below it are 800."""
    for name in ("env-4", "env-5", "env-6", "env-7"):
        locks.release("aws", name)
    grow(locks, 400)
    locks.claim("aws", "env-7")
    recorded(**CLAIM, repo=git_daemon.url("locks.git"))
    assert recorder.network() == ["ls-remote", "fetch", "push"]
    assert recorder.depths() == [64]


def wait_for_env_7(lock: Lock, **options: Any) -> str:
    """Wait in vain, and return the error."""
    started = time.monotonic()
    message = refusal(lock(**CLAIM, name="env-7", wait=WAIT, **options))
    assert time.monotonic() - started >= WAIT
    assert "Lock aws/env-7 is not free. Held: env-7 by main/deploy/claim 7 since" in message
    return message


@pytest.mark.parametrize("rounds", [0, 400])
def test_a_poll_is_one_request(
    recorded: Lock, locks: LockRepository, recorder: GitRecorder, https_server: GitHttpServer, rounds: int
) -> None:
    grow(locks, rounds)
    where = {"repo": https_server.url("locks.git"), "ca_path": str(https_server.ca_file)}
    recorded(**CLAIM, name="env-1", **where)
    https_server.requests.clear()
    recorded(**CLAIM, name="env-1", **where)
    one_request = [(request.method, request.path) for request in https_server.requests]
    https_server.requests.clear()
    recorder.clear()
    wait_for_env_7(recorded, **where)
    polls = len(recorder.calls())
    assert 3 <= polls <= MOST_POLLS
    assert recorder.commands() == ["ls-remote"] * polls, "no other git either"
    assert [(request.method, request.path) for request in https_server.requests] == one_request * polls


def test_only_a_branch_that_has_moved_is_fetched(recorded: Lock, locks: LockRepository, recorder: GitRecorder) -> None:
    recorded(**CLAIM, name="env-1")
    recorder.clear()
    with_a_push(lambda: locks.claim("aws", "env-2"), lambda: wait_for_env_7(recorded))
    assert recorder.network().count("fetch") == 1
    assert set(recorder.network()) == {"ls-remote", "fetch"}


def test_a_wait_ends_with_the_lock(recorded: Lock, locks: LockRepository, recorder: GitRecorder) -> None:
    recorded(**CLAIM, name="env-1")
    recorder.clear()
    wait = {"name": "env-7", "wait": 100}
    run = with_a_push(lambda: locks.release("aws", "env-7"), lambda: recorded(**{**CLAIM, "owner": "ann"}, **wait))
    assert run.values["lock"]["name"] == "env-7"
    assert recorder.network()[-3:] == ["ls-remote", "fetch", "push"]
    assert locks_in(files(locks.path))["aws/env-7"] == {"claimed"}


def with_a_push(push: Callable[[], object], run: Callable[[], Any]) -> Any:
    """Run, and push after two seconds."""
    timer = threading.Timer(2, push)
    timer.start()
    try:
        return run()
    finally:
        timer.join()
