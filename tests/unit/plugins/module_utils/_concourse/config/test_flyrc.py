# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets of fly, usable and unusable."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.flyrc import flyrc_path, read_target
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

WHOLE = """
targets:
  ci:
    api: https://ci.example.com
    team: ops
    insecure: true
    token: {type: bearer, value: s3cret}
    ca_cert: PEM
    client_cert_path: /c.pem
    client_key_path: /k.pem
  old:
    api: http://old
"""


def test_flyrc_path() -> None:
    assert flyrc_path({"HOME": "/home/me"}) == Path("/home/me/.flyrc")
    assert flyrc_path({"HOME": "/home/me", "FLY_HOME": "/fly"}) == Path("/fly/.flyrc")


def test_a_complete_target(tmp_path: Path) -> None:
    file = tmp_path / ".flyrc"
    file.write_text(WHOLE, encoding="utf-8")
    target = read_target("ci", file)
    assert (target.api, target.team, target.token) == ("https://ci.example.com", "ops", "s3cret")
    assert (target.insecure, target.ca_cert) == (True, "PEM")
    assert (target.client_cert_path, target.client_key_path) == ("/c.pem", "/k.pem")
    assert "s3cret" not in repr(target)


def test_a_target_of_an_old_fly(tmp_path: Path) -> None:
    file = tmp_path / ".flyrc"
    file.write_text(WHOLE, encoding="utf-8")
    target = read_target("old", file)
    assert (target.team, target.token, target.insecure) == ("main", None, False)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist: log in with fly as the user of this run, or set FLY_HOME to the folder"),
        (b"targets: {ci: {api: [s3cret", "is not valid YAML"),
        (b"\xff\xfe s3cret", "is not valid YAML"),
        (b"", "which has these targets: none"),
        (b"- s3cret", "which has these targets: none"),
        (b"targets: [s3cret]", "which has these targets: none"),
        (b"targets: {1: {}, b: {}}", "which has these targets: 1, b"),
        (b"targets: {ci: {token: {value: s3cret}}}", "has no address"),
        (b"targets: {ci: s3cret}", "has no address"),
    ],
)
def test_unusable_targets(content: bytes | None, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / ".flyrc"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadOption) as error:
        read_target("ci", file)
    assert sentence in str(error.value)
    assert "s3cret" not in str(error.value).replace(str(file), "")
    # A parser's error quotes the line, which may hold the token.
    assert error.value.__context__ is None or error.value.__suppress_context__


def test_a_directory_instead_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match=r"cannot be read: .*Let the user of this run read it, or set FLY_HOME"):
        read_target("ci", tmp_path)
