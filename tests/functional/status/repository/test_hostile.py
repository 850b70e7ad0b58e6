# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Malicious repositories are read like any other, without any effect."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.texts import texts_in
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace, fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import (
    CHAIN,
    Look,
    assert_says,
    hand_off,
    login,
    refusal,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import (
    File,
    Folder,
    LockRepository,
    Person,
    Submodule,
    Symlink,
)
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import HangingServer, serve_nothing

MEGABYTE = 1 << 20
NAMES = [
    b"env 1",
    b'it\'s "quoted"',
    b"line\nbreak",
    b"carriage\rreturn",
    b"-rf",
    b"--upload-pack=x",
    b"\x1b[31mred\x1b[0m",
    b"bell\x07",
    b"tab\there",
    b"caf\xe9",
    "c1\x9b31m".encode(),
    "rtl\u202eexe".encode(),
    "line\u2028separator".encode(),
    "\u0440\u0443\u0441\u0441\u043a\u0438\u0439 \U0001f512".encode(),
    b"$(touch pwned)",
    b"`touch pwned`",
    b"{{ 7 * 7 }}",
    b"{% raw %}",
    b"*",
    b"back\\slash",
    b"colon: #",
    b"x" * 255,
]
POOLS = [b"aws", b"po ol", b"-pool", b"p\nq", b"\x1b[2Jpool", b"caf\xe9", b"{{ pool }}"]
ROGUE = Person(b"\x1b]0;owned\x07Rogue\x00".replace(b"\x00", b""), b"rogue@example.com")


def shown(name: bytes) -> str:
    """Return a name as the module does: what is not UTF-8, or what a terminal acts on, becomes an escape."""
    return printable(name.decode("utf-8", "surrogateescape"))


def is_harmless(text: str) -> bool:
    """Whether a text has no control characters for a terminal."""
    return all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for character in text)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockRepository]:
    """Every pool has every lock, claimed with a build's message or a forged one."""
    repository = LockRepository(tmp_path_factory.mktemp("hostile") / "locks.git")
    files: dict[bytes | str, Any] = {}
    for pool in POOLS:
        files |= {b"%s/%s/.gitkeep" % (pool, state): b"" for state in (b"claimed", b"unclaimed")}
        files |= {b"%s/unclaimed/%s" % (pool, name): b"x" for name in NAMES}
    repository.commit(files, message="add pools")
    for name in NAMES:
        repository.claim(POOLS[0], name)
    moves = [(b"%s/unclaimed/%s" % (POOLS[1], name), b"%s/claimed/%s" % (POOLS[1], name)) for name in NAMES]
    repository.commit(moves=moves, message=b"\x1b[2Jgotcha\r\n\x9b", author=ROGUE)
    for pool in POOLS[2:]:
        repository.claim(pool, NAMES[6], message=b"claiming: " + NAMES[6] + b"\nBuild URL: http://\x1b[31m/builds/1 ")
    before = fingerprint(repository.path)
    yield repository
    assert fingerprint(repository.path) == before


def test_names_of_all_kinds(names: LockRepository, look: Look, workplace: Workplace) -> None:
    run = look(repo=names.url)
    assert not run.failed, run.message
    assert {pool["name"] for pool in run.values["pools"]} == set(map(shown, POOLS))
    for pool in POOLS:
        assert {name for name in run.locks if name.startswith(f"{shown(pool)}/")} == {
            f"{shown(pool)}/{shown(name)}" for name in NAMES
        }
    # git strips white space around lines; no name has any there, and one name has two lines.
    verdicts = {run.verdicts[f"aws/{shown(name)}"] for name in NAMES if b"\n" not in name and b"\r" not in name}
    assert verdicts == {"unverified"}
    assert {run.verdicts[f"po ol/{shown(name)}"] for name in NAMES} == {"manual"}
    results = {name: value for name, value in run.values.items() if name != "invocation"}
    assert [text for text in texts_in(results) if not is_harmless(text)] == []
    rows = [line for line in run.values["report"] if "ansible-playbook" not in line]
    assert max(map(len, rows)) <= 100
    assert not (workplace.folder / "pwned").exists()
    assert look(repo=names.url).answer == run.answer


