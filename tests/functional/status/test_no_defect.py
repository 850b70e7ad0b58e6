# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No value of an option and no user of the machine leads to the message about a defect."""

from __future__ import annotations

import copy
import json
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ansible.module_utils import basic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import MODULES
from ansible_collections.poolboy.concourse.plugins.modules import (
    concourse_pool_clean,
    concourse_pool_lock,
    concourse_pool_status,
    concourse_pool_trigger,
)
from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.running import ANSIBLE_SAYS, Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look, assert_says, refusal
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

# As a user without an entry in the password database, who owns the files of the tester.
AS_NOBODY = ("unshare", "--user", "--map-user=54321", "env", "-u", "HOME")

# Addresses that are refused before the first request, or by a port that is closed.
ODD_TEXTS = [
    "", " ", "\n", "\0", "~", "~/x", "~stranger", "~stranger/x", "/", ".", "..", "-x", "--", "%", "%ZZ", "${HOME}x",
    "/nowhere/\udcff", "\ud800", "a\ud800b", "\udfff", "\u202e", "\ufeff", "x" * 300, "/" + "x" * 5000, "'x'", '"x"',
    "http://", "https://[", "https://]:1/", "http://127.0.0.1:99999/x", "http://a:b:c@/x", "http://%00@127.0.0.1:1/x",
    "http://me:a/b@127.0.0.1:1/x", "https://127.0.0.1:1/\udcff", "ssh://127.0.0.1:1/x", "ssh://-x/y",
    "file://", "file:///nowhere", "file://~stranger/x", "ext::x", "::", ":", "@", "a@:b", "127.0.0.1:1:x", "{", "[1]",
]  # fmt: skip
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(max_size=8)
VALUES = TEXTS | st.integers(-2, 3) | st.lists(TEXTS, max_size=2) | st.dictionaries(TEXTS, TEXTS, max_size=2)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(["branch", "key_file", "known_hosts_file", "ca_path", "cache_dir", "ssh_private_key"], TEXTS),
    **dict.fromkeys(["repo_username", "repo_password", "concourse_username", "concourse_password"], TEXTS),
    **dict.fromkeys(["concourse_token", "concourse_target", "concourse_team", "client_cert", "client_key"], TEXTS),
    **dict.fromkeys(["cache", "accept_newhostkey"], st.booleans()),
    **dict.fromkeys(["stale_timeout", "grace", "max_releases", "concourse_timeout"], st.integers(-(2**70), 2**70)),
    "git_timeout": st.integers(-1, 5),
    "wait": st.integers(-1, 0),
    "count": st.integers(-(2**70), 2**70),
    "state": st.sampled_from(["claimed", "unclaimed", "present", "absent"]),
    "choose": st.sampled_from(["random", "oldest_free", "name"]),
    **dict.fromkeys(["claimed", "create_pool"], st.booleans()),
    **dict.fromkeys(["name", "owner", "reason", "claim_commit", "release_to"], TEXTS),
    "until": TEXTS | st.sampled_from(["4h", "0m", "999999w", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00Z"]),
    # Without those that are hosts to connect to.
    "concourse_url": st.sampled_from([text for text in ODD_TEXTS if "127.0.0.1:1/" not in text]),
}
OTHERS = VALUES  # for the options that have no line above


def message_of(module: Any, options: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a module in this process; return the message of its failure, nothing if it succeeds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basic, "_load_params", lambda: copy.deepcopy(options))
        patch.setattr(basic, "_PARSED_MODULE_ARGS", {}, raising=False)  # ansible-core 2.22
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy")  # the encoding of the result, which Ansible sets
        with pytest.raises(SystemExit):
            module.main()
    result = json.loads(capsys.readouterr().out)
    result.pop("_ansible_new_secrets", None)  # what ansible-core 2.22 shall mask
    assert json.dumps(result, ensure_ascii=False).encode()  # Ansible accepts nothing but UTF-8
    return str(result.get("msg", ""))


@pytest.fixture
def lock_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LockRepository:
    """A repository with a free lock, and an own home for the runs in this process."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    repository = LockRepository(tmp_path / "locks.git")
    repository.add("aws", "env-1")
    return repository


@settings(max_examples=200 if LONG else 100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize(
    "module", [concourse_pool_status, concourse_pool_clean, concourse_pool_lock, concourse_pool_trigger]
)
def test_any_value_of_any_option(
    module: Any, data: st.DataObject, lock_repository: LockRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = MODULES[module.__name__.rpartition(".")[2]]
    names = sorted({name for group in groups for name in group.spec} - {"repo"})
    chosen = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    repo = data.draw(st.sampled_from([lock_repository.url, "ssh://127.0.0.1:1/x", *ODD_TEXTS]) | TEXTS)
    given_options = {name: data.draw(OPTIONS.get(name, OTHERS), label=name) for name in chosen}
    required: dict[str, Any] = {"pools": ["aws=main/p/j"]}
    if module is concourse_pool_lock:
        required = {"pool": "aws", "state": "claimed", "owner": "ada", "until": "1h"}
    message = message_of(module, {**required, "repo": repo, **given_options}, capsys)
    assert "defect" not in message
    assert "\n" not in message or message.startswith((*ANSIBLE_SAYS, "Unsupported"))


def test_a_truth_value_that_is_not_utf_8(lock_repository: LockRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Ansible adds a traceback to its error, with the value as it was given."""
    options = {"repo": lock_repository.url, "validate_certs": "/nowhere/\udcff"}
    assert "not a valid boolean" in message_of(concourse_pool_status, options, capsys)


def test_a_path_that_is_not_utf_8(workplace: Workplace) -> None:
    run = workplace.ad_hoc("concourse_pool_status", {"branch": "x"}, environment={"POOL_REPO": "/nowhere/\udcff"})
    assert_says(run.message, ["There is no git repository at file:///nowhere/%FF", "check repo"])


PATHS = ("repo", "cache_dir", "key_file", "known_hosts_file", "ca_path")


@pytest.mark.parametrize("option", PATHS)
def test_the_home_of_a_stranger(look: Look, option: str) -> None:
    repo = "https://127.0.0.1:1/x" if option in ("ca_path", "cache_dir") else "ssh://127.0.0.1:1/x"
    message = refusal(look(**{"repo": repo, option: "~stranger/x"}))
    assert_says(message, [f"{option} begins with ~stranger", "no user of this name", "give the whole path"])


@pytest.mark.parametrize("option", [*PATHS, "concourse_target"])
def test_no_home(lock_repository: LockRepository, option: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def nobody(_user: int) -> NoReturn:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    repo = {"ca_path": "https://127.0.0.1:1/x", "cache_dir": lock_repository.url, "concourse_target": "x"}
    options = {"repo": repo.get(option, "ssh://127.0.0.1:1/x"), option: "~/x"}
    assert_says(message_of(concourse_pool_status, options, capsys), [option, "home folder"])


@pytest.mark.skipif(subprocess.run([*AS_NOBODY, "true"], check=False).returncode != 0, reason="needs user namespaces")
def test_a_random_user_of_a_container(lock_repository: LockRepository, workplace: Workplace, tmp_path: Path) -> None:
    """No HOME and no entry in the password database: the module says what to set, and then works."""
    runs = [
        workplace.run_module(
            "concourse_pool_status",
            {"repo": lock_repository.url, **options},
            {"XDG_CACHE_HOME": ""},
            python=(*AS_NOBODY, sys.executable),
        )
        for options in ({}, {"cache": False}, {"cache_dir": str(tmp_path / "cache")})
    ]
    assert_says(refusal(runs[0]), ["no home folder (HOME)", "set cache_dir", "set cache to false"])
    assert [run.verdicts for run in runs[1:]] == [{"aws/env-1": "free"}] * 2
