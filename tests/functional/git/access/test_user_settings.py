# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's own way to the server: core.sshCommand, settings in the environment, a program that gives passwords."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import SshServer, redirecting, serve_https

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    return repository


def set_environment(monkeypatch: pytest.MonkeyPatch, *settings: tuple[str, str]) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def ssh_config(server: SshServer, home: Path) -> Path:
    """Write a configuration of ssh in which only the host `locks` leads to the server."""
    config = home / "ssh config"
    config.write_text(
        f"Host locks\n HostName 127.0.0.1\n Port {server.port}\n User {server.user}\n"
        f" UserKnownHostsFile {server.known_hosts}\n GlobalKnownHostsFile /dev/null\n"
    )
    return config


@pytest.mark.parametrize("place", ["file", "environment"])
def test_core_ssh_command(
    look: Look,
    locks: LockRepository,
    ssh_server: SshServer,
    own_home: Path,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND")
    command = f"ssh -F '{ssh_config(ssh_server, own_home)}'"
    if place == "file":
        (own_home / ".gitconfig").write_text(f'[core]\n\tsshCommand = "{command}"\n')
    else:
        set_environment(monkeypatch, ("core.sshCommand", command))
    assert look(f"locks:{locks.path}", key_file=str(ssh_server.key.file)).commit == locks.tip()
    assert look.warnings == []


def test_the_variable_comes_before_core_ssh_command(
    look: Look, locks: LockRepository, ssh_server: SshServer, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / ".gitconfig").write_text("[core]\n\tsshCommand = false\n")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"ssh -F '{ssh_config(ssh_server, own_home)}'")
    assert look(f"locks:{locks.path}", key_file=str(ssh_server.key.file)).commit == locks.tip()


@pytest.mark.parametrize("place", ["file", "variable"])
def test_a_password_in_the_ssh_command_is_not_shown_if_its_program_is_missing(
    look: Look, own_home: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell names the whole command in its error."""
    monkeypatch.delenv("GIT_SSH_COMMAND")
    command = "no-such-sshpass -p hunter2 ssh"
    if place == "file":
        (own_home / ".gitconfig").write_text(f"[core]\n\tsshCommand = {command}\n")
    else:
        monkeypatch.setenv("GIT_SSH_COMMAND", command)
    with pytest.raises(RepositoryError, match=r"The program no-such-sshpass, which core\.sshCommand") as failure:
        look("git@host:locks.git")
    assert "hunter2" not in str(failure.value)


def test_a_key_that_is_given_wins_over_the_key_of_core_ssh_command(
    look: Look, locks: LockRepository, ssh_server: SshServer, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would accept the key of the setting, which ssh offers first."""
    monkeypatch.delenv("GIT_SSH_COMMAND")
    (own_home / ".gitconfig").write_text(f"[core]\n\tsshCommand = ssh -F /dev/null -i {ssh_server.key.file}\n")
    given = {"key_file": str(ssh_server.stranger_key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    with pytest.raises(RepositoryError, match="refuses the key"):
        look(ssh_server.url("locks.git"), **given)
    assert ["core.sshCommand" in warning and "key_file" in warning for warning in look.warnings] == [True]


def test_settings_in_the_environment(look: Look, locks: LockRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, (f"url.file://{locks.path.parent}/.insteadOf", "https://nowhere.invalid/"))
    assert look("https://nowhere.invalid/locks.git").commit == locks.tip()
    assert look.warnings == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "n0nsense"}, "core.bare"),
        ({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.proxy"}, "GIT_CONFIG_KEY_0"),
        ({"GIT_CONFIG_COUNT": "x"}, "GIT_CONFIG_COUNT=x"),
        ({"GIT_CONFIG_COUNT": "9" * 12}, "GIT_CONFIG_COUNT=9"),
        ({"GIT_CONFIG_PARAMETERS": "'core.bare'='n0nsense'"}, "GIT_CONFIG_PARAMETERS"),
    ],
)
def test_other_settings_in_the_environment_are_ignored_with_a_warning(
    look: Look, locks: LockRepository, variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert look(locks.path).commit == locks.tip()
    (warning,) = look.warnings
    assert words in warning
    assert "n0nsense" not in warning


@pytest.mark.parametrize("place", ["variable", "setting"])
def test_a_program_that_gives_passwords(
    look: Look, locks: LockRepository, own_home: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = program(own_home / "askpass", 'case "$1" in User*) echo me;; *) echo hunter2;; esac')
    if place == "variable":
        monkeypatch.setenv("GIT_ASKPASS", str(answers))
    else:
        (own_home / ".gitconfig").write_text(f"[core]\n\taskPass = {answers}\n")
    with serve_https(locks.path.parent, tls=False, user="me", password="hunter2") as server:
        assert look(server.url("locks.git")).commit == locks.tip()
        with pytest.raises(RepositoryError, match="refuses the user name or the password"):
            look(server.url("locks.git"), repo_password="wrong")


def test_the_program_is_not_asked_for_another_host_than_the_one_of_a_password(
    look: Look, locks: LockRepository, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = own_home / "asked"
    monkeypatch.setenv("GIT_ASKPASS", str(program(own_home / "askpass", f"touch '{asked}'; echo hunter2")))
    with (
        serve_https(locks.path.parent, tls=False, user="me", password="hunter2") as evil,
        serve_https(locks.path.parent, tls=False) as good,
    ):
        good.answer = redirecting(evil.base_url(host="localhost"))
        with pytest.raises(RepositoryError):
            look(good.url("locks.git"), repo_password="hunter2")
    assert not asked.exists()


def test_a_desktop_is_never_asked(
    look: Look, locks: LockRepository, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = own_home / "asked"
    monkeypatch.setenv("SSH_ASKPASS", str(program(own_home / "askpass", f"touch '{asked}'; echo hunter2")))
    with (
        serve_https(locks.path.parent, tls=False, user="me", password="hunter2") as server,
        pytest.raises(RepositoryError, match="requires a user name and a password"),
    ):
        look(server.url("locks.git"))
    assert not asked.exists()