def test_the_playbook_prints_no_control_characters(names: LockRepository, workplace: Workplace) -> None:
    """Multi-line text is printed unescaped; JSON would escape most characters."""
    environment = {"POOL_REPO": names.url, "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.status", environment=environment)
    assert run.code == 0, run.said
    assert [line for line in run.said.split("\n") if not is_harmless(line)] == []
    assert "{{ 7 * 7 }}" in run.stdout


def test_pools_of_such_names_can_be_chosen(names: LockRepository, look: Look) -> None:
    there = [pool.decode() for pool in POOLS if b"\xe9" not in pool]
    run = look(repo=names.url, pools=[{"name": pool} for pool in there])
    assert [pool["name"] for pool in run.values["pools"]] == [printable(pool) for pool in there]
    assert look(repo=names.url, pools=[{"name": printable(pool)} for pool in there]).answer == run.answer
    message = refusal(look(repo=names.url, pools=["\x1b[2Jgone"]))
    assert_says(message, ["no pool \\x1b[2Jgone", "\\x1b[2Jpool", "caf\\xe9"])
    assert is_harmless(message)


def test_a_pool_that_is_no_utf8_can_be_chosen_by_the_name_that_is_shown(names: LockRepository, look: Look) -> None:
    assert [pool["name"] for pool in look(repo=names.url, pools=["caf\\xe9"]).values["pools"]] == ["caf\\xe9"]


def test_what_is_no_file(tmp_path: Path, look: Look) -> None:
    """Links, folders and submodules among the locks, and names that a work tree cannot contain."""
    repository = LockRepository(tmp_path / "locks.git")
    repository.add("aws", "env-1", entry=File("x", executable=True))
    repository.claim("aws", "env-1")
    repository.commit(
        {
            "aws/claimed/link": Symlink("/etc/passwd"),
            "aws/claimed/up": Symlink("../../../secret"),
            "aws/claimed/folder/env-9": "x",
            "aws/claimed/module": Submodule(),
            "aws/unclaimed/module-2": Submodule(),
            "aws/unclaimed/env-1": "x",
            ".gitmodules": '[submodule "m"]\n\tpath = aws/claimed/module\n\turl = http://127.0.0.1:1/m.git\n',
            ".gitattributes": "* filter=lfs diff=lfs\n",
        },
        message="oh dear",
    )
    odd: dict[str | bytes, Any] = {"..": "x", ".git": "x", "...": "x", "a": Folder({"..": "x", ".git": "x"})}
    repository.commit({"evil/claimed": Folder(odd), "..": Folder({"claimed": Folder({"env": "x"})})}, message="worse")
    before = fingerprint(repository.path)
    run = look(repo=repository.url)
    assert not run.failed, run.message
    assert fingerprint(repository.path) == before
    assert {name: lock["state"] for name, lock in run.locks.items() if name.startswith("aws/")} == {
        "aws/env-1": "claimed",
        "aws/link": "claimed",
        "aws/up": "claimed",
    }
    texts = [problem["text"] for problem in run.values["problems"] if problem["pool"] == "aws"]
    for words in (
        "claimed/link is a symbolic link: replace it with a file",
        "claimed/folder is a folder",
        "claimed/module is a submodule",
        "unclaimed/module-2 is a submodule",
        "env-1 is both claimed and unclaimed",
    ):
        assert any(words in text for text in texts), (words, texts)
    assert run.verdicts["../env"] == "manual"
    assert "passwd" not in json.dumps(run.values["locks"])


