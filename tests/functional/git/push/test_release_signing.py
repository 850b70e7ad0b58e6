# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits are signed if git's own settings require it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write import signing
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    commits_since,
    is_whole,
    open_repository,
    release,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_environment
from ansible_collections.poolboy.concourse.tests.servers.require import require_program
from ansible_collections.poolboy.concourse.tests.servers.ssh_keys import KeyPair, new_key

AUTHOR = "Robot Ü <robot@example.com>"


@pytest.fixture
def key(own_home: Path) -> KeyPair:
    """A key to sign with, and settings that require signatures."""
    key = new_key(own_home / "signing key")
    write_settings(own_home, str(key.file))
    return key


def write_settings(home: Path, key: str, *more: str) -> None:
    lines = ["[commit]", "gpgSign = yes", "[gpg]", "format = ssh", "[user]", f'signingKey = "{key}"', *more, ""]
    (home / ".gitconfig").write_text("\n".join(lines))


def test_every_commit_is_signed(locks: LockRepository, look: Look, key: KeyPair, own_home: Path) -> None:
    base = locks.claim("aws", "env-2")
    base = locks.commit({"aws/claimed/.gitkeep": None})
    with open_repository(locks.path, look.cache_dir, git_author=AUTHOR) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    commits = commits_since(locks, base)
    assert [commit.changes for commit in commits] == [
        ("D aws/claimed/env-1", "A aws/unclaimed/env-1"),
        ("A aws/claimed/.gitkeep",),
        ("D aws/claimed/env-2", "A aws/unclaimed/env-2"),
    ]
    assert commits[0].message == "unclaiming: env-1\n\nIt was left.\n"
    assert all(commit.author.startswith(f"{AUTHOR} ") and commit.author == commit.committer for commit in commits)
    signers = own_home / "signers"
    signers.write_text(f"robot@example.com {key.public}\n")
    settings = ("-c", f"gpg.ssh.allowedSignersFile={signers}", "-c", "gpg.format=ssh")
    verdicts = git(*settings, "log", "--format=%G? %GS", f"{base}..main", folder=locks.path).decode().splitlines()
    assert verdicts == ["G robot@example.com"] * 3
    assert is_whole(locks)


def test_a_missing_key(locks: LockRepository, look: Look, key: KeyPair) -> None:
    base = locks.tip()
    key.file.unlink()
    Path(f"{key.file}.pub").unlink()
    expected = "git cannot sign them, so nothing was released: check user.signingKey"
    with open_repository(locks.path, look.cache_dir) as repository:
        for _attempt in range(2):
            with pytest.raises(RepositoryError, match=expected) as failure:
                release(repository)
    assert "\n" not in str(failure.value)
    assert "signing key" in str(failure.value)
    assert locks.tip() == base


def test_a_key_with_a_passphrase_does_not_prompt(locks: LockRepository, look: Look, own_home: Path) -> None:
    write_settings(own_home, str(new_key(own_home / "locked", passphrase="open sesame").file))
    match = r"git cannot sign them"
    with open_repository(locks.path, look.cache_dir) as repository, pytest.raises(RepositoryError, match=match):
        release(repository)


def test_a_prompt_for_a_passphrase_does_not_block_other_runs(
    locks: LockRepository, look: Look, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where GPG_TTY is set, gpg asks on the terminal for a passphrase, as this program does that never signs."""
    monkeypatch.setattr(signing, "_LONGEST_SIGNATURE", 0.5)
    program = own_home / "gpg"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    write_settings(own_home, "someone", "[gpg]", "format = openpgp", f'program = "{program}"')
    base = locks.tip()
    expected = "no commit was signed within 0.5 seconds, .* so nothing was released: unlock the key"
    with open_repository(locks.path, look.cache_dir) as repository, pytest.raises(RepositoryError, match=expected):
        release(repository)
    assert locks.tip() == base


def test_invalid_settings(locks: LockRepository, look: Look, own_home: Path) -> None:
    (own_home / ".gitconfig").write_text("[commit]\n\tgpgSign = perhaps\n")
    match = r"git cannot read its own settings: .*perhaps"
    with open_repository(locks.path, look.cache_dir) as repository, pytest.raises(RepositoryError, match=match):
        release(repository)


def test_commits_are_not_signed_without_the_setting(locks: LockRepository, look: Look, own_home: Path) -> None:
    write_settings(own_home, "/nowhere", "[commit]", "gpgSign = false")
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    assert b"gpgsig" not in git("cat-file", "commit", "main", folder=locks.path)


def test_gpg(locks: LockRepository, look: Look, own_home: Path, tmp_path: Path) -> None:
    """Without a configured key, git uses the key of the author."""
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    make = [require_program("gpg"), "--homedir", str(home), "--batch", "--passphrase", "", "--quick-generate-key"]
    subprocess.run([*make, AUTHOR, "ed25519"], check=True, capture_output=True, timeout=60)
    (own_home / ".gitconfig").write_text("[commit]\n\tgpgSign = true\n")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GNUPGHOME", str(home))
            with open_repository(locks.path, look.cache_dir, git_author=AUTHOR) as repository:
                assert release(repository) is PushOutcome.ACCEPTED
        environment = git_environment(GNUPGHOME=str(home))
        assert git("log", "-1", "--format=%G?", folder=locks.path, environment=environment).strip() == b"G"
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, timeout=30)
