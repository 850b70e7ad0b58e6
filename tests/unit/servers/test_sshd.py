# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sshd of the tests accepts only its own keys."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_environment
from ansible_collections.poolboy.concourse.tests.servers import SshServer, serve_ssh

from .conftest import RoundTrip

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


def _refused(server: SshServer, ssh_command: str, *arguments: str) -> str:
    with pytest.raises(RuntimeError) as refusal:
        git(
            *(arguments or ("ls-remote", server.url("locks.git"))),
            environment=git_environment(GIT_SSH_COMMAND=ssh_command),
        )
    return str(refusal.value)


def test_a_clone_and_a_push_go_through(ssh_server: SshServer, round_trip: RoundTrip) -> None:
    round_trip(ssh_server.url("locks.git"), GIT_SSH_COMMAND=ssh_server.ssh_command())
    assert "Accepted publickey" in ssh_server.log()
    assert ssh_server.key.private.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")


def test_an_unknown_and_a_changed_host_key_are_refused(ssh_server: SshServer, locks: LockRepository) -> None:
    unknown = ssh_server.ssh_command(known_hosts=ssh_server.empty_known_hosts)
    assert "Host key verification failed" in _refused(ssh_server, unknown)
    changed = ssh_server.ssh_command(known_hosts=ssh_server.changed_known_hosts)
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in _refused(ssh_server, changed)


def test_a_replaced_host_key_is_seen_by_those_who_knew_the_old_one(
    ssh_server: SshServer, round_trip: RoundTrip
) -> None:
    known_hosts = ssh_server.replace_host_key()
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in _refused(ssh_server, ssh_server.ssh_command())
    round_trip(ssh_server.url("locks.git"), GIT_SSH_COMMAND=ssh_server.ssh_command(known_hosts=known_hosts))


def test_a_stranger_is_refused(ssh_server: SshServer, locks: LockRepository) -> None:
    assert "Permission denied" in _refused(ssh_server, ssh_server.ssh_command(key=ssh_server.stranger_key))


def test_a_read_only_key_reads_and_does_not_push(ssh_server: SshServer, locks: LockRepository) -> None:
    ssh_command = ssh_server.ssh_command(key=ssh_server.read_only_key)
    url = ssh_server.url("locks.git")
    listed = git("ls-remote", url, "refs/heads/main", environment=git_environment(GIT_SSH_COMMAND=ssh_command))
    assert listed.decode().split()[0] == locks.tip()
    push = ("-C", str(locks.path), "push", url, "main:refs/heads/other")
    assert "This key may only read" in _refused(ssh_server, ssh_command, *push)
    assert locks.tip("other") is None


def test_a_passphrase_locks_its_key(ssh_server: SshServer, locks: LockRepository, tmp_path: Path) -> None:
    ssh_command = ssh_server.ssh_command(key=ssh_server.passphrase_key)
    assert "Permission denied" in _refused(ssh_server, ssh_command)
    unlocked = tmp_path / "unlocked"
    unlocked.write_text(ssh_server.passphrase_key.private)
    unlocked.chmod(0o600)
    change = ["ssh-keygen", "-q", "-p", "-P", ssh_server.passphrase, "-N", "", "-f", str(unlocked)]
    subprocess.run(change, check=True, capture_output=True, timeout=30)
    ssh_command = ssh_command.replace(str(ssh_server.passphrase_key.file), str(unlocked))
    assert git("ls-remote", ssh_server.url("locks.git"), environment=git_environment(GIT_SSH_COMMAND=ssh_command))


def test_several_run_at_once_and_all_end(served_folder: Path, round_trip: RoundTrip) -> None:
    with serve_ssh(served_folder) as one, serve_ssh(served_folder) as other:
        assert one.port != other.port
        round_trip(one.url("locks.git"), GIT_SSH_COMMAND=one.ssh_command())
        round_trip(other.url("locks.git"), GIT_SSH_COMMAND=other.ssh_command())
    for server in (one, other):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=2)
