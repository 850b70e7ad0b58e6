# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The git daemon of the tests."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers import GitDaemon

from .conftest import RoundTrip

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


def test_a_clone_and_a_push_go_through(git_daemon: GitDaemon, round_trip: RoundTrip) -> None:
    round_trip(git_daemon.url("locks.git"))
    assert "Request receive-pack for '/locks.git'" in git_daemon.log()


def test_a_repository_that_is_not_there_is_refused(git_daemon: GitDaemon) -> None:
    with pytest.raises(RuntimeError, match=r"repository|not exported|no such"):
        git("ls-remote", git_daemon.url("other.git"))
