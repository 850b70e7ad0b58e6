# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server refuses the push: the run fails with a clear sentence, and nothing is lost or half done."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import MIN_ATTEMPTS
from ansible_collections.poolboy.concourse.tests.functional.clean.reading import files, tip
from ansible_collections.poolboy.concourse.tests.functional.clean.runs import Clean, actions, released
from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace, refusal
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers import GitDaemon, GitHttpServer, SshServer

pytest_plugins = ("ansible_collections.poolboy.concourse.tests.servers.fixtures",)


def write_hook(repository: Path, name: str, script: str) -> None:
    hook = repository / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


@pytest.fixture
def refused(clean: Clean, locks: LockRepository) -> Iterator[Callable[..., ModuleRun]]:
    """Check that a run is refused, and that the next run succeeds after `mend` has repaired the server."""
    base, before = tip(locks.path), files(locks.path)
    used: dict[str, Any] = {}

    def run(**options: Any) -> ModuleRun:
        used.update({"repo": locks.url, "pools": "aws", **options})
        result = clean(**used)
        refusal(result)
        assert tip(locks.path) == base
        assert files(locks.path) == before
        planned = {name for name, action in actions(result).items() if action == "release"}
        assert planned == {"aws/env-1", "aws/env-2"}, "what was to be done is in the result"
        return result

    yield run
    for hook in (locks.path / "hooks").glob("*"):
        hook.unlink()
    for name in ("daemon.receivepack", "http.receivepack", "receive.maxInputSize"):
        git("config", "--unset-all", name, folder=locks.path) if _is_set(locks.path, name) else None
    used |= {"repo": locks.url, "key_file": None, "known_hosts_file": None, "ca_path": None}
    assert released(clean(**used)) == {"aws/env-1", "aws/env-2"}


def _is_set(repository: Path, name: str) -> bool:
    return name.lower() in git("config", "--list", "--local", "--name-only", folder=repository).decode().lower()


Refused = Callable[..., ModuleRun]


def test_a_pre_receive_hook_that_says_why(refused: Refused, locks: LockRepository) -> None:
    write_hook(locks.path, "pre-receive", "echo 'Locks are frozen until Monday.' >&2; exit 1")
    message = refused().message
    assert "Locks are frozen until Monday." in message
    assert "nothing was released" in message.lower() or "not released" in message.lower()


def test_a_pre_receive_hook_that_says_nothing(refused: Refused, locks: LockRepository) -> None:
    write_hook(locks.path, "pre-receive", "exit 1")
    assert "hook" in refused().message


def test_an_update_hook_that_plays_with_the_terminal(refused: Refused, locks: LockRepository) -> None:
    write_hook(locks.path, "update", r"printf '\033[2J\033]0;owned\007 no way\n' >&2; exit 1")
    message = refused().message
    assert "no way" in message
    assert not any(character < " " for character in message)


def test_a_hook_that_talks_for_a_megabyte(refused: Refused, locks: LockRepository) -> None:
    write_hook(locks.path, "pre-receive", "yes 'far too much to say' | head -c 1000000 >&2; exit 1")
    assert "far too much to say" in refused().message


PROTECTED = """\
while read old new ref; do
    if [ "$ref" = refs/heads/main ]; then
        echo "GH006: Protected branch update failed for $ref." >&2
        echo "Changes must be made through a pull request." >&2
        exit 1
    fi
done"""


def test_a_protected_branch(refused: Refused, locks: LockRepository) -> None:
    write_hook(locks.path, "pre-receive", PROTECTED)
    message = refused().message
    assert "Protected branch" in message
    assert "main" in message


def test_a_disk_that_is_full(refused: Refused, locks: LockRepository) -> None:
    """The server's limit on the size of a push ends it while it unpacks, as a full disk does."""
    git("config", "receive.maxInputSize", "200", folder=locks.path)
    assert "nothing was released" in refused().message.lower()


def test_a_key_that_may_only_read(refused: Refused, locks: LockRepository, ssh_server: SshServer) -> None:
    options = {"repo": ssh_server.url("locks.git"), "known_hosts_file": str(ssh_server.known_hosts)}
    message = refused(**options, key_file=str(ssh_server.read_only_key.file)).message
    assert "This key may only read." in message


def test_ssh_with_the_right_key(clean: Clean, locks: LockRepository, ssh_server: SshServer) -> None:
    options = {"repo": ssh_server.url("locks.git"), "known_hosts_file": str(ssh_server.known_hosts)}
    run = clean(**options, pools="aws", key_file=str(ssh_server.key.file))
    assert released(run) == {"aws/env-1", "aws/env-2"}


def test_https_that_may_only_be_read(refused: Refused, locks: LockRepository, https_server: GitHttpServer) -> None:
    git("config", "http.receivepack", "false", folder=locks.path)
    write_hook(locks.path, "pre-receive", "echo 'This is a mirror for reading only.' >&2; exit 1")
    message = refused(repo=https_server.url("locks.git"), ca_path=str(https_server.ca_file)).message
    assert "push" in message.lower() or "only" in message


