# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git is given to get at the remote, and that no secret is where others can see it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access import private_key
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.access import open_access
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.address import parse_address
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.private_key import (
    private_key_file,
    readable_key_file,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.environment import (
    inherited_environment,
    settings_environment,
)

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----\n"


def settings_of(environment: dict[str, str]) -> list[tuple[str, str]]:
    count = int(environment["GIT_CONFIG_COUNT"])
    return [(environment[f"GIT_CONFIG_KEY_{n}"], environment[f"GIT_CONFIG_VALUE_{n}"]) for n in range(count)]


def filled(origin: str, environment: dict[str, str]) -> str:
    """What git itself makes of the settings when a server of that origin asks for credentials."""
    scheme, host = origin.split("://")
    done = subprocess.run(
        ["git", "credential", "fill"],
        input=f"protocol={scheme}\nhost={host}\n\n",
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def open_for(repo: str, **options: object) -> dict[str, str]:
    options_given = RepositoryOptions(repo=repo, **options)  # type: ignore[arg-type]
    with open_access(options_given, parse_address(repo)) as access:
        return access.environment


@pytest.mark.parametrize("password", ["s3cret", "with 'quotes' and $(things) \\n %s", "ünïcode", "=;&"])
def test_git_reads_the_password_for_this_host_only(password: str) -> None:
    environment = open_for("https://host:8443/a", repo_username="me", repo_password=password)
    assert f"username=me\npassword={password}\n" in filled("https://host:8443", environment)
    for other in ("https://host", "https://evil:8443", "http://host:8443", "https://host:8443.evil"):
        assert password not in filled(other, environment)


def test_a_password_alone_is_a_token() -> None:
    assert "username=git\npassword=token\n" in filled("https://host", open_for("https://host/a", repo_password="token"))


def test_options_come_before_the_address() -> None:
    environment = open_for("https://old:older@host/a", repo_username="me", repo_password="new")
    assert "username=me\npassword=new\n" in filled("https://host", environment)


def test_a_user_name_alone_leaves_the_user_s_own_helpers() -> None:
    settings = settings_of(open_for("https://me@host/a"))
    assert ("credential.https://host.username", "me") in settings
    assert not [key for key, _value in settings if key.endswith("helper")]


def test_no_secret_is_in_a_setting_or_an_option() -> None:
    environment = open_for("https://host/a", repo_username="me", repo_password="s3cret")
    assert [name for name, value in environment.items() if "s3cret" in value] == ["POOLBOY_GIT_PASSWORD"]


def test_secrets_are_known_in_every_shape() -> None:
    options = RepositoryOptions(repo="https://host/a", repo_username="me", repo_password="p@ss")
    with open_access(options, parse_address("https://token@host/a")) as access:
        assert set(access.secrets) == {"p@ss", "p%40ss", "token", "bWU6cEBzcw=="}
        assert "p@ss" not in repr(access)
    assert "p@ss" not in repr(options)


@pytest.mark.parametrize("field", ["repo_username", "repo_password"])
@pytest.mark.parametrize("value", ["a\nhost=evil", "a\rb", "a\0b"])
def test_a_line_break_cannot_smuggle_another_host(field: str, value: str) -> None:
    with pytest.raises(BadOption, match="line break"):
        open_for("https://host/a", **{"repo_username": "me", "repo_password": "x", field: value})


def test_own_certificates(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("")
    assert open_for("https://host/a", ca_path=str(file))["GIT_SSL_CAINFO"] == str(file)
    assert open_for("https://host/a", ca_path=str(tmp_path))["GIT_SSL_CAPATH"] == str(tmp_path)
    with pytest.raises(BadOption, match="ca_path names /nonexistent"):
        open_for("https://host/a", ca_path="/nonexistent")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (KEY, KEY),
        (KEY.strip(), KEY),
        (KEY.replace("\n", "\r\n"), KEY),
        (KEY.replace("\n", "\n    "), KEY),
        ("\n\n" + KEY + "\n", KEY),
        ("\ufeff" + KEY, KEY),
    ],
)
def test_a_key_is_mended_and_gone_afterwards(given: str, kept: str) -> None:
    with private_key_file(given) as path:
        assert Path(path).read_text() == kept
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert not Path(path).exists()


def test_a_key_is_on_no_disk() -> None:
    with private_key_file(KEY) as path:
        assert str(Path(path).readlink()).startswith("/memfd:")


def test_a_key_where_there_is_no_anonymous_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_key, "_in_memory", lambda content: None)
    with private_key_file(KEY) as path:
        assert Path(path).read_text() == KEY
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert not Path(path).exists()


@pytest.mark.parametrize("text", ["ssh-ed25519 AAAA me@host", "/home/me/.ssh/id", " ", KEY[:30] + "\0" + KEY[30:]])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(BadOption, match="ssh_private_key is not a private key"), private_key_file(text):
        raise AssertionError("unreachable")


ONE_LINE = [KEY.replace("\n", " "), KEY.replace("\n", "\\n"), KEY.replace("\n", "")]


@pytest.mark.parametrize("text", [*ONE_LINE, KEY.replace("B\n", "B ")])
def test_a_key_without_its_line_breaks(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="ssh_private_key has lost its line breaks"), private_key_file(text):
        raise AssertionError("unreachable")
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(BadOption, match="key_file has lost its line breaks"), readable_key_file(str(file)):
        raise AssertionError("unreachable")


@pytest.mark.parametrize("text", [KEY.strip(), KEY.replace("\n", "\r\n"), "\n" + KEY, "\ufeff" + KEY])
def test_a_key_file_is_mended_in_a_copy(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    with readable_key_file(str(file)) as path:
        assert Path(path).read_text() == KEY
        assert path != str(file)
    assert file.read_text() == text.replace("\r\n", "\n")
    assert not Path(path).exists()


@pytest.mark.parametrize(
    ("text", "mode"), [(KEY, 0o600), (KEY.strip(), 0o644), ("PuTTY-User-Key-File-3", 0o600), ("", 0o600)]
)
def test_a_key_file_that_ssh_reads_or_refuses_itself(text: str, mode: int, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(mode)
    with readable_key_file(str(file)) as path:
        assert path == str(file)


def test_a_pipe_is_left_to_ssh(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    with readable_key_file(str(tmp_path / "key")) as path:
        assert path == str(tmp_path / "key")


def test_settings_in_the_environment() -> None:
    assert settings_of(settings_environment({"a.b": "c", "d.e": ""})) == [("a.b", "c"), ("d.e", "")]


def test_only_some_git_variables_of_the_caller_reach_git(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS", "GIT_OBJECT_DIRECTORY", "GIT_TRACE_CURL")
    kept = ("GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND", "GIT_AUTHOR_NAME", "GIT_SSL_CAINFO")
    for name in (*hidden, *kept):
        monkeypatch.setenv(name, "x")
    inherited = inherited_environment()
    assert not [name for name in hidden if name in inherited]
    assert all(inherited[name] == "x" for name in kept)
    assert all(os.environ[name] == "x" for name in hidden)
