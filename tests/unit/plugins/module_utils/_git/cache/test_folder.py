# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of the cache: whose it is, who may use it when, and what killed runs leave in it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.address import parse_address
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.folder import (
    CacheFolder,
    FolderLock,
    open_cache_folder,
    temporary_folder,
)

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def folder_for(repo: str = "https://host/a", **options: object) -> CacheFolder:
    return open_cache_folder(RepositoryOptions(repo=repo, **options), parse_address(repo))  # type: ignore[arg-type]


def test_each_repository_and_branch_has_its_own(tmp_path: Path) -> None:
    base = str(tmp_path)
    paths = {
        folder_for("https://host/a", cache_dir=base).path,
        folder_for("https://host/b", cache_dir=base).path,
        folder_for("https://host/a", cache_dir=base, branch="main").path,
        folder_for("ssh://me@host/a", cache_dir=base).path,
        folder_for("ssh://you@host/a", cache_dir=base).path,
    }
    assert len(paths) == 5
    with_password = folder_for("https://me:s3cret@host/a", cache_dir=base).path
    assert with_password == folder_for("https://host/a", cache_dir=base).path


def test_a_disk_that_is_full_after_the_lock_was_taken_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    folder = folder_for(cache_dir=str(tmp_path))
    expected = r"cannot be used: No space left on device\. .* another cache_dir"
    with pytest.raises(RepositoryError, match=expected), FolderLock(folder, 1):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.mirror))
    with FolderLock(folder, 1):
        pass


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    os.umask(0)
    try:
        path = folder_for(cache_dir=str(tmp_path / "a" / "b")).path
    finally:
        os.umask(0o022)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    path.chmod(0o755)
    assert stat.S_IMODE(folder_for(cache_dir=str(tmp_path / "a" / "b")).path.stat().st_mode) == 0o700


def test_the_default_is_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder_for().path.parent == tmp_path / "xdg" / "poolboy.concourse"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert folder_for().path.parent == tmp_path / "home" / ".cache" / "poolboy.concourse"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert folder_for().path.parent == tmp_path / "home" / ".cache" / "poolboy.concourse"


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RepositoryError, match=r"cannot be used: Not a directory.*cache to false"):
        folder_for(cache_dir=str(tmp_path / "file" / "below"))
    with pytest.raises(RepositoryError, match=r"cannot be used: "):
        folder_for(cache_dir="/proc/poolboy")


def test_what_others_planted_is_not_used(tmp_path: Path) -> None:
    path = folder_for(cache_dir=str(tmp_path)).path
    path.rmdir()
    path.symlink_to(tmp_path)
    with pytest.raises(RepositoryError, match="cannot be used: Not a directory"):
        folder_for(cache_dir=str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_folder_of_another_user(tmp_path: Path) -> None:
    path = folder_for(cache_dir=str(tmp_path)).path
    os.chown(path, 12345, 12345)
    with pytest.raises(RepositoryError, match="belongs to 12345, who could change the cache of root, the user of this"):
        folder_for(cache_dir=str(tmp_path))


def test_one_at_a_time(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        begin = time.monotonic()
        with (
            pytest.raises(RepositoryError, match=r"Another run has been using .* for more than 0.2 seconds"),
            folder.locked(0.2),
        ):
            raise AssertionError("unreachable")
        assert time.monotonic() - begin < 10
        other.kill()
        with folder.locked(30):  # a killed run holds nothing
            pass


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    (folder.new_path() / "objects").mkdir()
    (tmp_path / "new-file").write_text("")
    folder.mirror.mkdir()
    with folder.locked(1):
        assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "mirror.git"]


def test_a_new_mirror_takes_the_place_of_the_old(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    for content in ("first", "second"):
        new = folder.new_path()
        (new / "content").write_text(content)
        folder.replace_mirror(new)
        assert (folder.mirror / "content").read_text() == content
    assert [path.name for path in tmp_path.iterdir()] == ["mirror.git"]


def test_trouble_with_the_disk_is_a_sentence(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    with pytest.raises(RepositoryError, match="No space left on device"), folder.locked(1):
        raise OSError(28, "No space left on device")


def test_a_temporary_folder_is_gone_at_the_end() -> None:
    with temporary_folder() as folder:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        (folder.path / "x").mkdir()
    assert not folder.path.exists()
