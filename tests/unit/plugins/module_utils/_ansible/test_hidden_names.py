# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are ordinary words."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.hidden_names import hidden_names_warning

LOCK = {"pool": "test", "name": "env-1", "state": "claimed", "verdict": "running", "commit": "secret", "reason": "pa55"}


@pytest.mark.parametrize(
    ("secret", "hides"),
    [("test", True), ("env", True), ("running", True), ("pa55", False), ("secret", False), ("", False), (None, False)],
)
def test_only_a_secret_in_a_name_is_reported(secret: str | None, hides: bool) -> None:
    warning = hidden_names_warning({"locks": [LOCK], "msg": "test"}, {"repo_password": secret, "concourse_token": "x"})
    assert (warning is not None) is hides
    assert not hides or (warning or "").startswith("The value of repo_password occurs in names")


def test_a_result_without_locks_has_no_names() -> None:
    assert hidden_names_warning({"msg": "test", "locks": None, "pools": "test"}, {"repo_password": "test"}) is None
