# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache that was cut off, changed, mixed up or half removed: the answer is still right, and nobody gets a message."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.git.looking import (
    Look,
    claims_of,
    expected_claims,
    grow,
    states_of,
)
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import open_repository, release
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

Attack = Callable[[random.Random, list[Path]], None]

ROUNDS = 50 if LONG else 12


def cut(chance: random.Random, files: list[Path]) -> None:
    for file in chance.sample(files, min(chance.randint(1, 3), len(files))):
        content = file.read_bytes()
        replace(file, content[: chance.randint(0, max(0, len(content) - 1))])


def change(chance: random.Random, files: list[Path]) -> None:
    for file in chance.sample(files, min(chance.randint(1, 3), len(files))):
        content = bytearray(file.read_bytes())
        for _byte in range(chance.choice((1, 20, len(content) // 2))):
            if content:
                content[chance.randrange(len(content))] = chance.randrange(256)
        replace(file, bytes(content))


def mix_up(chance: random.Random, files: list[Path]) -> None:
    first, second = chance.sample(files, 2)
    one, other = first.read_bytes(), second.read_bytes()
    replace(first, other)
    replace(second, one)


def delete(chance: random.Random, files: list[Path]) -> None:
    for file in chance.sample(files, min(chance.randint(1, 4), len(files))):
        file.unlink()


def leave_locks(chance: random.Random, files: list[Path]) -> None:
    """What a git that was killed leaves behind."""
    mirror = next(parent for file in files for parent in file.parents if parent.name == "mirror.git")
    for name in ("shallow.lock", "config.lock", "HEAD.lock", "refs/poolboy/head.lock", "packed-refs.lock"):
        if chance.random() < 0.6 and (mirror / name).parent.is_dir():
            (mirror / name).write_text("")
    (mirror / "objects/pack/tmp_pack_x").write_bytes(b"half")


def put_a_folder_in_its_place(chance: random.Random, files: list[Path]) -> None:
    file = chance.choice(files)
    file.unlink()
    file.mkdir()


def take_a_folder_away(chance: random.Random, files: list[Path]) -> None:
    shutil.rmtree(chance.choice(sorted({file.parent for file in files})))


def replace(file: Path, content: bytes) -> None:
    """Packs are read-only, so write them again."""
    file.unlink()
    file.write_bytes(content)


@pytest.mark.parametrize(
    "attack", [cut, change, mix_up, delete, leave_locks, put_a_folder_in_its_place, take_a_folder_away]
)
@pytest.mark.parametrize("with_news", [True, False])
def test_attacks(look: Look, locks: LockRepository, attack: Attack, with_news: bool) -> None:
    chance = random.Random(f"{attack.__name__} {with_news}")
    grow(locks, 40)
    look(locks.path)
    for number in range(ROUNDS):
        files = look.files()
        if any("mirror.git" in file.parts for file in files):
            attack(chance, files)
        if with_news:
            locks.claim("aws", "env-2") if number % 2 == 0 else locks.release("aws", "env-2")
        assert claims_of(look(locks.path)) == expected_claims(locks), number
        assert states_of(look(locks.path)).keys() == {"aws/env-1", "aws/env-2"}


def test_what_a_killed_git_was_still_writing_is_removed(look: Look, locks: LockRepository) -> None:
    """The next look that has something to fetch does it, and the next release does it to packs."""
    left = ("objects/pack/tmp_pack_aB3dEf", "objects/pack/tmp_idx_xYz012", "objects/17/tmp_obj_qW3rTy")
    look(locks.path)
    leave(look, *left)
    kept = git("rev-list", "--all", "--objects", folder=look.mirror)
    look(locks.path)
    assert {path for path in left if (look.mirror / path).exists()} == set(left), "nothing new, so nothing is done"
    locks.commit({"README.md": "x"})
    look(locks.path)
    assert [path for path in left if (look.mirror / path).exists()] == []
    assert set(kept.splitlines()) <= set(git("rev-list", "--all", "--objects", folder=look.mirror).splitlines())
    locks.claim("aws", "env-2")
    look(locks.path)
    leave(look, *left)
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-2") is PushOutcome.ACCEPTED
    assert [path for path in left if (look.mirror / path).exists()] == [left[-1]]


def leave(look: Look, *names: str) -> None:
    for name in names:
        path = look.mirror / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half of it")
        path.chmod(0o444)


def test_only_the_findings_are_gone(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    first = look(locks.path)
    (look.folder / "snapshot.json").unlink()
    assert look(locks.path) == first


def test_only_the_mirror_is_gone(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    grow(locks, 60)
    look(locks.path)
    shutil.rmtree(look.mirror)
    locks.claim("aws", "env-2")
    recorder.clear()
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert recorder.depths() == [64]


def test_the_mirror_of_another_repository(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    other = LockRepository(tmp_path / "other.git")
    other.add("gcp", "env-1")
    other.claim("gcp", "env-1")
    grow(locks, 50)
    look(locks.path)
    mine = look.folder
    look(other.path)
    (theirs,) = (path for path in look.cache_dir.iterdir() if path != mine)
    for name in ("mirror.git", "snapshot.json"):
        (mine / name).rename(tmp_path / "aside")
        (theirs / name).rename(mine / name)
        (tmp_path / "aside").rename(theirs / name)
    for _look in range(2):
        assert claims_of(look(locks.path)) == expected_claims(locks)
        assert claims_of(look(other.path)) == expected_claims(other)
        locks.claim("aws", "env-2") if _look == 0 else None
        other.add("gcp", f"env-{_look + 2}")


@pytest.mark.parametrize("boundary", ["none", "too near", "of another repository"])
def test_a_boundary_that_is_not_the_boundary(look: Look, locks: LockRepository, boundary: str) -> None:
    grow(locks, 300)
    look(locks.path)
    for _round in range(2):
        locks.claim("aws", "env-2")
        locks.release("aws", "env-1")
        near = locks.claim("aws", "env-1")
        locks.release("aws", "env-2")
        shallow = look.mirror / "shallow"
        assert shallow.read_text()
        lines = {"none": "", "too near": f"{shallow.read_text()}{near}\n", "of another repository": "1" * 40 + "\n"}
        shallow.write_text(lines[boundary])
        assert claims_of(look(locks.path)) == expected_claims(locks)


def test_a_boundary_that_moves_during_the_look(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    """As by a git that a killed run left behind. A commit that git takes for a first one seems to add every file."""
    grow(locks, 300)
    look(locks.path)
    claim = locks.claim("aws", "env-2")
    locks.add("aws", "env-3")
    tip = locks.add("aws", "env-4")
    once = recorder.folder / "once"
    recorder.run_before(f'[ "$1" != log ] || [ -e {once} ] || {{ : > {once}; echo {tip} >> "$GIT_DIR/shallow"; }}')
    recorder.clear()
    assert claims_of(look(locks.path))["aws/claimed/env-2"] == claim
    assert once.exists()
    assert recorder.network() == ["ls-remote", "fetch", "fetch"]


def test_settings_that_somebody_planted_are_not_used(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    look(locks.path)
    with (look.mirror / "config").open("a") as file:
        file.write(
            f'[core]\n\tfsmonitor = touch {tmp_path}/owned\n[url "ext::touch {tmp_path}/owned "]\n\tinsteadOf = file\n'
        )
    hook = look.mirror / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
    hook.chmod(0o755)
    locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert not (tmp_path / "owned").exists()
    assert "fsmonitor" not in (look.mirror / "config").read_text()


def test_a_hook_alone_is_not_run(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    look(locks.path)
    hook = look.mirror / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
    hook.chmod(0o755)
    locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert not (tmp_path / "owned").exists()


def test_a_remote_in_trouble_takes_no_good_cache_away(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    grow(locks, 60)
    first = look(locks.path)
    before = {file: file.read_bytes() for file in look.files()}
    locks.claim("aws", "env-2")
    recorder.run_before('[ "$1" != fetch ] || { echo "fatal: the remote end hung up unexpectedly" >&2; exit 128; }')
    with pytest.raises(RepositoryError, match="was lost"):
        look(locks.path)
    locks.path.rename(locks.path.with_name("away.git"))
    with pytest.raises(RepositoryError, match="no git repository"):
        look(locks.path)
    assert {file: file.read_bytes() for file in look.files()} == before
    locks.path.with_name("away.git").rename(locks.path)
    recorder.run_before("")
    recorder.clear()
    assert claims_of(look(locks.path)) == expected_claims(locks) != claims_of(first)
    assert recorder.depths() == [64]


def test_a_mirror_that_stays_broken_is_made_again_only_once(
    look: Look, locks: LockRepository, recorder: GitRecorder
) -> None:
    look(locks.path)
    locks.claim("aws", "env-2")
    recorder.run_before('[ "$1" != log ] || { echo "fatal: bad object" >&2; exit 128; }')
    recorder.clear()
    with pytest.raises(RepositoryError, match=r"git log failed for .*: fatal: bad object"):
        look(locks.path)
    assert recorder.network() == ["ls-remote", "fetch", "fetch"]


def forge(look: Look) -> Path:
    """Change the cached snapshot, with a valid checksum: another author claimed env-1. Return its file."""
    file = look.folder / "snapshot.json"
    body = file.read_bytes().partition(b"\n")[2].replace(b'"git"', b'"Mallory"')
    file.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    return file


def author(look: Look, locks: LockRepository) -> str:
    return look(locks.path).claims["aws/claimed/env-1"].author


def test_what_others_could_have_written_is_not_believed(look: Look, locks: LockRepository) -> None:
    honest = author(look, locks)
    forge(look)
    assert author(look, locks) == "Mallory"  # only the owner can change it, so it counts
    for mode in (0o770, 0o707, 0o720, 0o1777):
        forge(look)
        look.folder.chmod(mode)
        assert author(look, locks) == honest
        assert look.folder.stat().st_mode & 0o777 == 0o700
        assert author(look, locks) == honest
    for mode in (0o660, 0o606):
        forge(look).chmod(mode)
        assert author(look, locks) == honest


def test_what_others_could_only_read_is_believed(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    look(locks.path)
    look.folder.chmod(0o755)
    recorder.clear()
    look(locks.path)
    assert recorder.network() == ["ls-remote"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_of_others_are_not_believed(look: Look, locks: LockRepository) -> None:
    honest = author(look, locks)
    os.chown(forge(look), 12345, 12345)
    assert author(look, locks) == honest
    forge(look)
    link = look.folder / "snapshot.json"
    link.rename(look.cache_dir.parent / "elsewhere")
    link.symlink_to(look.cache_dir.parent / "elsewhere")
    assert author(look, locks) == honest


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_mirror_of_another_user_is_replaced(look: Look, locks: LockRepository) -> None:
    look(locks.path)
    planted = look.mirror / "planted"
    planted.write_text("")
    os.chown(look.mirror, 12345, 12345)
    locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert not planted.exists()
