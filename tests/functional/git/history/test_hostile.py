# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories with hostile names, files, messages and commits."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.claim_commit import LONGEST_MESSAGE
from ansible_collections.poolboy.concourse.tests.functional.git.looking import (
    Look,
    claims_of,
    expected_claims,
    states_of,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import (
    File,
    Folder,
    LockRepository,
    Person,
    Submodule,
    Symlink,
)
from ansible_collections.poolboy.concourse.tests.lockrepo.entries import Entry, Text
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

NAMES = [
    b"with space",
    b"'quote\"s'",
    b"new\nline",
    b"tab\tand\rreturn",
    b"-dash",
    b"--upload-pack=touch owned",
    b":(glob)*",
    b"\x1b[31mred\x07",
    b"\xff\xfe not utf-8",
    "\u202eright to left".encode(),
    b"*?[a]\\",
    b"100644 blob 0",
    b"a" * 250,
    "ünïcode".encode(),
    b"claimed",
    b"$(touch owned)",
    b"#comment",
    b"~",
]


def text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def test_names_in_any_bytes(look: Look, locks: LockRepository) -> None:
    expected = {"aws/claimed/env-1": claims_of(look(locks.path))["aws/claimed/env-1"]}
    for name in NAMES:
        locks.add(b"pool " + name, name)
        expected[text(b"pool " + name + b"/claimed/" + name)] = locks.claim(b"pool " + name, name)
    locks.add("aws", "env-3")
    for _look in range(2):
        snapshot = look(locks.path)
        assert claims_of(snapshot) == expected
        assert {text(b"pool " + name) for name in NAMES} < set(snapshot.pools)
        assert all(claim.alone for claim in snapshot.claims.values())


def test_names_in_any_bytes_through_a_merge(look: Look, locks: LockRepository) -> None:
    locks.fork("side")
    expected = {}
    for name in NAMES:
        locks.add("side", name, branch="side")
        expected[text(b"side/claimed/" + name)] = locks.claim("side", name, branch="side")
    locks.add("aws", "env-3")
    locks.merge("side")
    assert claims_of(look(locks.path)).items() >= expected.items()


def test_names_that_git_would_never_check_out(look: Look, locks: LockRepository) -> None:
    files: dict[Text, Entry | Text] = {"..": "up", ".": "here", ".git": "dir", "a/b": "slash", "env-7": "lock"}
    locks.commit({"evil": Folder({"claimed": Folder(files), "..": Folder({"claimed": Folder({"x": "y"})})})})
    snapshot = look(locks.path)
    assert snapshot.claims["evil/claimed/env-7"].commit == locks.tip()
    assert "aws/claimed/env-1" in snapshot.claims


def test_what_is_no_lock(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    locks.commit(
        {
            "aws/claimed/folder/env": "x",
            "aws/claimed/submodule": Submodule(),
            "aws/unclaimed/link": Symlink("/etc/passwd"),
            "aws/claimed/link": Symlink("env-1"),
            "aws/claimed/.hidden": "x",
            "aws/claimed/program": File("x", executable=True),
            "claimed": "a file",
            "README": "x",
        }
    )
    snapshot = look(locks.path)
    states = states_of(snapshot)
    assert {name for name, state in states.items() if state == "claimed"} == {"aws/env-1", "aws/program", "aws/link"}
    assert set(claims_of(snapshot)) == {"aws/claimed/env-1", "aws/claimed/program", "aws/claimed/link"}
    texts = " ".join(problem.text for problem in snapshot.problems)
    assert all(
        word in texts for word in ("claimed/folder is a folder", "claimed/submodule is a submodule", "unclaimed/link")
    )


def test_a_submodule_or_folder_that_became_a_lock(look: Look, locks: LockRepository) -> None:
    locks.commit({"aws/claimed/was-folder/x": "x"})
    changed = locks.commit({"aws/claimed/was-folder/x": None, "aws/claimed/was-folder": "now a lock"})
    assert claims_of(look(locks.path))["aws/claimed/was-folder"] == changed


def test_a_lock_in_both_states(look: Look, locks: LockRepository) -> None:
    locks.commit({"aws/unclaimed/env-1": "again"})
    snapshot = look(locks.path)
    assert states_of(snapshot)["aws/env-1"] == "claimed"
    assert claims_of(snapshot) == expected_claims(locks)


def test_tally_files_of_every_kind(look: Look, locks: LockRepository) -> None:
    locks.tally("aws", triggers=0, removals=6)
    assert [problem.text for problem in look(locks.path).problems if "6" in problem.text]
    locks.commit({"aws/.pending-removals": b"9" * 3_000_000, "aws/.pending-triggers": Symlink("x")})
    assert look(locks.path).commit == locks.tip()
    locks.commit({"aws/.pending-removals": None, "aws/.pending-triggers/x": "a folder"})
    assert look(locks.path).commit == locks.tip()
    locks.commit({"aws/.pending-removals": Submodule()})
    assert look(locks.path).commit == locks.tip()


def test_messages_of_every_kind(look: Look, locks: LockRepository) -> None:
    messages = {
        "megabyte": b"claiming: x\n" + b"y" * 1_000_000,
        "empty": b"",
        "bytes": bytes(range(1, 256)),
        "lines": b"\n\n\n",
        "forged": b"\ntree 0\nparent 0\ncommitter x <y> 1 +0000\n\nclaiming: y\0A\0aws/claimed/env-2\0",
    }
    for name, message in messages.items():
        locks.add("aws", name)
        commit = locks.claim("aws", name, message=message)
        for _look in range(2):
            claim = look(locks.path).claims[f"aws/claimed/{name}"]
            assert claim.commit == commit
            assert claim.message.encode("utf-8", "surrogateescape") == message[:LONGEST_MESSAGE]


def test_people_and_times_of_every_kind(look: Look, locks: LockRepository) -> None:
    for number, (person, at) in enumerate(
        [(Person("", ""), 0), (Person(b"\xff\x1b[31m", "a@b"), 1), (Person("x" * 60_000, "y"), 2**33)]
    ):
        locks.add("aws", f"new-{number}")
        locks.claim("aws", f"new-{number}", author=person, at=at)
        claim = look(locks.path).claims[f"aws/claimed/new-{number}"]
        assert claim.claimed_at == at
        assert claim.author


def test_a_commit_in_another_encoding(look: Look, locks: LockRepository) -> None:
    moved = locks.claim("aws", "env-2", message="to be replaced")
    content = (
        git("cat-file", "commit", moved, folder=locks.path)
        .replace(b"\n\n", b"\nencoding ISO-8859-1\n\n", 1)
        .replace(b"to be replaced", b"caf\xe9")
    )
    written = git("hash-object", "-t", "commit", "-w", "--stdin", folder=locks.path, given=content).decode().strip()
    locks.force(written)
    assert look(locks.path).claims["aws/claimed/env-2"].message == "café"


def test_a_first_commit_of_many_files_does_not_fill_the_memory(look: Look, tmp_path: Path) -> None:
    mixed = LockRepository(tmp_path / "mixed.git")
    mixed.commit({f"ci/part-{number % 500}/file-{number}": "x" for number in range(20_000)})
    mixed.add("aws", "env-1")
    claim = mixed.claim("aws", "env-1")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert claims_of(look(mixed.path)) == {"aws/claimed/env-1": claim}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kilobytes


def test_the_caller_s_git_and_settings_do_not_matter(
    look: Look, locks: LockRepository, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / ".gitconfig").write_text(
        "[log]\n\tshowSignature = true\n\tshowRoot = false\n\tdate = relative\n\tdiffMerges = first-parent\n"
        "[diff]\n\trenames = copies\n\tnoprefix = true\n\tignoreSubmodules = all\n\torderFile = /nonexistent\n"
        "[core]\n\tquotePath = true\n\tabbrev = 4\n\tpager = false\n\tbare = false\n\tworktree = /nonexistent\n"
        "[color]\n\tui = always\n[format]\n\tpretty = oneline\n[i18n]\n\tlogOutputEncoding = UTF-16\n"
        "[fetch]\n\tprune = true\n\tall = true\n\trecurseSubmodules = true\n\tfsckObjects = true\n"
        "[transfer]\n\tunpackLimit = 1000\n[gc]\n\tauto = 1\n[protocol]\n\tversion = 0\n"
        "[clone]\n\trejectShallow = true\n"
    )
    other = own_home / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.chdir(other)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/nonexistent")
    locks.fork("side")
    claim = locks.claim("aws", "env-2", branch="side")
    locks.add("aws", "env-5")
    locks.merge("side")
    for _look in range(2):
        assert claims_of(look(locks.path)).items() >= {"aws/claimed/env-2": claim}.items()
        locks.add("gcp", f"env-{_look}")
