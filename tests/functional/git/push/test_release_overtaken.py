# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others push, or use the same cache, between snapshot, write and push."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
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
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers import GitDaemon, GitHttpServer, SshServer

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    """Pool `aws` with two claimed locks, pool `gcp` with an unclaimed one."""
    repository = LockRepository(served_folder / "locks.git")
    for name in ("env-1", "env-2"):
        repository.add("aws", name)
        repository.claim("aws", name)
    repository.add("gcp", "env-3")
    return repository


def test_another_push_is_faster(
    locks: LockRepository, look: Look, git_daemon: GitDaemon, ssh_server: SshServer, https_server: GitHttpServer
) -> None:
    options = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    options["ca_path"] = str(https_server.ca_file)
    servers = (git_daemon, ssh_server, https_server)
    for repo in (str(locks.path), *(server.url("locks.git") for server in servers)):
        with open_repository(repo, look.cache_dir, **options) as repository:
            snapshot, last = write(repository, "aws/env-1")
            base = locks.claim("gcp", "env-3")
            assert repository.push(snapshot, last) is PushOutcome.OVERTAKEN
            assert locks.tip() == base
            assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
        assert [commit.changes for commit in commits_since(locks, base)] == [
            ("D aws/claimed/env-1", "A aws/unclaimed/env-1"),
        ]
        locks.release("gcp", "env-3")
        locks.claim("aws", "env-1")


def test_another_push_lands_during_ours(locks: LockRepository, look: Look) -> None:
    """The server has sent its references and received our commits by then."""
    other = locks.commit({"README.md": "x"})
    base = locks.force("main~1")
    update = f"env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main {other}"
    set_hook(locks, "pre-receive", f"test -e overtaken || {{ touch overtaken; {update}; }}")
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1") is PushOutcome.OVERTAKEN
        assert locks.tip() == other
        assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


def test_a_branch_that_was_reset_is_not_pushed_forward_again(locks: LockRepository, look: Look) -> None:
    """Plain git would accept our commits as a fast-forward and undo the reset."""
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot, last = write(repository)
        base = locks.force("main~2")
        assert repository.push(snapshot, last) is PushOutcome.OVERTAKEN
    assert locks.tip() == base


def test_a_deleted_branch_is_not_created_again(locks: LockRepository, look: Look) -> None:
    locks.fork("other")
    with open_repository(locks.path, look.cache_dir, branch="other") as repository:
        snapshot, last = write(repository)
        locks.delete_branch("other")
        assert repository.push(snapshot, last) is PushOutcome.OVERTAKEN
        assert locks.tip("other") is None
        with pytest.raises(RepositoryError, match="There is no branch other"):
            repository.snapshot()


def test_a_stale_lock_file_on_the_server(locks: LockRepository, look: Look) -> None:
    left = locks.path / "refs" / "heads" / "main.lock"
    left.touch()
    base = locks.tip()
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.OVERTAKEN
        assert release(repository) is PushOutcome.OVERTAKEN
        with pytest.raises(RepositoryError, match=r"failed 3 times in a row .*/main.lock': File exists"):
            release(repository)
        assert locks.tip() == base
        left.unlink()
        assert release(repository) is PushOutcome.ACCEPTED


def test_a_server_with_its_own_reasons(locks: LockRepository, look: Look) -> None:
    """An unknown reason counts as overtaken only if the branch has moved."""
    base = locks.claim("gcp", "env-3")
    set_hook(locks, "proc-receive", PROC_RECEIVE)
    git("config", "receive.procReceiveRefs", "refs/heads/main", folder=locks.path)
    with open_repository(locks.path, look.cache_dir) as repository:
        with pytest.raises(RepositoryError, match="It says: TF402462"):
            release(repository)
        set_hook(locks, "pre-receive", "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main main~1")
        assert release(repository) is PushOutcome.OVERTAKEN
    assert locks.tip() != base


def test_a_missing_or_broken_mirror_is_replaced(locks: LockRepository, look: Look) -> None:
    def truncate() -> None:
        for pack in (look.mirror / "objects" / "pack").glob("*.pack"):
            pack.chmod(0o644)
            pack.write_bytes(pack.read_bytes()[:-40])

    faults = (
        lambda: shutil.rmtree(look.mirror),
        lambda: shutil.rmtree(look.mirror / "objects" / "pack"),
        lambda: (look.mirror / "config").write_text("[core]\n"),
        lambda: (look.mirror / "shallow").write_text("nonsense\n"),
        truncate,
    )
    for break_mirror in faults:
        base = look(locks.path).commit
        break_mirror()
        with open_repository(locks.path, look.cache_dir) as repository:
            assert release(repository) is PushOutcome.ACCEPTED
        assert len(commits_since(locks, base)) == 2
        assert is_whole(locks)
        locks.claim("aws", "env-1")
        locks.claim("aws", "env-2")


