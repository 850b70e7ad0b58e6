# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ssh that git is told to call, as ssh itself reads it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access import ssh
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.access import open_access
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.address import parse_address
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.ssh import (
    lost_host_keys,
    names_a_key,
    ssh_command,
)

REPO = "ssh://git@host/locks.git"


@pytest.fixture(autouse=True)
def own_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -F /dev/null")


def understood(command: str) -> dict[str, list[str]]:
    """The settings that ssh reads from a command, by name in small letters."""
    printed = subprocess.run([*shlex.split(command), "-G", "host"], capture_output=True, text=True, check=True).stdout
    settings: dict[str, list[str]] = {}
    for line in printed.splitlines():
        name, _space, value = line.partition(" ")
        settings.setdefault(name, []).append(value)
    return settings


def test_it_never_asks_and_never_trusts_by_itself() -> None:
    settings = understood(ssh_command(RepositoryOptions(repo=REPO, git_timeout=7), None))
    assert settings["batchmode"] == ["yes"]
    assert settings["stricthostkeychecking"] == ["true"]
    assert settings["connecttimeout"] == ["7"]
    assert settings["controlmaster"] == ["false"]


def test_a_new_host_key_on_request() -> None:
    settings = understood(ssh_command(RepositoryOptions(repo=REPO, accept_newhostkey=True), None))
    assert settings["stricthostkeychecking"] == ["accept-new"]


def test_host_keys_in_the_home_that_ssh_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh")

    def lost(home: Path, *, accept: bool = True, configured: str | None = None) -> bool:
        monkeypatch.setattr(ssh, "_home_folder", lambda: str(home))
        options = RepositoryOptions(repo=REPO, accept_newhostkey=accept)
        return lost_host_keys(options, configured) is not None

    assert lost(tmp_path / "nonexistent")
    assert not lost(tmp_path / "nonexistent", accept=False)
    assert not lost(tmp_path / "nonexistent", configured="ssh -o UserKnownHostsFile=/etc/locks/known_hosts")
    assert not lost(tmp_path), "ssh creates .ssh in a home"


@pytest.mark.parametrize("name", ["key", "a key", "100%h", "it's", "semi;colon & co", "#"])
def test_files_of_any_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("")
    options = RepositoryOptions(repo=REPO, known_hosts_file=str(file))
    settings = understood(ssh_command(options, str(file)))
    assert [value.replace("%%", "%") for value in settings["identityfile"]] == [str(file)]
    assert settings["identitiesonly"] == ["yes"]
    assert settings["userknownhostsfile"][0].replace("%%", "%") == str(file)


@pytest.mark.parametrize("name", ['"', "a\\b", "${HOME}"])
def test_names_that_ssh_cannot_take(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(BadOption, match="ssh does not support the path"):
        ssh_command(RepositoryOptions(repo=REPO, known_hosts_file=str(tmp_path / name)), None)


def test_the_first_host_key_may_make_the_file(tmp_path: Path) -> None:
    file = str(tmp_path / "known_hosts")
    with pytest.raises(BadOption, match="known_hosts_file names"):
        ssh_command(RepositoryOptions(repo=REPO, known_hosts_file=file), None)
    assert file in ssh_command(RepositoryOptions(repo=REPO, known_hosts_file=file, accept_newhostkey=True), None)


@pytest.mark.parametrize(
    ("variables", "begin"),
    [
        ({}, "ssh -oBatchMode"),
        ({"GIT_SSH": "/opt/my ssh"}, "'/opt/my ssh' -o"),
        ({"GIT_SSH": "/opt/ssh", "GIT_SSH_COMMAND": "ssh -v"}, "ssh -v -o"),
    ],
)
def test_the_user_s_own_ssh(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], begin: str) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ssh_command(RepositoryOptions(repo=REPO), None).startswith(begin)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("ssh -i key", True),
        ("ssh -vi key", True),
        ("ssh -ikey", True),
        ("ssh -I provider", True),
        ("ssh -o IdentityFile=key", True),
        ("ssh -oidentityfile=key", True),
        ("ssh", False),
        ("ssh -J bastion -p 22 -oStrictHostKeyChecking=accept-new", False),
        ("ssh -F /home/me/-in -oIdentitiesOnly=yes", False),
    ],
)
def test_an_ssh_with_a_key_of_its_own(command: str, names: bool) -> None:
    assert names_a_key(command) is names


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    options = RepositoryOptions(repo=REPO, key_file=str(tmp_path), ssh_private_key="x")
    with pytest.raises(BadOption, match="both set"), open_access(options, parse_address(REPO)):
        raise AssertionError("unreachable")


def test_a_key_file_that_is_not_there() -> None:
    options = RepositoryOptions(repo=REPO, key_file="/nonexistent/key")
    with pytest.raises(BadOption, match="key_file names /nonexistent/key"), open_access(options, parse_address(REPO)):
        raise AssertionError("unreachable")
