# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of a user in ~/.netrc."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.netrc_file import netrc_password


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("machine host login me password secret", "secret"),
        ("machine host\n\tlogin me\n\tpassword secret\n", "secret"),
        ("machine HOST password secret login me", "secret"),
        ("machine host login other password no\nmachine host login me password secret", "secret"),
        ("machine host login other password no login me password secret", "secret"),
        ("# machine host login me password no\nmachine host login me password #secret", "#secret"),
        ('machine host login me account x password "a b\\"c"', 'a b"c'),
        ("machine host\nmacdef init\nlogin me password no\n\nmachine host login me password secret", "secret"),
        ("macdef init\nmachine host login me password no\n\nmachine host login me password secret", "secret"),
        ("machine elsewhere login me password no", None),
        ("login a login b password c", None),
        ("default login me password no", None),
        ("machine host login me", None),
        ("machine", None),
        ("", None),
    ],
)
def test_the_password_of_a_user(
    text: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(text)
    assert netrc_password("host", "me") == expected


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert netrc_password("host", "me") is None
    (tmp_path / ".netrc").mkdir()
    assert netrc_password("host", "me") is None
