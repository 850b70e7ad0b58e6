# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs remember of claims is kept between them, and nothing else is believed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.claim_memory import ClaimMemory
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.claim_memory_file import remembered_claims
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.folder import CacheFolder

ADMIN, VIEWER = "https://ci.example.com admin", "https://ci.example.com viewer"


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    with remembered_claims(CacheFolder(tmp_path), ADMIN) as memory:
        assert memory is not None
        memory.gone_since["c0ffee"] = 1_767_000_000
        memory.builds["decade"] = 7
    return CacheFolder(tmp_path)


def remembered(folder: CacheFolder, identity: str = ADMIN) -> ClaimMemory:
    with remembered_claims(folder, identity) as memory:
        assert memory is not None
        return memory


def test_it_comes_back_as_it_was(folder: CacheFolder) -> None:
    assert remembered(folder) == ClaimMemory({"c0ffee": 1_767_000_000}, {"decade": 7})


def test_each_concourse_and_login_has_its_own(folder: CacheFolder) -> None:
    """What one login does not see, another one may."""
    assert remembered(folder, VIEWER) == ClaimMemory()
    assert "ci.example.com" not in " ".join(path.name for path in folder.path.iterdir())


def test_without_a_folder_there_is_no_memory() -> None:
    with remembered_claims(None, ADMIN) as memory:
        assert memory is None


def test_nothing_new_writes_nothing(folder: CacheFolder) -> None:
    (file,) = folder.path.iterdir()
    before = file.stat().st_mtime_ns, file.stat().st_ino
    remembered(folder)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 0, "gone_since": {}, "builds": {}}',
        b'{"format": 1}',
        b'{"format": 1, "gone_since": {"a": "soon"}, "builds": {}}',
        b'{"format": 1, "gone_since": [], "builds": {}}',
        b'{"format": 1, "gone_since": {"a": Infinity}, "builds": {}}',
        b"\xff",
    ],
)
def test_a_file_that_cannot_be_read_is_an_empty_memory(folder: CacheFolder, content: bytes) -> None:
    (file,) = folder.path.iterdir()
    file.write_bytes(content)
    assert remembered(folder) == ClaimMemory()


def test_it_is_bounded_and_readable_only_by_its_owner(folder: CacheFolder) -> None:
    with remembered_claims(folder, ADMIN) as memory:
        assert memory is not None
        memory.gone_since.update({str(number): number for number in range(6000)})
    (file,) = folder.path.iterdir()
    assert len(json.loads(file.read_text())["gone_since"]) == 5000
    assert "5999" in remembered(folder).gone_since
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_could_have_written_is_an_empty_memory(folder: CacheFolder, mode: int) -> None:
    (file,) = folder.path.iterdir()
    file.chmod(mode)
    assert remembered(folder) == ClaimMemory()


def test_a_run_that_removes_the_files_of_killed_runs_disturbs_no_other_run(folder: CacheFolder) -> None:
    """Each run does so when it locks the folder, and the memory is saved without that lock."""
    over = threading.Event()

    def remove_leftovers() -> None:
        while not over.is_set():
            folder._remove_leftovers()

    thread = threading.Thread(target=remove_leftovers)
    thread.start()
    try:
        for number in range(300):
            with remembered_claims(folder, ADMIN) as memory:
                assert memory is not None
                memory.gone_since["c0ffee"] = number
    finally:
        over.set()
        thread.join()
    with remembered_claims(folder, ADMIN) as memory:
        assert memory is not None
        memory.gone_since["c0ffee"] = -1
    assert remembered(folder).gone_since["c0ffee"] == -1