def test_a_mirror_that_breaks_before_the_push(locks: LockRepository, look: Look) -> None:
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot, last = write(repository)
        shutil.rmtree(look.mirror / "objects" / "pack")
        assert repository.push(snapshot, last) is PushOutcome.OVERTAKEN
        assert locks.tip() == snapshot.commit
        assert release(repository) is PushOutcome.ACCEPTED


def test_a_remote_that_is_rewritten_while_the_mirror_is_broken(locks: LockRepository, look: Look) -> None:
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot = repository.snapshot()
        shutil.rmtree(look.mirror)
        base = locks.restart()
        with pytest.raises(RepositoryError, match="was rewritten a moment ago, so nothing was released: run again"):
            repository.write(snapshot, releases_of(snapshot))
        assert release(repository) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2


def test_another_run_waits_from_write_to_push(locks: LockRepository, look: Look) -> None:
    """It cannot replace the mirror with the commits, and continues right after the push."""
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot, last = write(repository, "aws/env-1")
        with (
            open_repository(locks.path, look.cache_dir, git_timeout=1) as other,
            pytest.raises(RepositoryError, match="Another run has been using"),
        ):
            other.write(snapshot, releases_of(snapshot, "aws/env-2"))
        assert repository.push(snapshot, last) is PushOutcome.ACCEPTED
        with open_repository(locks.path, look.cache_dir, git_timeout=1) as other:
            assert release(other, "aws/env-2") is PushOutcome.ACCEPTED


def test_a_run_that_gives_up_releases_the_folder(locks: LockRepository, look: Look) -> None:
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot = repository.snapshot()
        repository.write(snapshot, releases_of(snapshot))
        locks.claim("gcp", "env-3")
        assert repository.snapshot().commit == locks.tip()
        repository.write(snapshot, releases_of(snapshot))
        repository.write(snapshot, releases_of(snapshot, "aws/env-1"))
    with open_repository(locks.path, look.cache_dir, git_timeout=1) as other:
        assert release(other) is PushOutcome.ACCEPTED


def test_many_runs_at_once_with_one_cache(locks: LockRepository, look: Look) -> None:
    """Each run retries until it has released its own lock."""
    base = locks.tip() or ""
    names = [f"env-{number}" for number in range(6)]
    for name in names:
        locks.add("many", name, state="claimed")
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=release_until_done, args=(locks.path, look.cache_dir, name)) for name in names]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    assert [run.exitcode for run in runs] == [0] * len(runs)
    released = [commit.changes for commit in commits_since(locks, base)][len(names) :]
    assert sorted(released) == [(f"D many/claimed/{name}", f"A many/unclaimed/{name}") for name in names]
    assert is_whole(locks)


def release_until_done(repo: Path, cache_dir: Path, name: str) -> None:
    with open_repository(repo, cache_dir) as repository:
        for _attempt in range(30):
            if release(repository, f"many/{name}") is PushOutcome.ACCEPTED:
                return
    raise AssertionError(f"{name} was overtaken too often")


PROC_RECEIVE = """
exec python3 -c '
import sys

def read():
    size = int(sys.stdin.buffer.read(4), 16)
    return sys.stdin.buffer.read(size - 4) if size else None

def write(line):
    sys.stdout.buffer.write(b"%04x" % (len(line) + 4) + line)

read(), read()
write(b"version=1\\0\\n")
sys.stdout.buffer.write(b"0000")
sys.stdout.flush()
while line := read():
    name = line.split()[2]
write(b"ng " + name + b" TF402462: The reference is busy elsewhere.")
sys.stdout.buffer.write(b"0000")
sys.stdout.flush()
'
"""


def test_a_run_stays_on_its_branch_when_the_default_branch_changes(locks: LockRepository, look: Look) -> None:
    """A lock that is released on one branch must not be released on another one as well."""
    other = locks.fork("other")
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
        locks.set_head("other")
        assert repository.snapshot().branch == "main"
        assert release(repository, "aws/env-2") is PushOutcome.ACCEPTED
        locks.delete_branch("main")
        with pytest.raises(RepositoryError, match="There is no branch main"):
            repository.snapshot()
    assert locks.tip("other") == other
