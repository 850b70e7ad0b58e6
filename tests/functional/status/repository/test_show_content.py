# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the files of locks, read only where they are asked for, and by two processes of git."""

from __future__ import annotations

import shutil
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import git_executable
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look
from ansible_collections.poolboy.concourse.tests.lockrepo import File, LockRepository, Symlink

SCRIPT = "<script>alert(1)</script> {{ 7 * 7 }}"
CONTENTS = {
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(100), None),
    "empty": (b"", None),
    "huge": (b"0123456789abcde\n" * (5 << 16), None),
    "latin": (b"caf\xe9\n", "caf\\xe9"),
    "long": (b"line\n" * 50, "\n".join(["line"] * 20) + "\n… cut: the file has 250 bytes"),
    "note": (b"address: 10.0.3.7\nregion: eu-west-1\n", "address: 10.0.3.7\nregion: eu-west-1"),
    "script": (SCRIPT.encode(), SCRIPT),
}


def contents(run: ModuleRun) -> dict[str, str | None]:
    assert not run.failed, run.message
    return {lock["name"]: lock["content"] for lock in run.values["locks"]}


def test_contents_are_read_on_demand(workplace: Workplace, tmp_path: Path, look: Look) -> None:
    made = LockRepository(tmp_path / "contents.git")
    for name, (content, _text) in CONTENTS.items():
        made.add("aws", name, entry=File(content))
    made.add("gcp", "link", entry=Symlink("../../secret"))
    made.claim("aws", "note")
    recorder = GitRecorder(tmp_path / "recorder", git_executable())
    environment = {"GIT_PYTHON_GIT_EXECUTABLE": str(recorder.program)}
    shown = {"repo": made.url, "pools": ["aws"], "show_content": True}

    first = look(environment, **shown)
    assert contents(first) == {name: text for name, (_content, text) in CONTENTS.items()}
    assert SCRIPT not in "\n".join(first.values["report"])

    recorder.clear()
    assert set(contents(look(environment, repo=made.url)).values()) == {None}
    assert recorder.commands() == ["ls-remote"]

    recorder.clear()
    assert contents(look(environment, **shown)) == contents(first)
    assert recorder.commands() == ["ls-remote", "cat-file", "cat-file"]

    # A copy that somebody removed is fetched again.
    (mirror,) = workplace.cache.rglob("mirror.git")
    shutil.rmtree(mirror)
    assert contents(look(environment, **shown)) == contents(first)
