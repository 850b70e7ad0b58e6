# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that are wrong only for the characters around them, and options that a variable can give."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look, assert_says, login, refusal
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_https

LINE_BREAK = "line break, which is not part of a login: remove it"


@pytest.mark.parametrize("option", ["concourse_username", "concourse_password", "repo_username", "repo_password"])
def test_a_line_break(scene: Scene, look: Look, option: str) -> None:
    given = login(scene)
    message = refusal(look(**{**given, option: f"{given.get(option, 'x')}\n"}))
    assert_says(message, [f"{option} begins or ends with a {LINE_BREAK}"])
    assert scene.atc.requests() == []


@pytest.mark.parametrize(
    ("shape", "words"), [("'{}'", "ends with quotes: remove"), ('"{}"', "with quotes"), (" {}", "ends with spaces")]
)
def test_what_is_around_a_login(scene: Scene, locks: LockRepository, look: Look, shape: str, words: str) -> None:
    wrong = shape.format("pa55word")
    message = refusal(look(**login(scene, concourse_password=wrong)))
    assert_says(message, ["concourse_password begins", words])
    with serve_https(locks.path.parent, user="boy", password="pa55word", tls=False) as server:
        options = {"repo": server.url("locks.git"), "repo_username": "boy"}
        message = refusal(look(**options, repo_password=wrong))
        assert_says(message, ["refuses the user name or the password", "repo_password begins", words])
        message = refusal(look(**options, repo_password="other"))
        assert "begins" not in message


def test_a_password_in_quotes_can_be_right(locks: LockRepository, look: Look) -> None:
    with serve_https(locks.path.parent, user="boy", password="'pa55word'", tls=False) as server:
        run = look(repo=server.url("locks.git"), repo_username="boy", repo_password="'pa55word'")
    assert run.verdicts
    assert run.warnings == []


def test_a_missing_repository_names_its_variable(look: Look) -> None:
    assert_says(refusal(look()), ["missing required arguments: repo", "set POOL_REPO in the environment"])
    assert "POOL_REPO" not in refusal(look(repo="/nowhere", branches="main"))