def test_messages_of_a_megabyte(tmp_path: Path, look: Look) -> None:
    repository = LockRepository(tmp_path / "locks.git")
    for number in range(6):
        repository.add("aws", f"env-{number}")
    noise = "A\x1b[31m" * (MEGABYTE // 6)
    messages = [
        f"claiming: env-0\nBuild URL: http://ci.example.com/{noise}/builds/1 ",
        f"claiming: env-1\nBuild URL: \n{noise}",
        f"{noise} claiming: env-2",
        f"claiming: env-3{noise}",
        "main/" + "/".join("p" * (MEGABYTE // 2)) + " build 1 claiming: env-4",
        'main/p/{"a":' + "[" * MEGABYTE + "/j build 1 claiming: env-5",
    ]
    for number, message in enumerate(messages):
        repository.claim("aws", f"env-{number}", message=message)
    run = look(repo=repository.url)
    assert not run.failed, run.message
    assert set(run.verdicts.values()) <= {"manual", "unverified", "foreign"}
    assert len(run.stdout) < 50_000
    assert all(is_harmless(line) for line in run.values["report"])


def test_an_attackers_host_sees_no_connection(scene: Scene, look: Look) -> None:
    with serve_nothing() as attacker:
        locks = _claims_that_lure(scene, attacker)
        run = look(**login(scene, concourse_timeout=2))
        assert not run.failed, run.message
        assert run.verdicts == locks
        assert not any(lock["releasable"] for lock in run.locks.values())
        assert attacker.connections == []
    paths = {entry.path for entry in scene.atc.log.entries}
    assert all(path.startswith(("/api/v1/", "/sky/issuer/token")) for path in paths)
    assert not any(".." in path.split("/") for path in paths)


def _claims_that_lure(scene: Scene, attacker: HangingServer) -> dict[str, str]:
    scene.atc.set_pipeline("main/chain", CHAIN)
    evil, ours = f"http://127.0.0.1:{attacker.port}", scene.atc.url
    host = ours.removeprefix("http://")
    build = "teams/main/pipelines/chain/jobs/claim/builds/1"
    foreign = [
        f"{evil}/{build}",
        f"{evil}/builds/1",
        f"{evil.replace('http', 'https')}/{build}",
        f"http://{host}@127.0.0.1:{attacker.port}/{build}",
        f"http://127.0.0.1:{attacker.port}#@{host}/{build}",
        f"http://127.0.0.1:{attacker.port}?{ours}/{build}",
        f"{ours}.example.com/{build}",
        f"{ours}/{evil}/{build}",
    ]
    expected = {}
    for number, url in enumerate(foreign):
        scene.locks.add("aws", f"env-{number}", at=scene.now)
        message = f"claiming: env-{number}\nBuild URL: {url} "
        scene.locks.claim("aws", f"env-{number}", message=message, at=scene.now)
        expected[f"aws/env-{number}"] = "foreign"
    scene.locks.commit({".gitmodules": f'[submodule "m"]\n\tpath = m\n\turl = {evil}/m.git\n', "m": Submodule()})
    scene.locks.add("aws", "mine", at=scene.now)
    hand_off(scene, "aws/mine")
    return expected | {"aws/mine": "handed_off"}


def test_names_of_builds_that_lead_elsewhere(scene: Scene, look: Look) -> None:
    """The module requests them as plain names, or not at all."""
    scene.atc.set_pipeline("main/chain", CHAIN)
    urls = [
        "teams/../pipelines/chain/jobs/claim/builds/1",
        "teams/main/pipelines/../jobs/claim/builds/1",
        "teams/main/pipelines/%2e%2e/jobs/../../../sky/logout/builds/1",
        "teams/main/pipelines/chain/jobs/claim\x01/builds/1",
        "teams/main/pipelines/" + "x" * 7000 + "/jobs/j/builds/1",
        "teams/main/pipelines/chain/jobs/claim/builds/1?vars.a=%00&vars.b=" + "[" * 3000,
    ]
    for number, url in enumerate(urls):
        scene.locks.add("aws", f"env-{number}", at=scene.now)
        message = f"claiming: env-{number}\nBuild URL: {scene.atc.url}/{url} "
        scene.locks.claim("aws", f"env-{number}", message=message, at=scene.now)
    run = look(**login(scene, stale_timeout=10**6))
    assert not run.failed, run.message
    assert set(run.verdicts.values()) <= {"unreachable", "gone", "foreign"}
    assert [entry.path for entry in scene.atc.log.entries if ".." in entry.path.split("/")] == []
    assert all(is_harmless(text) for lock in run.locks.values() for text in (lock["reason"], lock["holder"]["text"]))
