# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules log and show of their options."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.argument_module import ArgumentModule
from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import for_ansible
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.groups import CONCOURSE
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import GIT

try:
    from ansible.module_utils.secrets import mask_secrets as masked  # what the log of ansible-core 2.22 does
except ImportError:
    masked = str

TOKEN = "ghp_0123456789abcdef"
SPEC: dict[str, dict[str, Any]] = {**for_ansible(GIT).spec, **for_ansible(CONCOURSE).spec}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the module writes to the log of the system."""
    logged: list[str] = []

    def record(_module: ArgumentModule, message: str, log_args: dict[str, object] | None = None) -> None:
        logged.extend(map(masked, [str(message), str(log_args)]))

    monkeypatch.setattr(ArgumentModule, "log", record)
    return logged


@pytest.mark.parametrize(
    "options",
    [
        {"repo": f"https://{TOKEN}@host/x"},
        {"repo": f"https://{TOKEN}:x-oauth-basic@host/x"},
        {"repo": "x", "concourse_url": f"https://me:a/{TOKEN}@host"},
        {"repo": "x", "concourse_url_aliases": [f"https://{TOKEN}@host"]},
    ],
)
def test_the_log_shows_no_token(options: dict[str, Any], log: list[str]) -> None:
    with patch_module_args(options):
        ArgumentModule(SPEC)
    assert "host" in "".join(log)
    assert TOKEN not in "".join(log)


def test_the_log_shows_no_token_of_the_environment(log: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_REPO", f"https://{TOKEN}@host/x")
    monkeypatch.setenv("CONCOURSE_BASE_URL", f"https://me:a/{TOKEN}@host/y")
    with patch_module_args({}):
        ArgumentModule(SPEC)
    assert "host/x" in "".join(log)
    assert TOKEN not in "".join(log)


@pytest.mark.parametrize("content", [f"password: {TOKEN}", {"password": TOKEN}])
def test_the_log_shows_no_content_of_a_lock(content: object, log: list[str]) -> None:
    with patch_module_args({"repo": "x", "content": content}):
        module = ArgumentModule({**SPEC, "content": {"type": "raw"}})
    assert "content" in "".join(log)
    assert TOKEN not in "".join(log)
    assert module.params["content"] == content


def test_an_error_about_options_shows_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    with patch_module_args({"repo": f"https://{TOKEN}@host/x", "branches": "main"}), pytest.raises(SystemExit):
        ArgumentModule(SPEC)
    shown = json.loads(capsys.readouterr().out)
    shown.pop("_ansible_new_secrets", None)  # what ansible-core 2.22 shall mask
    assert "Unsupported parameters" in shown["msg"]
    assert TOKEN not in masked(str(shown))


def test_a_path_that_is_not_utf_8_can_be_logged(log: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_REPO", "/srv/\udcff")
    with patch_module_args({}):
        assert ArgumentModule(SPEC).params["repo"] == "/srv/\udcff"
    assert "/srv/\\xff" in "".join(log)