def test_https(clean: Clean, locks: LockRepository, https_server: GitHttpServer) -> None:
    run = clean(repo=https_server.url("locks.git"), ca_path=str(https_server.ca_file), pools="aws")
    assert released(run) == {"aws/env-1", "aws/env-2"}


def test_a_git_daemon_that_takes_no_push(refused: Refused, locks: LockRepository, git_daemon: GitDaemon) -> None:
    git("config", "daemon.receivepack", "false", folder=locks.path)
    assert "push" in refused(repo=git_daemon.url("locks.git")).message


def test_refused_once_for_each_reason_is_tried_no_more(clean: Clean, locks: LockRepository) -> None:
    """A permanent refusal is not retried."""
    count = locks.path / "count"
    write_hook(locks.path, "pre-receive", f"echo x >> {count}; echo 'No.' >&2; exit 1")
    refusal(clean(repo=locks.url, pools="aws"))
    assert count.read_text().count("x") == 1


OVERTAKE = """\
set -e
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
echo x >> {count}
[ $(wc -l < {count}) -le {times} ] || exit 0
tree=$(git rev-parse main^{{tree}})
commit=$(git -c user.name=a -c user.email=a@b commit-tree -p main -m "somebody else" $tree)
git update-ref refs/heads/main $commit
"""


def overtake(locks: LockRepository, times: int) -> Path:
    """Somebody else pushes during a push, this number of times."""
    count = locks.path / "count"
    write_hook(locks.path, "pre-receive", OVERTAKE.format(count=count, times=times))
    return count


def test_overtaken_in_the_middle_of_the_push(clean: Clean, locks: LockRepository) -> None:
    count = overtake(locks, 2)
    run = clean(repo=locks.url, pools="aws")
    assert released(run) == {"aws/env-1", "aws/env-2"}
    assert count.read_text().count("x") == 3
    subjects = git("log", "-4", "--format=%s", "main", folder=locks.path).decode().splitlines()
    assert subjects == ["unclaiming: env-2", "unclaiming: env-1", "somebody else", "somebody else"]


PUSH_BEFORE = """\
#!/bin/bash
if [ "$1" = push ] && [ ! -e {done} ]; then
    touch {done}
    cd {repository}
    commit=$(env -u GIT_DIR {git} -c user.name=a -c user.email=a@b commit-tree -p main -m "somebody else" main^{{tree}})
    env -u GIT_DIR {git} update-ref refs/heads/main $commit
fi
exec {git} "$@"
"""


def test_overtaken_just_before_the_push(clean: Clean, locks: LockRepository, tmp_path: Path) -> None:
    """The push of somebody else stays: a forced push would undo it."""
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    names = {"done": tmp_path / "done", "repository": locks.path, "git": shutil.which("git")}
    wrapper.write_text(PUSH_BEFORE.format(**names))
    wrapper.chmod(0o755)
    run = clean({"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}, repo=locks.url, pools="aws")
    assert released(run) == {"aws/env-1", "aws/env-2"}
    subjects = git("log", "-3", "--format=%s", "main", folder=locks.path).decode().splitlines()
    assert subjects == ["unclaiming: env-2", "unclaiming: env-1", "somebody else"]


# Two minutes are for people; everything else is unchanged.
IN_A_HURRY = """\
import runpy
import sys

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push import retry

retry.MIN_SECONDS = 1.0
module, sys.argv[1:] = sys.argv[2], []
runpy.run_module(module, run_name="__main__")
"""


def test_always_overtaken(workplace: Workplace, locks: LockRepository, tmp_path: Path) -> None:
    overtake(locks, 1000)
    before = files(locks.path)
    in_a_hurry = tmp_path / "in_a_hurry.py"
    in_a_hurry.write_text(IN_A_HURRY)
    options = {"repo": locks.url, "pools": "aws", "no_concourse": "stale"}
    run = workplace.run_module("concourse_pool_clean", options, python=(sys.executable, str(in_a_hurry)))
    message = refusal(run)
    found = re.search(r"faster (\d+) times in a row, for (\d+) seconds, so nothing was released", message)
    assert found
    assert int(found[1]) >= MIN_ATTEMPTS
    assert "aws/env-1" in message
    assert "aws/env-2" in message
    assert files(locks.path) == before


def test_a_forced_push_by_somebody_else_is_not_undone(clean: Clean, locks: LockRepository) -> None:
    """History is rewritten during the push: the claims have new commits, so their verdicts no longer hold."""
    rewrite = """\
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
[ -e rewritten ] && exit 0
touch rewritten
commit=$(git -c user.name=a -c user.email=a@b commit-tree -m "manually squashed" main^{tree})
git update-ref refs/heads/main $commit
"""
    write_hook(locks.path, "pre-receive", rewrite)
    run = clean(repo=locks.url, pools="aws")
    assert released(run) == set()
    assert run.values["changed"] is False
    assert "changed hands" in run.locks["aws/env-1"]["action_reason"]
    assert git("log", "--format=%s", "main", folder=locks.path).decode().splitlines() == ["manually squashed"]
