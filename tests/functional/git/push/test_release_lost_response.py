# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The response to a push is lost: the run finds out whether the server carried it out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import CleanRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock, judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push import follow_up
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    commits_since,
    is_whole,
    open_repository,
    release,
    releases_of,
    set_hook,
    write,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import Answer, GitDaemon, GitHttpServer, SshServer
from ansible_collections.poolboy.concourse.tests.servers.http_answers import smart
from ansible_collections.poolboy.concourse.tests.servers.http_faults import bad_gateway_after, lost_after, lost_before
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

KILL = "kill -9 $PPID"
# Run by the git of the server after it has changed the branch and before it responds.
AFTER = """
test "$1" = committed || exit 0
test -n "$ONCE" && exit 0
export ONCE=1
new=$(git rev-parse refs/heads/main)
{what}
kill -9 $PPID
"""


RELEASES = ["unclaiming", "unclaiming"]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for a server that can still be working."""
    monkeypatch.setattr(follow_up, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(follow_up, "LONGEST_WAIT", 0.5)


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    repository = LockRepository(served_folder / "locks.git")
    for name in ("env-1", "env-2"):
        repository.add("aws", name)
        repository.claim("aws", name)
    return repository


@pytest.fixture(params=["file", "daemon", "ssh", "https"])
def reach(
    request: pytest.FixtureRequest,
    locks: LockRepository,
    git_daemon: GitDaemon,
    ssh_server: SshServer,
    https_server: GitHttpServer,
) -> tuple[str, dict[str, str]]:
    """The address of the repository for each transport, and its options."""
    ssh = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    return {
        "file": (str(locks.path), {}),
        "daemon": (git_daemon.url("locks.git"), {}),
        "ssh": (ssh_server.url("locks.git"), ssh),
        "https": (https_server.url("locks.git"), {"ca_path": str(https_server.ca_file)}),
    }[request.param]


Reach = tuple[str, dict[str, str]]


def test_the_server_is_killed_after_the_push(locks: LockRepository, look: Look, reach: Reach) -> None:
    base = locks.tip() or ""
    set_hook(locks, "reference-transaction", AFTER.format(what=""))
    with open_repository(reach[0], look.cache_dir, **reach[1]) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
        assert not repository.snapshot().claims
    assert len(commits_since(locks, base)) == 2
    assert is_whole(locks)


def test_the_server_is_killed_before_the_push(locks: LockRepository, look: Look, reach: Reach) -> None:
    base = locks.tip() or ""
    hook = set_hook(locks, "pre-receive", KILL)
    with open_repository(reach[0], look.cache_dir, **reach[1]) as repository:
        assert release(repository) is PushOutcome.UNKNOWN
        assert locks.tip() == base
        assert repository.snapshot().commit == base
        hook.unlink()
        assert release(repository) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


def test_others_have_pushed_on_top(locks: LockRepository, look: Look, reach: Reach) -> None:
    base = locks.tip() or ""
    more = 'for number in 1 2 3; do new=$(git commit-tree -p $new -m more "$new^{tree}"); done'
    people = "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a"
    set_hook(
        locks, "reference-transaction", AFTER.format(what=f"{people}\n{more}\ngit update-ref refs/heads/main $new")
    )
    with open_repository(reach[0], look.cache_dir, **reach[1]) as repository:
        snapshot, last = write(repository)
        assert repository.push(snapshot, last) is PushOutcome.UNKNOWN
        later = repository.snapshot()
        assert repository.contains(later, last)
        assert not later.claims
    assert [commit.message for commit in commits_since(locks, base)][2:] == ["more\n"] * 3


def test_others_have_pushed_instead(locks: LockRepository, look: Look) -> None:
    other = locks.commit({"README.md": "x"})
    base = locks.force("main~1")
    hook = set_hook(locks, "pre-receive", f"env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main {other}; {KILL}")
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot, last = write(repository)
        assert repository.push(snapshot, last) is PushOutcome.UNKNOWN
        assert not repository.contains(repository.snapshot(), last)
        hook.unlink()
        assert release(repository) is PushOutcome.ACCEPTED
    assert [commit.message.partition(":")[0] for commit in commits_since(locks, base)] == ["change\n", *RELEASES]


def test_the_push_was_reverted(locks: LockRepository, look: Look) -> None:
    base = locks.tip()
    set_hook(locks, "reference-transaction", AFTER.format(what=f"git update-ref refs/heads/main {base}~1"))
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.UNKNOWN


def test_the_repository_is_gone_after_the_push(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    away = locks.path.with_name("away.git")
    set_hook(locks, "reference-transaction", AFTER.format(what=f"mv {locks.path} {away}"))
    expected = "It is not known whether the locks were released: the response to the push to branch main was lost"
    with (
        open_repository(git_daemon.url("locks.git"), look.cache_dir) as repository,
        pytest.raises(RepositoryError, match=expected) as failure,
    ):
        release(repository)
    assert "then the repository could not be read" in str(failure.value)
    assert "\n" not in str(failure.value)
    away.rename(locks.path)
    assert not look(git_daemon.url("locks.git")).claims


def test_the_repository_is_back_after_a_while(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    away = locks.path.with_name("away.git")
    back = f"(sleep 0.3; mv {away} {locks.path}) >/dev/null 2>&1 &"
    set_hook(locks, "reference-transaction", AFTER.format(what=f"mv {locks.path} {away}\n{back}"))
    with open_repository(git_daemon.url("locks.git"), look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED


def test_a_push_that_is_refused_after_a_lost_response(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    """The server can still carry out the first push, so nobody can say that nothing was released."""
    with open_repository(git_daemon.url("locks.git"), look.cache_dir) as repository:
        set_hook(locks, "pre-receive", KILL)
        assert release(repository) is PushOutcome.UNKNOWN
        set_hook(locks, "pre-receive", "echo 'Locks are frozen.' >&2; exit 1")
        with pytest.raises(RepositoryError, match=r"^It is not known whether the locks were released: ") as failure:
            release(repository)
        assert "Locks are frozen." in str(failure.value)
        assert "nothing was released" not in str(failure.value)
        locks.commit({"README.md": "x"})
        with pytest.raises(RepositoryError, match="so nothing was released"):
            release(repository)


def test_a_server_that_always_disconnects(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    set_hook(locks, "pre-receive", KILL)
    with open_repository(git_daemon.url("locks.git"), look.cache_dir) as repository:
        assert release(repository) is PushOutcome.UNKNOWN
        assert release(repository) is PushOutcome.UNKNOWN
        with pytest.raises(
            RepositoryError,
            match=r"failed 3 times in a row .*It says: fatal: the remote end hung up",
        ):
            release(repository)


def test_a_slow_server_finishes_after_the_timeout(
    locks: LockRepository, look: Look, git_daemon: GitDaemon, tmp_path: Path
) -> None:
    base = locks.tip() or ""
    go_on = tmp_path / "go on"
    set_hook(locks, "pre-receive", f"while ! test -e '{go_on}'; do sleep 0.1; done")
    with open_repository(git_daemon.url("locks.git"), look.cache_dir, git_timeout=2) as repository:
        snapshot, last = write(repository)
        request_tip = follow_up.PushFollowUp._tip

        def request_and_go_on(self: follow_up.PushFollowUp, branch: str) -> str:
            tip = request_tip(self, branch)
            go_on.touch()
            return tip

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(follow_up.PushFollowUp, "_tip", request_and_go_on)
            assert repository.push(snapshot, last) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


def test_a_slow_server_finishes_after_the_run_stopped_asking(
    locks: LockRepository, look: Look, git_daemon: GitDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt seems to be overtaken by others, but it was the run's own commit."""
    monkeypatch.setattr(follow_up, "LONGEST_WAIT_IF_SLOW", 0.5)
    base = locks.tip() or ""
    go_on = tmp_path / "go on"
    set_hook(locks, "pre-receive", f"while ! test -e '{go_on}'; do sleep 0.1; done")

    def judge(
        some: Sequence[Lock], seen: Snapshot, _pools: Sequence[PoolOption], **_limit: float | None
    ) -> tuple[JudgedLock, ...]:
        return judge_locks(some, seen, pools, None, now=int(time.time()))

    def sleep(_seconds: float) -> None:
        go_on.touch()
        wait_until(lambda: locks.tip() != base, what="late push", seconds=30)

    with open_repository(git_daemon.url("locks.git"), look.cache_dir, git_timeout=2) as repository:
        pools = [PoolOption("aws", PoolPolicy(no_concourse=Policy.STALE))]
        attempts = PushRetry(sleep)
        clocks = (lambda: int(time.time()), time.monotonic)
        cleaning = CleanRun(repository.snapshot(), pools, CleanRules(), judge, *clocks, run_id="5f0c9a1e")
        cleaning.decide()
        decided = cleaning.plan
        cleaning.push_releases(repository, lambda: attempts)
        assert attempts.attempts == 1
        assert cleaning.plan == decided
        assert len(cleaning.released) == 2
    assert len(commits_since(locks, base)) == 2


