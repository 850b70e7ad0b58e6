# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server that never responds."""

from __future__ import annotations

import socket
import subprocess

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_environment
from ansible_collections.poolboy.concourse.tests.servers import HangingServer, serve_nothing
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


@pytest.mark.parametrize("scheme", ["git", "http", "https"])
def test_a_client_is_let_in_and_waits(hanging_server: HangingServer, scheme: str) -> None:
    command = ["git", "ls-remote", hanging_server.url(scheme=scheme)]
    client = subprocess.Popen(command, env=git_environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: len(hanging_server.connections) == 1, what="connection of git")
        with pytest.raises(subprocess.TimeoutExpired):
            client.wait(0.3)
    finally:
        client.kill()
        client.wait()


def test_at_the_end_all_are_let_go() -> None:
    with serve_nothing() as server:
        client = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        wait_until(lambda: len(server.connections) == 1, what="connection")
    with client:
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=2)