def test_a_late_push_has_the_same_commits_as_the_next_one(locks: LockRepository, look: Look) -> None:
    """The same releases on the same snapshot give the same commits, no matter when they are written."""
    base = locks.tip() or ""
    with open_repository(locks.path, look.cache_dir) as repository, pytest.MonkeyPatch.context() as patch:
        snapshot, first = write(repository)
        hook = set_hook(locks, "pre-receive", KILL)
        assert repository.push(snapshot, first) is PushOutcome.UNKNOWN
        hook.unlink()
        patch.setattr("time.time", lambda: 2_000_000_000.0)
        again = repository.snapshot()
        assert repository.write(again, releases_of(again)) == first
        assert repository.write(again, releases_of(again, "aws/env-1")) != first
        repository.write(again, releases_of(again))
        assert repository.push(again, first) is PushOutcome.ACCEPTED
        assert repository.push(again, first) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


@pytest.mark.parametrize("answer", [lost_after, bad_gateway_after])
def test_a_proxy_that_loses_the_response(
    locks: LockRepository, look: Look, https_server: GitHttpServer, answer: Answer
) -> None:
    base = locks.tip() or ""
    https_server.answer = answer
    repo = https_server.url("locks.git")
    with open_repository(repo, look.cache_dir, ca_path=str(https_server.ca_file)) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


def test_a_proxy_that_loses_the_push(locks: LockRepository, look: Look, https_server: GitHttpServer) -> None:
    base = locks.tip() or ""
    https_server.answer = lost_before
    repo = https_server.url("locks.git")
    with open_repository(repo, look.cache_dir, ca_path=str(https_server.ca_file)) as repository:
        assert release(repository) is PushOutcome.UNKNOWN
        assert locks.tip() == base
        https_server.answer = smart
        assert release(repository) is PushOutcome.ACCEPTED


def test_only_new_commits_are_fetched_afterwards(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    other = locks.commit({"README.md": "x"})
    locks.force("main~1")
    set_hook(locks, "pre-receive", f"env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main {other}; {KILL}")
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot, last = write(repository)
        recorder.clear()
        assert repository.push(snapshot, last) is PushOutcome.UNKNOWN
        assert recorder.network() == ["push", "ls-remote"]
        later = repository.snapshot()
        recorder.clear()
        assert not repository.contains(later, last)
        assert recorder.network() == ["fetch"]
